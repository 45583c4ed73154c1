package simnet

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/transport"
)

func TestPacketsNeedASourceAndADestination(t *testing.T) {
	l := newLab(t, Link{Delay: 10 * time.Millisecond})
	send := func(p transport.Path) {
		l.n.Send(second, l.left, &transport.Datagram{Path: p, Data: make([]byte, 12)})
	}
	send(transport.Path{Local: rightAddr, Remote: rightAddr})                       // somebody else's address
	send(transport.Path{Local: leftAddr, Remote: right6})                           // two families
	send(transport.Path{Local: leftAddr, Remote: netip.MustParseAddr("192.0.2.9")}) // nobody's address
	send(transport.Path{Remote: rightAddr})                                         // goes away while the packet travels
	l.right.RemoveAddr(rightAddr)
	if all := l.drain(); len(all) != 0 {
		t.Errorf("arrived: %+v", all)
	}
	if l.fates[LostNoSource] != 2 || l.fates[LostNoHost] != 2 {
		t.Errorf("fates %v, want 2 without source and 2 without host", l.fates)
	}
}

func TestAddressesComeAndGo(t *testing.T) {
	l := newLab(t, Link{})
	moved := netip.MustParseAddr("198.51.100.7")
	l.right.AddAddr(moved)
	l.right.RemoveAddr(rightAddr)
	l.right.RemoveAddr(leftAddr) // not its own: no effect
	if got, want := l.right.Addrs(), []netip.Addr{right6, moved}; !slices.Equal(got, want) {
		t.Errorf("addresses %v, want %v", got, want)
	}
	l.n.Send(second, l.left, &transport.Datagram{Path: transport.Path{Remote: moved}, Data: make([]byte, 12)})
	if all := l.drain(); len(all) != 1 || all[0].d.Path.Remote != leftAddr {
		t.Errorf("got %+v", all)
	}
}

func TestAnAddressHasOneHost(t *testing.T) {
	l := newLab(t, Link{})
	defer func() {
		if recover() == nil {
			t.Error("two hosts took the same address")
		}
	}()
	l.n.AddHost("third", leftAddr)
}

func TestUDPPortsAreLearntAndMustMatch(t *testing.T) {
	l := newLab(t, Link{})
	l.left.SetEncapPort(DefaultEncapPort)
	l.right.SetEncapPort(4000)
	send := func(from *Host, to netip.Addr, port uint16) []got {
		l.n.Send(second, from, &transport.Datagram{Path: transport.Path{Remote: to, EncapPort: port}, Data: make([]byte, 12)})
		return l.drain()
	}
	if all := send(l.left, rightAddr, 4000); len(all) != 1 || all[0].d.Path.EncapPort != DefaultEncapPort {
		t.Errorf("left to right: %+v", all)
	}
	if all := send(l.right, leftAddr, 0); len(all) != 1 || all[0].d.Path.EncapPort != 4000 {
		t.Errorf("right to the default port: %+v", all)
	}
	l.right.SetEncapPort(4001) // as a NAT does that forgot its binding
	if all := send(l.left, rightAddr, 4000); len(all) != 0 || l.fates[LostPort] != 1 {
		t.Errorf("to a port that was rebound: %+v", all)
	}
	l.left.SetEncapPort(0)
	if all := send(l.left, rightAddr, 4001); len(all) != 0 || l.fates[LostPort] != 2 {
		t.Errorf("from outside UDP: %+v", all)
	}
}

func TestInjectedDatagramAppears(t *testing.T) {
	l := newLab(t, Link{})
	p := transport.Path{Local: leftAddr, Remote: rightAddr}
	l.n.Inject(second, l.left, transport.Datagram{Path: p, Kind: transport.ProtocolUnreachable, Data: make([]byte, 8)})
	all := l.drain()
	if len(all) != 1 || all[0].host != l.left || all[0].d.Kind != transport.ProtocolUnreachable || all[0].d.Path != p {
		t.Errorf("got %+v", all)
	}
}

func TestFilterDropsAndAlters(t *testing.T) {
	l := newLab(t, Link{})
	l.n.Filter(func(d *transport.Datagram) bool {
		d.Data[3] += 10
		return d.Data[3] != 11
	})
	all := l.sendMany(3)
	if len(all) != 2 || all[0].number != 10 || all[1].number != 12 || l.fates[LostFilter] != 1 {
		t.Errorf("got %+v", all)
	}
}

func TestSourceIsTheNearestAddress(t *testing.T) {
	l := newLab(t, Link{})
	for _, a := range []string{"10.0.0.1", "10.1.0.1", "fd00:1::1"} {
		l.left.AddAddr(netip.MustParseAddr(a))
	}
	for _, c := range []struct{ to, want string }{
		{"10.1.0.9", "10.1.0.1"}, {"10.0.0.9", "10.0.0.1"}, {"192.0.2.9", "192.0.2.1"}, {"fd00:1::9", "fd00:1::1"},
	} {
		if got := l.left.source(netip.MustParseAddr(c.to)); got.String() != c.want {
			t.Errorf("to %s from %v, want %s", c.to, got, c.want)
		}
	}
}
