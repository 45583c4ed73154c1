package simnet_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// A host with two addresses sends over both of its paths; then one is cut.
func Example() {
	n := simnet.New(1)
	left := n.AddHost("left", netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1"))
	right := n.AddHost("right", netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("198.51.100.2"))
	fast, slow := netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24")
	n.Connect(fast, fast, simnet.Link{Delay: 10 * time.Millisecond})
	n.Connect(slow, slow, simnet.Link{Delay: 80 * time.Millisecond})

	start := mono.Time(time.Second)
	n.Schedule(start.Add(time.Second), func() { n.Cut(fast, fast) })
	for _, at := range []time.Duration{0, 2 * time.Second} {
		for i, remote := range right.Addrs() {
			n.Send(start.Add(at), left, &transport.Datagram{
				Path: transport.Path{Local: left.Addrs()[i], Remote: remote},
				Data: []byte("packet"),
			})
		}
		for due := n.NextDeadline(); !due.IsZero(); due = n.NextDeadline() {
			if h, d, ok := n.Deliver(due); ok {
				fmt.Printf("%v: %s got %q from %v\n", due.Sub(start), h.Name(), d.Data, d.Path.Remote)
			}
		}
	}
	// Output:
	// 10ms: right got "packet" from 192.0.2.1
	// 80ms: right got "packet" from 198.51.100.1
	// 2.08s: right got "packet" from 198.51.100.1
}
