// Package cc decides how many bytes may be in flight to one destination address (RFC 9260 section 7).
//
// A [Controller] sees acknowledgements, losses and silence of one path. It knows no chunks or timers, so that another
// algorithm is another implementation and nothing else. Sizes are in bytes and count DATA chunks with header and padding
// (section 7.2).
package cc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// Algorithm names a congestion control.
type Algorithm uint8

const (
	// RFC9260 is that of the SCTP specification, [Reno].
	RFC9260 Algorithm = iota
	// CUBIC is that of RFC 9438, [Cubic].
	CUBIC
)

// New returns a controller for a path that takes pmdcs bytes of DATA chunks a packet.
func New(a Algorithm, pmdcs int, ipv6 bool) Controller {
	switch a {
	case CUBIC:
		return NewCubic(pmdcs, ipv6)
	case RFC9260:
	}
	return NewReno(pmdcs, ipv6)
}

// Ack is what one SACK chunk acknowledged on one path.
type Ack struct {
	// Bytes newly acknowledged, cumulatively or by a gap block.
	Bytes int
	// FlightBefore is the flight size of the path before the SACK arrived.
	FlightBefore int
	// CumAdvanced: the Cumulative TSN Ack Point moved.
	CumAdvanced bool
	// FastRecovery: the association is in fast recovery (section 7.2.4).
	FastRecovery bool
	// Drained: nothing is in flight on the path any more.
	Drained bool
	// Now is when the SACK came. RTT is the round trip time that it measures, zero if it measures none; SRTT the smoothed one.
	Now       mono.Time
	RTT, SRTT time.Duration
}

// Controller is the congestion control of one path.
type Controller interface {
	// Cwnd is the congestion window; Ssthresh the slow-start threshold.
	Cwnd() int
	Ssthresh() int
	// Acked handles a SACK that acknowledged something on this path.
	Acked(Ack)
	// Lost handles entering fast recovery for chunks of this path (section 7.2.3).
	Lost()
	// Marked handles that a packet of this path came through, marked by a router whose queue grows (RFC 3168 section 6.1.2).
	Marked()
	// TimedOut handles a T3-rtx expiration of this path (section 7.2.3).
	TimedOut()
	// Save keeps the state, before the first of the calls of Lost and TimedOut that one event is answered by.
	Save()
	// Undo says that nothing was lost since Save: what had only been late was sent again. The state is what it was then, or better, but the
	// window becomes no smaller. Without a Save since the last Undo or Reset it does nothing.
	Undo()
	// Idle handles one RTO without a transmission to this path (section 7.2.1).
	Idle()
	// Resize tells a new PMDCS, the largest DATA chunk payload area of a packet on the path.
	Resize(pmdcs int)
	// Reset returns to the state of a new path (section 7.2.5).
	Reset()
}
