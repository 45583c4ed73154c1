// Package demo shows an association from its first packet to its last: two programs on this machine, a daytime server and
// its client, joined by two paths, of which one is cut while they talk.
//
// It really happens, over UDP on the loopback interface, and takes as long as it takes. What steers it is what has happened, not the
// clock: the next time is told when the one before has arrived.
package demo

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/ladder"
	"github.com/gosctp/sctp/transport"
)

// The programs' ports. They are nobody's business but the demo's, whose carriers are its own.
const (
	clientPort = 49200
	serverPort = 13
)

// The rounds of the demo, in each of which the server tells the time on both streams.
const (
	rounds   = 6
	cutRound = 3 // before it, the primary path is cut
)

// config makes for a quick demo: with the values that RFC 9260 section 16 recommends, the failover would take a second and the
// return to the path half a minute.
var config = sctp.Config{
	RTOInitial: 500 * time.Millisecond,
	RTOMin:     250 * time.Millisecond,
	HBInterval: 300 * time.Millisecond,
	SACKDelay:  50 * time.Millisecond,
}

// Options of Run.
type Options struct {
	Ladder ladder.Options
	// Wrap, if not nil, is put around the client's carrier.
	Wrap func(transport.Transport) transport.Transport
}

// Run plays the demo and draws it on w. It returns an error unless every message arrived exactly once, in order on its stream.
func Run(ctx context.Context, w io.Writer, o Options) error {
	addrs, err := loopbacks()
	if err != nil {
		return err
	}
	return perform(ctx, w, o, addrs)
}

// perform is Run on two given addresses.
func perform(ctx context.Context, w io.Writer, o Options, addrs []netip.Addr) error {
	fmt.Fprintf(w, `A client (A) sets up an association with a daytime server (B) on this machine, over UDP, on the two
addresses %v and %v. The server tells the time %d times: local time on stream 0, GMT on stream 1.
Midway the first path is cut, and later repaired. So that this takes seconds and not a minute, RTO.Min is %v
and HB.interval %v; RFC 9260 section 16 recommends 1 s and 30 s.
`, addrs[0], addrs[1], rounds, config.RTOMin, config.HBInterval)
	s := newScreen(w, o.Ladder)
	s.diagram.Declare(clientPort, addrs...)
	s.diagram.Declare(serverPort, addrs...)
	n, err := newNetwork(addrs, s, o.Wrap)
	if err != nil {
		return err
	}
	defer n.close()
	p := &play{net: n, screen: s, journal: newJournal()}
	if err := p.run(ctx); err != nil {
		return err
	}
	return p.epilogue(w)
}

// loopbacks returns two addresses of this machine that need no set-up: Linux has all of 127.0.0.0/8, others have IPv6 at least.
func loopbacks() ([]netip.Addr, error) {
	first := netip.MustParseAddr("127.0.0.1")
	for _, second := range []string{"127.0.0.2", "::1"} {
		if a := netip.MustParseAddr(second); usable(a) {
			return []netip.Addr{first, a}, nil
		}
	}
	return nil, fmt.Errorf("the demo needs 127.0.0.2 or ::1 beside %v, this machine has neither", first)
}
