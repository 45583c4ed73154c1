package endpoint

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
)

// movable is a configuration with RFC 5061, authenticated or not.
func movable(authenticated bool) assoc.Config {
	if authenticated {
		return assoc.Config{Auth: &auth.Config{}}
	}
	return assoc.Config{UnauthenticatedASCONF: true}
}

// movables are two hosts with an association that can change addresses.
func movables(t *testing.T, c assoc.Config, addrsA ...string) (n *network, a, z *host) {
	t.Helper()
	n = newNetwork(t)
	a, z = n.host("A", 1, addrsA...), n.host("Z", 2, "192.0.2.200")
	a.bind(1000, 0, c)
	z.bind(2000, 5, c)
	a.connect(z, c)
	n.settle()
	if len(a.live()) != 1 || len(z.live()) != 1 || !a.handles[0].Assoc.Status().Extensions.Has(assoc.DynamicAddresses) {
		t.Fatalf("no association with the extension; A: %q, Z: %q", a.events, z.events)
	}
	return n, a, z
}

// change has a host change the addresses of its association.
func (h *host) change(a *Handle, c assoc.AddrChange) {
	h.t.Helper()
	if _, err := a.Assoc.ChangeAddrs(h.network.now, c); err != nil {
		h.t.Fatal(err)
	}
	h.drain(a)
}

func addrs(list ...string) (out []netip.Addr) {
	for _, a := range list {
		out = append(out, netip.MustParseAddr(a))
	}
	return out
}

// RFC 5061 section 5.3.2: a host with one address gets another one instead, in the middle of a transfer.
func TestAHostMoves(t *testing.T) {
	for _, c := range []struct {
		name   string
		config assoc.Config
		change assoc.AddrChange
	}{
		{"authenticated", movable(true), assoc.AddrChange{Add: addrs("192.0.2.2"), Remove: addrs("192.0.2.1")}},
		{"not authenticated", movable(false), assoc.AddrChange{Add: addrs("192.0.2.2"), Remove: addrs("192.0.2.1")}},
		{"by wildcards", movable(true), assoc.AddrChange{Add: addrs("0.0.0.0"), Primary: netip.IPv4Unspecified(), Remove: addrs("0.0.0.0")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, a, z := movables(t, c.config, "192.0.2.1")
			A, Z := a.handles[0], z.handles[0]
			z.send(Z, "before")
			n.settle()
			a.addrs = addrs("192.0.2.2")
			a.e.SetLocalAddrs(a.addrs)
			A.Assoc.HostChanged(n.now, a.addrs)
			a.drain(A)
			z.send(Z, "meanwhile")
			a.send(A, "from elsewhere")
			n.settle() // neither gets there
			a.change(A, c.change)
			n.advance(2 * time.Second)
			if got := a.read(A); !slices.Equal(got, []string{"before", "meanwhile"}) {
				t.Errorf("A read %q", got)
			}
			if got := z.read(Z); !slices.Equal(got, []string{"from elsewhere"}) {
				t.Errorf("Z read %q", got)
			}
			if got := Z.Assoc.Paths(nil); got[0].Remote != a.addrs[0] {
				t.Errorf("Z has A at %v", got)
			}
			if len(a.live()) != 1 || len(z.live()) != 1 {
				t.Errorf("the association is over; A: %q, Z: %q", a.events, z.events)
			}
		})
	}
}

