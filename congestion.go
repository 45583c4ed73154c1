package sctp

import (
	"fmt"

	"github.com/gosctp/sctp/internal/cc"
)

// CongestionControl is how an association learns how much may be in flight to an address.
type CongestionControl uint8

const (
	// CUBIC is RFC 9438 with the slow start of RFC 9406. It gets large windows back after a loss in seconds, whatever the round trip
	// time is, as the TCP of most systems does.
	CUBIC CongestionControl = iota
	// RFC9260 is what the specification of SCTP has (RFC 9260 section 7.2), and other stacks do: after a loss, half of the window, and one
	// packet more for each round trip.
	RFC9260
)

func (c CongestionControl) String() string {
	switch c {
	case CUBIC:
		return "CUBIC"
	case RFC9260:
		return "RFC 9260"
	}
	return fmt.Sprintf("CongestionControl(%d)", uint8(c))
}

func (c CongestionControl) core() cc.Algorithm {
	if c == RFC9260 {
		return cc.RFC9260
	}
	return cc.CUBIC
}
