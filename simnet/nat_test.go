package simnet

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

var (
	inside       = netip.MustParsePrefix("10.0.0.0/24")
	insideA      = netip.MustParseAddr("10.0.0.1")
	insideB      = netip.MustParseAddr("10.0.0.2")
	publicAddr   = netip.MustParseAddr("203.0.113.1")
	anotherPlace = netip.MustParseAddr("192.0.2.9")
)

// natLab is two hosts behind a NAT, and two outside.
type natLab struct {
	*lab
	nat  *NAT
	a, b *Host
}

func newNATLab(t *testing.T, r NATRules) *natLab {
	l := &natLab{lab: newLab(t, Link{Delay: 10 * time.Millisecond})}
	l.nat = l.n.AddNAT(publicAddr, inside, r)
	l.a, l.b = l.n.AddHost("a", insideA), l.n.AddHost("b", insideB)
	l.right.AddAddr(anotherPlace)
	for _, h := range []*Host{l.left, l.right, l.a, l.b} {
		h.SetEncapPort(DefaultEncapPort)
	}
	return l
}

// pass sends a packet, and returns the path as its receiver sees it; false if nobody does.
func (l *natLab) pass(at mono.Time, from *Host, p transport.Path) (transport.Path, bool) {
	l.n.Send(at, from, &transport.Datagram{Path: p, Data: make([]byte, 12)})
	all := l.drain()
	if len(all) == 0 {
		return transport.Path{}, false
	}
	return all[0].d.Path, true
}

// out sends a packet of a host inside to one outside, and returns the port that it comes from.
func (l *natLab) out(at mono.Time, from *Host, to netip.Addr) uint16 {
	l.t.Helper()
	p, ok := l.pass(at, from, transport.Path{Remote: to})
	if !ok || p.Remote != publicAddr {
		l.t.Fatalf("from %s came %v, %v", from.Name(), p, ok)
	}
	return p.EncapPort
}

// in sends a packet back to a port of the box, and returns the address inside that it gets to.
func (l *natLab) in(at mono.Time, from netip.Addr, port uint16) netip.Addr {
	p, _ := l.pass(at, l.n.owner[from], transport.Path{Local: from, Remote: publicAddr, EncapPort: port})
	return p.Local
}

func TestHostsBehindANAT(t *testing.T) {
	l := newNATLab(t, NATRules{})
	a, b := l.out(second, l.a, rightAddr), l.out(second, l.b, rightAddr)
	if a != DefaultEncapPort || b != firstNATPort {
		t.Errorf("ports %d and %d, want that of the first host and another one", a, b)
	}
	for port, want := range map[uint16]netip.Addr{a: insideA, b: insideB, 7: {}} {
		if got := l.in(2*second, rightAddr, port); got != want {
			t.Errorf("port %d leads to %v, want %v", port, got, want)
		}
	}
	if got := l.in(2*second, leftAddr, a); got.IsValid() {
		t.Error("it lets somebody in who was not sent to")
	}
	if got := l.out(2*second, l.a, anotherPlace); got != a {
		t.Errorf("for another peer the port is %d", got)
	}
	if host, ok := l.nat.HostAt(b); !ok || host != netip.AddrPortFrom(insideB, DefaultEncapPort) {
		t.Errorf("at port %d is %v, %v", b, host, ok)
	}
	if _, ok := l.nat.HostAt(7); ok {
		t.Error("somebody is at a port that nobody has")
	}

	// Inside nothing is translated, and nobody outside can name an address inside.
	if p, ok := l.pass(3*second, l.a, transport.Path{Remote: insideB}); !ok || p.Remote != insideA {
		t.Errorf("inside: %v, %v", p, ok)
	}
	if _, ok := l.pass(3*second, l.right, transport.Path{Remote: insideA}); ok {
		t.Error("a private address was reached from outside")
	}
	l.a.SetEncapPort(0)
	if _, ok := l.pass(3*second, l.a, transport.Path{Remote: rightAddr}); ok {
		t.Error("what is not in UDP got through")
	}
	if l.fates[LostNAT] != 4 {
		t.Errorf("fates %v", l.fates)
	}
}

