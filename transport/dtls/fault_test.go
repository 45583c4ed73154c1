package dtls

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/transport/fault"
	"github.com/gosctp/sctp/transport/udpencap"
)

// Records that real sockets carry badly, from the first ClientHello on: lost, doubled, damaged and overtaken. What is damaged is dropped, and lost.
func TestOverABadCarrier(t *testing.T) {
	open := func(c Config, seed uint64, accept bool) (*Transport, *fault.Transport) {
		udp, err := udpencap.Open(udpencap.Config{FreePort: true, LocalAddrs: []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}})
		if err != nil {
			t.Fatal(err)
		}
		bad := fault.Wrap(udp, seed)
		bad.SetFaults(fault.Faults{
			Loss: 0.01, Duplicate: 0.02, Corrupt: 0.005, Reorder: 0.05, ReorderDelay: 2 * time.Millisecond, Delay: time.Millisecond,
		})
		carrier := New(bad, c, accept)
		t.Cleanup(func() { carrier.Close() })
		return carrier, bad
	}
	s, c := newAuthority(t).pair(t)
	server, there := open(s, 1, true)
	serve(t, server)
	client, here := open(c, 2, false)
	peer, err := client.Dial(within(t), at(server.lower.(*fault.Transport).Unwrap().(*udpencap.Transport)))
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, client, peer)
	for range 60 {
		exchange(t, conn, 20_000)
	}
	conn.Shutdown(within(t))
	a, b := there.Counters(), here.Counters()
	if a.Lost+b.Lost == 0 || a.Duplicated+b.Duplicated == 0 || a.Delayed+b.Delayed == 0 {
		t.Errorf("too few faults: %+v, %+v", a, b)
	}
}
