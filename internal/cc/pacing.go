package cc

import "time"

// What leaves together is a millisecond's worth, or less if that is more than maxQuantum bytes, but minQuantumPackets at least
// (draft-ietf-ccwg-bbr-06 section 5.6.3).
const (
	quantumTime       = time.Millisecond
	maxQuantum        = 64 << 10
	minQuantumPackets = 2
)

// Quantum is how many bytes leave together at a rate in bytes per second.
func Quantum(rate float64, pmdcs int) int {
	return max(int(min(rate*quantumTime.Seconds(), maxQuantum)), minQuantumPackets*pmdcs)
}

// localRTT is the least round trip of a path on which a window is paced. Shorter ones are those of a host and of its neighbours, where a timer
// is late by more than the gaps it would make.
const localRTT = time.Millisecond

// A window is sent in somewhat less than a round trip, so that it is full before it is acknowledged, and in half of one while it doubles.
const (
	pacingGain          = 1.2
	pacingGainSlowStart = 2
)

// pacingRate spreads the window over the round trip, where that is not local. The four packets of a new path, or of one that is
// found again, need no spreading.
func (w *window) pacingRate(srtt, least time.Duration) float64 {
	if least < localRTT || srtt <= 0 || w.cwnd <= 4*w.pmdcs {
		return 0
	}
	gain := pacingGain
	if w.cwnd < w.ssthresh {
		gain = pacingGainSlowStart
	}
	return gain * float64(w.cwnd) / srtt.Seconds()
}

// Sent, Missed and AppLimited tell a window nothing that it goes by.
func (w *window) Sent(Departure) {}
func (w *window) Missed(Loss)    {}
func (w *window) AppLimited(int) {}