func TestNATForgets(t *testing.T) {
	l := newNATLab(t, NATRules{Timeout: 30 * time.Second})
	a := l.out(second, l.a, rightAddr)
	at := func(d time.Duration) mono.Time { return second.Add(d) }
	if got := l.in(at(29*time.Second), rightAddr, a); got != insideA {
		t.Error("it forgot too early")
	}
	if got := l.in(at(31*time.Second), rightAddr, a); got.IsValid() {
		t.Error("a packet from outside kept it awake")
	}
	if got := l.out(at(32*time.Second), l.b, rightAddr); got != a {
		t.Errorf("the port is free, and b got %d", got)
	}
	if got := l.out(at(33*time.Second), l.a, rightAddr); got != firstNATPort {
		t.Errorf("its port is taken, and a got %d", got)
	}
	l.nat.Forget()
	if got := l.in(at(33*time.Second), rightAddr, a); got.IsValid() {
		t.Error("it has not forgotten")
	}
	if got := l.out(at(34*time.Second), l.b, rightAddr); got != firstNATPort+1 {
		t.Errorf("b got %d, want a new port", got)
	}
}

func TestNATRules(t *testing.T) {
	l := newNATLab(t, NATRules{PerPeer: true, Open: true})
	one, two := l.out(second, l.a, rightAddr), l.out(second, l.a, anotherPlace)
	if one == two || l.out(second, l.a, rightAddr) != one {
		t.Errorf("ports %d and %d", one, two)
	}
	if got := l.in(second, leftAddr, two); got != insideA {
		t.Error("everybody is to get in")
	}
}

func TestForwardedPort(t *testing.T) {
	l := newNATLab(t, NATRules{Timeout: time.Second})
	l.nat.Forward(500, netip.AddrPortFrom(insideB, DefaultEncapPort))
	l.nat.Forget()
	if got := l.in(100*second, rightAddr, 500); got != insideB {
		t.Errorf("port 500 leads to %v", got)
	}
	if got := l.out(200*second, l.b, leftAddr); got != 500 {
		t.Errorf("the host comes from port %d", got)
	}
	l.b.RemoveAddr(insideB)
	if got := l.in(201*second, rightAddr, 500); got.IsValid() || l.fates[LostNoHost] != 1 {
		t.Errorf("to a host that has gone: %v, fates %v", got, l.fates)
	}
}

func TestPublicAddressOfANATChanges(t *testing.T) {
	l := newNATLab(t, NATRules{})
	port := l.out(second, l.a, rightAddr)
	moved := netip.MustParseAddr("203.0.113.2")
	l.nat.SetPublic(moved)
	if p, ok := l.pass(second, l.a, transport.Path{Remote: rightAddr}); !ok || p.Remote != moved || p.EncapPort != port {
		t.Errorf("from %v, %v", p, ok)
	}
	if got := l.in(second, rightAddr, port); got.IsValid() {
		t.Error("the address that it had leads inside")
	}
}

// A report about a packet that was too large reaches the host inside, which knows nothing of translations.
func TestReportsPassANAT(t *testing.T) {
	l := newNATLab(t, NATRules{})
	l.n.SetDefault(Link{MTU: 1000})
	l.n.Send(second, l.a, &transport.Datagram{Path: transport.Path{Remote: rightAddr}, Data: make([]byte, 1200)})
	all := l.drain()
	if len(all) != 1 || all[0].host != l.a || all[0].d.Kind != transport.PacketTooBig || all[0].d.Path.Local != insideA || all[0].d.MTU != 972 {
		t.Errorf("got %+v", all)
	}
}

func TestPublicAddressIsTheNATsOwn(t *testing.T) {
	l := newNATLab(t, NATRules{})
	for _, addr := range []netip.Addr{publicAddr, rightAddr} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v was taken twice", addr)
				}
			}()
			l.n.AddNAT(addr, netip.MustParsePrefix("10.0.1.0/24"), NATRules{})
		}()
	}
}
