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
	// BBRv3 is that of draft-ietf-ccwg-bbr-06, [BBR].
	BBRv3
)

// New returns a controller for a path that takes pmdcs bytes of DATA chunks a packet.
func New(a Algorithm, pmdcs int, ipv6 bool) Controller {
	switch a {
	case CUBIC:
		return NewCubic(pmdcs, ipv6)
	case BBRv3:
		return NewBBR(pmdcs, ipv6)
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
	// FlightAfter is the flight size now. NewestAt is when that of the chunks left which was sent last.
	FlightAfter int
	NewestAt    mono.Time
	// Repairing: chunks that were lost wait to be sent again.
	Repairing bool
	// Paced: what leaves does not leave in bursts. Held: data waits for its time, which is why the window is not used in full.
	Paced, Held bool
}

// Departure is a packet with DATA that leaves, and the flight size before and after it.
type Departure struct {
	Now           mono.Time
	Before, After int
}

// Loss is a part of what left at one moment, and is taken for lost.
type Loss struct {
	SentAt mono.Time
	// Bytes in so many Ranges of consecutive TSNs.
	Bytes, Ranges int
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

	// Sent, Missed and AppLimited are for those who measure: a packet left, a part of what left is lost, and there is no more to send though
	// more than flight might be in flight.
	Sent(Departure)
	Missed(Loss)
	AppLimited(flight int)
	// PacingRate is how many bytes per second leave, in quanta; zero leaves that to the windows. srtt and least are the smoothed and the shortest
	// round trip, zero while unknown.
	PacingRate(srtt, least time.Duration) float64
}
