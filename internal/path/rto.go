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
	// peak is the largest value since the last ResetPeak.
	peak time.Duration
}

// NewRTO returns an RTO without a measurement.
func NewRTO(initial, min, max time.Duration) RTO {
	rto := clamp(initial, min, max)
	return RTO{initial: initial, min: min, max: max, rto: rto, peak: rto}
}

// SetBounds changes RTO.Initial, RTO.Min and RTO.Max for what is measured, or backed off, from now on.
func (r *RTO) SetBounds(initial, least, most time.Duration) {
	r.initial, r.min, r.max = initial, least, most
}

// Current is the RTO, any backing off included.
func (r *RTO) Current() time.Duration { return r.rto }

// Peak is the largest RTO since the last ResetPeak, RTO.Min if there was none.
func (r *RTO) Peak() time.Duration { return r.peak }

// ResetPeak begins a new period of observation.
func (r *RTO) ResetPeak() { r.peak = r.min }

// set changes the RTO.
func (r *RTO) set(d time.Duration) {
	r.rto = d
	r.peak = max(r.peak, d)
}

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
	r.set(r.Measurement())
}

// Measurement is what the RTO would be without any backing off.
func (r *RTO) Measurement() time.Duration {
	if r.srtt == 0 {
		return clamp(r.initial, r.min, r.max)
	}
	return clamp(r.srtt+4*r.rttvar, r.min, r.max)
}

// BackOff doubles the RTO (section 6.3.3 E2).
func (r *RTO) BackOff() { r.set(min(2*r.rto, r.max)) }

// Reset forgets every measurement.
func (r *RTO) Reset() { *r = NewRTO(r.initial, r.min, r.max) }

func clamp(d, low, high time.Duration) time.Duration { return max(low, min(d, high)) }

func abs(d time.Duration) time.Duration {
	if d < 0 {
		return -d
	}
	return d
}
