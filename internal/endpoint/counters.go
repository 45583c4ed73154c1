package endpoint

// Counters count packets that arrived, and what was in those that belong to no association (RFC 3873, sctpStats).
type Counters struct {
	// PacketsReceived are all packets, damaged ones included, but none to ports of other processes.
	PacketsReceived uint64
	// ChecksumErrors of them had a wrong checksum.
	ChecksumErrors uint64
	// OutOfBlues of them were whole and belonged to no association (RFC 9260 section 8.4), nor did they begin one.
	OutOfBlues uint64
	// ControlReceived are the control chunks in packets that no association got.
	ControlReceived uint64
	// AuthFailures are COOKIE ECHOs that made no association because they were not authentic (RFC 4895 section 6.3).
	AuthFailures uint64
	// InitsRefused are INITs to a listening socket that were answered with ABORT for what is in them, as by a peer that wants to change
	// addresses without authentication (RFC 5061 section 4.2.7).
	InitsRefused uint64
}

// Counters returns what was counted so far.
func (e *Endpoint) Counters() Counters { return e.counters }

// countStranger counts a packet that did not belong to an association, as the verdict tells.
func (e *Endpoint) countStranger(p *packet, v *Verdict) {
	switch {
	case v.Kind == Deliver, v.Kind == Created:
		return // the association counts
	case v.Kind == Drop && v.Reason == DropNotOurs:
		e.counters.PacketsReceived-- // nor is it counted
		return
	}
	e.counters.ControlReceived += uint64(p.control)
	if v.Kind == Drop && v.Reason == DropUnauthentic {
		e.counters.AuthFailures++
	}
	if !p.setup {
		e.counters.OutOfBlues++
	}
}
