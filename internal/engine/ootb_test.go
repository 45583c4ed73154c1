package engine

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

func TestNeighboursAreRememberedForAWhile(t *testing.T) {
	here, there := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1")
	to := func(port uint16, addr netip.Addr) *transport.Datagram {
		return &transport.Datagram{Path: transport.Path{Local: addr}, Data: wire.Header{DstPort: port}.Append(nil)}
	}
	const now = mono.Time(time.Hour)
	n := make(neighbours)
	n.add(now, 7, here)
	for _, c := range []struct {
		at    mono.Time
		d     *transport.Datagram
		known bool
	}{
		{now, to(7, here), true},
		{now, to(7, there), false},
		{now, to(8, here), false},
		{now.Add(neighbourTime), to(7, here), false},
		{now, &transport.Datagram{Path: transport.Path{Local: here}, Data: []byte("short")}, false},
		{now, &transport.Datagram{Kind: transport.Unreachable, Path: transport.Path{Local: here}}, false},
	} {
		if port, known := n.destination(c.at, c.d); known != c.known {
			t.Errorf("at %d to port %d of %v: known %v, want %v", c.at, port, c.d.Path.Local, known, c.known)
		}
	}
}

func TestNeighboursAreBounded(t *testing.T) {
	n := make(neighbours)
	for port := range 10 * maxNeighbours {
		n.add(1, uint16(port), netip.IPv6Loopback())
	}
	if len(n) > maxNeighbours {
		t.Errorf("%d are remembered, want at most %d", len(n), maxNeighbours)
	}
}
