package cc

// How fast BBR sends, and how much: draft-ietf-ccwg-bbr-06 section 5.6.

// Gains of section 5.6.1; pacingMargin is what the rate is less than what the path delivers, so that queues become empty.
const (
	startupGain  = 2.77
	drainGain    = 0.5
	downGain     = 0.9
	upGain       = 1.25
	cwndGain     = 2
	upCwndGain   = 2.25
	probeRTTGain = 0.5
	pacingMargin = 0.01
)

func (b *BBR) pacingGain() float64 {
	switch b.phase {
	case startup:
		return startupGain
	case drain:
		return drainGain
	case probeDown:
		return downGain
	case probeUp:
		return upGain
	case probeCruise, probeRefill, probeRTT:
	}
	return 1
}

func (b *BBR) cwndGain() float64 {
	switch b.phase {
	case probeUp:
		return upCwndGain
	case probeRTT:
		return probeRTTGain
	case startup, drain, probeDown, probeCruise, probeRefill:
	}
	return cwndGain
}

// pace sets the rate. As long as the path's is not known it only grows (section 5.6.2). However little is measured, a packet leaves each second.
func (b *BBR) pace(gain float64) {
	rate := gain * b.bw * (1 - pacingMargin)
	if b.full.reached || rate > b.rate {
		b.rate = max(rate, float64(b.pmdcs))
	}
}

// quanta is how many of what leaves together are in flight besides: one in the sending host, one on its way, and one that the peer has
// not acknowledged yet (section 5.5.8.1).
const quanta = 3

// bdpTimes is a multiple of what a rate takes in flight; before a round trip is known, the initial window.
func (b *BBR) bdpTimes(bw, gain float64) float64 {
	if b.least.rtt == 0 {
		return float64(b.initial())
	}
	return gain * bw * b.least.rtt.Seconds()
}

func (b *BBR) bdp() float64 { return b.bdpTimes(b.bw, 1) }

// target is what is to be in flight, unless losses have left a smaller window.
func (b *BBR) target() float64 { return min(b.bdp(), float64(b.cwnd)) }

// inflight is bdpTimes, and what hosts need besides (section 5.6.4.2).
func (b *BBR) inflight(bw, gain float64) float64 { return b.withQuanta(b.bdpTimes(bw, gain)) }

func (b *BBR) withQuanta(n float64) float64 {
	n = max(n, float64(quanta*Quantum(b.rate, b.pmdcs)), float64(minPipe*b.pmdcs))
	if b.phase == probeUp {
		n += float64(2 * b.pmdcs)
	}
	return n
}

// withHeadroom leaves some of the limit to others.
func (b *BBR) withHeadroom() float64 {
	if b.long == unbounded {
		return unbounded
	}
	return max(b.long-max(float64(b.pmdcs), headroom*b.long), float64(minPipe*b.pmdcs))
}

// updateCwnd is section 5.6.4.6.
func (b *BBR) updateCwnd(acked int) {
	most := b.withQuanta(b.bdpTimes(b.bw, b.cwndGain()) + b.aggregation.extra.most())
	cwnd := float64(b.cwnd)
	switch {
	case b.full.reached:
		cwnd = min(cwnd+float64(acked), most)
	case cwnd < most || b.sampler.delivered < int64(b.initial()):
		cwnd += float64(acked)
	}
	cwnd = max(cwnd, float64(minPipe*b.pmdcs))
	if b.phase == probeRTT {
		cwnd = min(cwnd, b.probeRTTCwnd())
	}
	b.cwnd = int(min(cwnd, b.bound(), maxSsthresh))
}

// bound is what losses have shown to be the limit (section 5.6.4.7).
func (b *BBR) bound() float64 {
	limit := unbounded
	switch b.phase {
	case probeDown, probeRefill, probeUp:
		limit = b.long
	case probeCruise, probeRTT:
		limit = b.withHeadroom()
	case startup, drain:
	}
	return max(min(limit, b.short), float64(minPipe*b.pmdcs))
}
