package cc

import "time"

// Reno is the congestion control of RFC 9260 section 7.2.
type Reno struct {
	window
	partialBytesAcked int
}

// NewReno returns a controller for a path that takes pmdcs bytes of DATA chunks a packet.
func NewReno(pmdcs int, ipv6 bool) *Reno { return &Reno{window: newWindow(pmdcs, ipv6)} }

func (r *Reno) Reset() {
	r.reset()
	r.partialBytesAcked = 0
}

// PacingRate is zero: RFC 9260 has Max.Burst.
func (r *Reno) PacingRate(time.Duration, time.Duration) float64 { return 0 }

func (r *Reno) Acked(a Ack) {
	r.idle = false
	if r.cwnd <= r.ssthresh {
		r.slowStart(a)
	} else {
		r.congestionAvoidance(a)
	}
	if a.Drained {
		r.partialBytesAcked = 0
	}
}

// slowStart grows cwnd only while it is used in full and not in fast recovery (section 7.2.1).
func (r *Reno) slowStart(a Ack) {
	if a.FastRecovery || !a.CumAdvanced || !r.usedBy(a) {
		return
	}
	r.cwnd += min(a.Bytes, r.pmdcs)
}

// congestionAvoidance grows cwnd by one PMDCS per window acknowledged (section 7.2.2).
func (r *Reno) congestionAvoidance(a Ack) {
	r.partialBytesAcked += a.Bytes
	if r.partialBytesAcked < r.cwnd {
		return
	}
	if a.FlightBefore < r.cwnd {
		r.partialBytesAcked = r.cwnd
		return
	}
	r.partialBytesAcked -= r.cwnd
	if !a.FastRecovery { // section 7.2.4: cwnd does not change during fast recovery
		r.cwnd += r.pmdcs
	}
}

func (r *Reno) Lost() {
	r.reduce()
	r.cwnd = r.ssthresh
}

// Marked does what a loss does, but never raises cwnd: after a time-out it is below the floor of ssthresh.
func (r *Reno) Marked() {
	r.reduce()
	r.cwnd = min(r.cwnd, r.ssthresh)
}

func (r *Reno) TimedOut() {
	r.reduce()
	r.cwnd = r.pmdcs
}

// reduce lowers ssthresh (section 7.2.3).
func (r *Reno) reduce() {
	r.ssthresh = r.atLeast(r.cwnd / 2)
	r.partialBytesAcked = 0
}

func (r *Reno) Save() { r.save() }
func (r *Reno) Undo() { r.undo() }

func (r *Reno) Idle() { r.decay() }

func (r *Reno) Resize(pmdcs int) {
	if r.resize(pmdcs) {
		r.partialBytesAcked = 0
	}
}
