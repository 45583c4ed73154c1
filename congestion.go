package sctp

import (
	"fmt"

	"github.com/gosctp/sctp/internal/cc"
)

// CongestionControl is how an association learns how much may be in flight to an address. What it has learnt is of that address alone.
//
// [CUBIC] shares a path with what else there is, and is the choice where nothing is known. [BBR] is for large transfers over paths that lose
// packets though nothing is full, as radio does, or that have queues in which everything else would wait. [RFC9260] is for comparison
// with other stacks.
type CongestionControl uint8

const (
	// CUBIC is RFC 9438 with the slow start of RFC 9406. It gets large windows back after a loss in seconds, whatever the round trip
	// time is, as the TCP of most systems does. Where the round trip is a millisecond or more, packets leave evenly over it and not in bursts.
	// A loss takes 30 % of the window, or 15 if round trips show that no queue stood before it, as on radio links;
	// then it grows as fast as Reno's until one does.
	CUBIC CongestionControl = iota
	// RFC9260 is what the specification of SCTP has (RFC 9260 section 7.2), and other stacks do: after a loss, half of the window, and one
	// packet more for each round trip.
	RFC9260
	// BBR is version 3 of BBR (draft-ietf-ccwg-bbr-06). It measures what the path delivers and how long its shortest round trip is, and sends at
	// that rate, evenly. A loss in a hundred packets hardly slows it down, and it keeps queues short. It is an experiment, as its
	// specification is: several of them share a path fairly, but beside CUBIC one gets more or less than its share, depending on the
	// queue. [Config.DisableRACK] is no good beside it.
	BBR
)

func (c CongestionControl) String() string {
	switch c {
	case CUBIC:
		return "CUBIC"
	case RFC9260:
		return "RFC 9260"
	case BBR:
		return "BBR"
	}
	return fmt.Sprintf("CongestionControl(%d)", uint8(c))
}

func (c CongestionControl) core() cc.Algorithm {
	switch c {
	case RFC9260:
		return cc.RFC9260
	case BBR:
		return cc.BBRv3
	case CUBIC:
	}
	return cc.CUBIC
}
