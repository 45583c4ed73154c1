package cc

// Reno is the congestion control of RFC 9260 section 7.2.
type Reno struct {
	pmdcs             int
	initialAllowance  int
	cwnd              int
	ssthresh          int
	partialBytesAcked int
	idle              bool
}

// NewReno returns a controller for a path that takes pmdcs bytes of DATA chunks a packet.
func NewReno(pmdcs int, ipv6 bool) *Reno {
	r := &Reno{pmdcs: pmdcs, initialAllowance: allowance(ipv6)}
	r.Reset()
	return r
}

func (r *Reno) Reset() {
	r.cwnd = initialWindow(r.pmdcs, r.initialAllowance)
	r.ssthresh = maxSsthresh
	r.partialBytesAcked = 0
	r.idle = false
}

func (r *Reno) Cwnd() int     { return r.cwnd }
func (r *Reno) Ssthresh() int { return r.ssthresh }

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

// slowStart grows cwnd only while it is used in full and not in fast recovery (section 7.2.1). "In full" includes the one packet
// that rule B of section 6.1 lets through when cwnd is no multiple of the packet size.
func (r *Reno) slowStart(a Ack) {
	if a.FastRecovery || !a.CumAdvanced || a.FlightBefore+r.pmdcs <= r.cwnd {
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
	r.ssthresh = max(r.cwnd/2, minSsthreshPackets*r.pmdcs)
	r.cwnd = r.ssthresh
	r.partialBytesAcked = 0
}

// Marked does what a loss does, but never raises cwnd: after a time-out it is below the floor of ssthresh.
func (r *Reno) Marked() {
	r.ssthresh = max(r.cwnd/2, minSsthreshPackets*r.pmdcs)
	r.cwnd = min(r.cwnd, r.ssthresh)
	r.partialBytesAcked = 0
}

func (r *Reno) TimedOut() {
	r.ssthresh = max(r.cwnd/2, minSsthreshPackets*r.pmdcs)
	r.cwnd = r.pmdcs
	r.partialBytesAcked = 0
}

// Idle never raises cwnd: after a time-out it is below the floor of 4 PMDCS that the RFC's formula gives.
func (r *Reno) Idle() {
	if !r.idle {
		r.idle = true
		r.ssthresh = max(r.cwnd, minSsthreshPackets*r.pmdcs)
	}
	r.cwnd = min(r.cwnd, max(r.cwnd/2, minSsthreshPackets*r.pmdcs))
}

// Resize keeps cwnd in bytes, but never below one packet.
func (r *Reno) Resize(pmdcs int) {
	fresh := r.cwnd == initialWindow(r.pmdcs, r.initialAllowance) && r.ssthresh == maxSsthresh
	r.pmdcs = pmdcs
	if fresh {
		r.Reset()
	}
	r.cwnd = max(r.cwnd, pmdcs)
}
