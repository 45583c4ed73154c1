package cc

import "time"

// Parameters of HyStart++ (RFC 9406 section 4.3).
const (
	minRTTThresh     = 4 * time.Millisecond
	maxRTTThresh     = 16 * time.Millisecond
	minRTTDivisor    = 8
	nRTTSample       = 8
	cssGrowthDivisor = 4
	cssRounds        = 5
	// slowStartPackets is L, in packets, of a sender that does not pace: what one SACK may add to the window at most.
	slowStartPackets = 8
)

// hystart ends the first slow start when round trips become longer, before the queue that this tells of overflows (RFC 9406 section 4.2).
// It slows down first (Conservative Slow Start), and goes on as before if the round trips become shorter again.
type hystart struct {
	// done: slow start has ended once. Later ones begin after a time-out and end at ssthresh.
	done bool
	// left is what is still to be acknowledged before the round ends: what was in flight when it began.
	left int
	// last and current are the least round trip times of the round before and of this one, zero if unknown; samples counts those of
	// this one.
	last, current time.Duration
	samples       int
	// baseline is set in Conservative Slow Start, as the round trip time that led there; rounds are those since.
	baseline time.Duration
	rounds   int
}

// acked takes what a SACK says and reports whether slow start is over.
func (h *hystart) acked(a Ack) (over bool) {
	if h.done {
		return false
	}
	h.left -= a.Bytes
	h.sample(a.RTT)
	if h.left > 0 {
		return false
	}
	if h.baseline != 0 {
		h.rounds++
	}
	h.last, h.current, h.samples = h.current, 0, 0
	h.left = max(a.FlightBefore-a.Bytes, 1)
	return h.rounds >= cssRounds
}

// sample takes a round trip time.
func (h *hystart) sample(rtt time.Duration) {
	if rtt == 0 {
		return
	}
	if h.samples == 0 || rtt < h.current {
		h.current = rtt
	}
	h.samples++
	if h.samples < nRTTSample {
		return
	}
	if h.baseline != 0 {
		if h.current < h.baseline {
			h.baseline, h.rounds = 0, 0 // it was not the queue
		}
		return
	}
	thresh := max(minRTTThresh, min(h.last/minRTTDivisor, maxRTTThresh))
	if h.last != 0 && h.current >= h.last+thresh {
		h.baseline = h.current
	}
}

// growth is what n acknowledged bytes add to the window.
func (h *hystart) growth(n int) int {
	if h.baseline != 0 && !h.done {
		return n / cssGrowthDivisor
	}
	return n
}
