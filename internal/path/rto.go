package path

import "time"

// RTO.Alpha and RTO.Beta of RFC 9260 section 16, as shifts.
const (
	alphaShift = 3
	betaShift  = 2
)

// clockGranularity is G of section 6.3.1 G1.
const clockGranularity = time.Millisecond

// RTO is the retransmission timeout of one destination address (RFC 9260 section 6.3.1).
type RTO struct {
	min, max     time.Duration
	initial      time.Duration
	srtt, rttvar time.Duration
	rto          time.Duration
}

// NewRTO returns an RTO without a measurement.
func NewRTO(initial, min, max time.Duration) RTO {
	return RTO{initial: initial, min: min, max: max, rto: clamp(initial, min, max)}
}

// Current is the RTO, any backing off included.
func (r *RTO) Current() time.Duration { return r.rto }

// SRTT is the smoothed round trip time, zero before the first measurement.
func (r *RTO) SRTT() time.Duration { return r.srtt }

// Measured takes a round trip time; it ends any backing off.
func (r *RTO) Measured(rtt time.Duration) {
	rtt = max(rtt, 0)
	if r.srtt == 0 { // C2
		r.srtt = max(rtt, 1)
		r.rttvar = rtt / 2
	} else { // C3
		r.rttvar += (abs(r.srtt-rtt) - r.rttvar) >> betaShift
		r.srtt = max(r.srtt+(rtt-r.srtt)>>alphaShift, 1)
	}
	r.rttvar = max(r.rttvar, clockGranularity)
	r.rto = clamp(r.srtt+4*r.rttvar, r.min, r.max)
}

// BackOff doubles the RTO (section 6.3.3 E2).
func (r *RTO) BackOff() { r.rto = min(2*r.rto, r.max) }

// Reset forgets every measurement.
func (r *RTO) Reset() { *r = NewRTO(r.initial, r.min, r.max) }

func clamp(d, low, high time.Duration) time.Duration { return max(low, min(d, high)) }

func abs(d time.Duration) time.Duration {
	if d < 0 {
		return -d
	}
	return d
}