// Section 5.2 D2 to D4: what cannot be the association's is out of the blue, or discarded.
func TestASCONFFromNowhere(t *testing.T) {
	n, a, z := movables(t, movable(false), "192.0.2.1")
	h := z.handles[0]
	packet := func(tag uint32, lookup string, ports ...uint16) []byte {
		m := wire.ASCONF{Seq: 1, Addr: netip.MustParseAddr(lookup)}
		if len(ports) == 0 {
			ports = []uint16{1000, 2000}
		}
		return packetOf(ports[0], ports[1], tag, m.Append(chunk(wire.ChunkPad, 0, 0, 0, 0)))
	}
	for _, c := range []struct {
		name  string
		b     []byte
		found bool
	}{
		{"by the address", packet(h.tag, "192.0.2.1"), true},
		{"by the tag", packet(h.tag, "0.0.0.0"), true},
		{"another tag, which the association discards", packet(h.tag+1, "192.0.2.1"), true},
		{"another address", packet(h.tag, "192.0.2.77"), false},
		{"another tag alone", packet(h.tag+1, "0.0.0.0"), false},
		{"another port", packet(h.tag, "0.0.0.0", 1001, 2000), false},
		{"another port here", packet(h.tag, "0.0.0.0", 1000, 2001), false},
		{"a malformed one", packetOf(1000, 2000, h.tag, chunk(wire.ChunkASCONF, 1, 2, 3, 4)), false},
		{"a malformed chunk before it", packetOf(1000, 2000, h.tag, chunk(wire.ChunkPad), []byte{1, 1, 0, 1}), false},
	} {
		v := z.e.Route(n.now, arriving("203.0.113.5", "192.0.2.200", c.b))
		if found := v.Kind == Deliver && v.Handle == h; found != c.found {
			t.Errorf("%s: verdict %d, reason %d", c.name, v.Kind, v.Reason)
		}
	}
	before := len(z.events)
	z.receive(*arriving("203.0.113.5", "192.0.2.200", packet(h.tag+1, "192.0.2.1")))
	if len(z.events) != before || len(h.Assoc.Paths(nil)) != 1 {
		t.Error("D4: a wrong tag changed something")
	}
	_ = a
}

// Packets come to the addresses that an association has, not to those that its socket has.
func TestAddressesOfAnAssociation(t *testing.T) {
	n, a, z := movables(t, movable(true), "192.0.2.1", "192.0.2.2")
	A := a.handles[0]
	A.Assoc.HostChanged(n.now, a.addrs)
	a.change(A, assoc.AddrChange{Remove: addrs("192.0.2.1")})
	n.settle()
	if got := z.handles[0].Assoc.Paths(nil); len(got) != 1 || got[0].Remote != a.addrs[1] {
		t.Fatalf("Z has A at %v", got)
	}
	v := a.e.Route(n.now, arriving("192.0.2.200", "192.0.2.1", packetOf(2000, 1000, A.tag, chunk(wire.ChunkCookieAck))))
	if v.Kind == Deliver {
		t.Error("a packet to an address that the association has left is its own")
	}
	a.send(A, "from the other")
	n.settle()
	if got := z.read(z.handles[0]); !slices.Equal(got, []string{"from the other"}) {
		t.Errorf("Z read %q", got)
	}
	a.change(A, assoc.AddrChange{Add: addrs("192.0.2.1")})
	n.settle()
	if v := a.e.Route(n.now, arriving("192.0.2.200", "192.0.2.1", packetOf(2000, 1000, A.tag, chunk(wire.ChunkCookieAck)))); v.Kind != Deliver {
		t.Error("a packet to an address that the association has again is not its own")
	}

	// An association that is bound to some addresses may have others than its socket, unless another socket has them.
	b := &Socket{Port: 1000, Addrs: addrs("198.51.100.1"), Config: new(assoc.Config{}.Defaults())}
	e := New(Config{Seed: [32]byte{9}})
	s := &Socket{Port: 1000, Addrs: addrs("192.0.2.1"), Config: new(assoc.Config{}.Defaults())}
	for _, s := range []*Socket{b, s} {
		if err := e.Bind(s); err != nil {
			t.Fatal(err)
		}
	}
	h, err := e.Connect(n.now, s, new(assoc.Config{}), 2000, addrs("203.0.113.1"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if e.MayBind(h, b.Addrs[0]) == nil || e.MayBind(h, addrs("192.0.2.9")[0]) != nil {
		t.Error("an address of another socket can be added, or one of none cannot")
	}
	e.SetReach(h, addrs("192.0.2.1", "192.0.2.9"), nil)
	for to, want := range map[string]bool{"192.0.2.1": true, "192.0.2.9": true, "198.51.100.1": false} {
		v := e.Route(n.now, arriving("203.0.113.1", to, packetOf(2000, 1000, h.tag, chunk(wire.ChunkCookieAck))))
		if (v.Kind == Deliver) != want {
			t.Errorf("a packet to %s: verdict %d", to, v.Kind)
		}
	}
}
