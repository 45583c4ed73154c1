package endpoint

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

func TestSocketsOnDisjointAddressesOfOnePort(t *testing.T) {
	n := newNetwork(t)
	a := n.host("A", 1, "192.0.2.1", "198.51.100.1")
	z := n.host("Z", 2, "192.0.2.2")
	z.bind(2000, 5, assoc.Config{})
	// Both associations have the same ports and the same peer address: only the local address and the tag tell them apart.
	left := a.bind(1000, 0, assoc.Config{}, "192.0.2.1")
	one := a.connect(z, assoc.Config{})
	right := a.bind(1000, 0, assoc.Config{}, "198.51.100.1")
	two := a.connect(z, assoc.Config{})
	n.settle()
	if len(z.live()) != 2 {
		t.Fatalf("Z has %d associations, want 2; A: %q, Z: %q", len(z.live()), a.events, z.events)
	}
	a.send(one, "left")
	a.send(two, "right")
	a.send(one, "left again")
	n.advance(time.Second)
	if got := z.read(z.handles[0]); !slices.Equal(got, []string{"left", "left again"}) {
		t.Errorf("the first association carried %q", got)
	}
	if got := z.read(z.handles[1]); !slices.Equal(got, []string{"right"}) {
		t.Errorf("the second association carried %q", got)
	}
	if one.Socket != left || two.Socket != right {
		t.Error("the associations are on the wrong sockets")
	}
	a.abort(one)
	n.settle()
	if len(a.live()) != 1 || len(z.live()) != 1 || a.live()[0] != two {
		t.Error("the end of one association touched the other")
	}
}

func TestFamiliesOfOnePort(t *testing.T) {
	e := New(Config{Seed: [32]byte{1}})
	e.SetLocalAddrs([]netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1"),
		netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8:1::1")})
	for family, streams := range map[Family]uint16{IPv4: 4, IPv6: 6} {
		s := &Socket{Port: hostPort, Family: family, Backlog: 1, Config: new(assoc.Config{OutStreams: streams}.Defaults())}
		if err := e.Bind(s); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		from, to, other string
		streams         uint16
	}{
		{"203.0.113.9", "192.0.2.1", "198.51.100.1", 4},
		{"2001:db8::9", "2001:db8::1", "2001:db8:1::1", 6},
	} {
		v := e.Route(start, arriving(c.from, c.to, stranger(0, initChunk(5))))
		ack, err := wire.ParseInit(wireChunk(t, v))
		if err != nil || ack.OutStreams != c.streams {
			t.Errorf("INIT to %s: %d streams, %v; want the socket with %d", c.to, ack.OutStreams, err, c.streams)
		}
		if got := announced(t, wireChunk(t, v)); !slices.Equal(got, []string{c.to, c.other}) {
			t.Errorf("INIT ACK from %s announces %v", c.to, got)
		}
	}
}

// wireChunk returns the only chunk of a reply.
func wireChunk(t *testing.T, v Verdict) wire.Chunk {
	t.Helper()
	if v.Kind != Reply {
		t.Fatalf("verdict %d, reason %d; want an answer", v.Kind, v.Reason)
	}
	return chunks(v.Reply)[0]
}

func TestInitAckFromAnUnknownAddressIsFoundByTag(t *testing.T) {
	n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2", "192.0.2.3"})
	n.lose = func(_ *host, d *transport.Datagram) bool {
		if has(d.Data, wire.ChunkInitAck) {
			d.Path.Local = netip.MustParseAddr("192.0.2.3")
		}
		return false
	}
	meet(n, a, z)
	if got := a.live()[0].Assoc.Paths(nil); len(got) != 2 {
		t.Errorf("A knows the paths %v, want both addresses", got)
	}
}

func TestInitAckWithTheWrongPortsIsOutOfTheBlue(t *testing.T) {
	n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
	h := a.connect(z, assoc.Config{})
	n.queue = nil
	tag := h.Assoc.LocalTag()
	ack := chunk(wire.ChunkInitAck, initChunk(1)[4:]...)
	for _, ports := range [][2]uint16{{2001, 1000}, {2000, 1001}} {
		v := a.e.Route(n.now, arriving("203.0.113.9", "192.0.2.1", packetOf(ports[0], ports[1], tag, ack)))
		if v.Kind != Reply || !has(v.Reply, wire.ChunkAbort) {
			t.Errorf("INIT ACK from port %d to %d: verdict %d, reason %d; want ABORT", ports[0], ports[1], v.Kind, v.Reason)
		}
	}
	if v := a.e.Route(n.now, arriving("203.0.113.9", "192.0.2.1", packetOf(2000, 1000, tag, ack))); v.Handle != h {
		t.Errorf("INIT ACK with the right ports: verdict %d, reason %d; want the association", v.Kind, v.Reason)
	}
	if v := a.e.Route(n.now, arriving("203.0.113.9", "192.0.2.1", packetOf(2000, 1000, tag+1, ack))); v.Kind != Reply {
		t.Errorf("INIT ACK with another tag: verdict %d, reason %d; want ABORT", v.Kind, v.Reason)
	}
}

func TestInitThatListsAKnownAddressBelongsToItsAssociation(t *testing.T) {
	// RFC 9260 section 5.1.2 D; the association then refuses it, because the source is new to it (section 5.2.2).
	_, a, z := pair(t)
	before := *z.e
	init := packetOf(1000, 2000, 0, initChunk(77, "203.0.113.9", "192.0.2.1"))
	v := z.e.Route(start, arriving("203.0.113.9", "192.0.2.2", init))
	if v.Kind != Deliver || v.Handle != z.handles[0] {
		t.Fatalf("verdict %d, reason %d; want the association", v.Kind, v.Reason)
	}
	z.network.queue = append(z.network.queue, flying{z, *arriving("203.0.113.9", "192.0.2.2", init)})
	z.network.settle()
	if len(z.handles) != 1 || len(z.e.tags) != len(before.tags) || len(a.live()) != 1 {
		t.Error("the INIT changed an association")
	}

	other := packetOf(1001, 2000, 0, initChunk(77, "203.0.113.9", "192.0.2.1"))
	if v := z.e.Route(start, arriving("203.0.113.9", "192.0.2.2", other)); v.Kind != Reply || !has(v.Reply, wire.ChunkInitAck) {
		t.Errorf("the same from another port: verdict %d, reason %d; want INIT ACK", v.Kind, v.Reason)
	}
}

func TestOnlySoManyParametersOfAnInitAreLookedUp(t *testing.T) {
	_, _, z := pair(t)
	addrs := slices.Repeat([]string{"203.0.113.8"}, maxInitParams)
	for _, c := range []struct {
		addrs []string
		want  VerdictKind
	}{{append(addrs[1:], "192.0.2.1"), Deliver}, {append(addrs, "192.0.2.1"), Reply}} {
		v := z.e.Route(start, arriving("203.0.113.9", "192.0.2.2", packetOf(1000, 2000, 0, initChunk(77, c.addrs...))))
		if v.Kind != c.want {
			t.Errorf("known address at place %d: verdict %d, want %d", len(c.addrs), v.Kind, c.want)
		}
	}
}

func TestCookieEchoFromAnotherAddress(t *testing.T) {
	n, a, z := strangers(t, []string{"192.0.2.1", "192.0.2.3"}, []string{"192.0.2.2"})
	n.lose = func(_ *host, d *transport.Datagram) bool {
		if has(d.Data, wire.ChunkCookieEcho) {
			d.Path.Local = netip.MustParseAddr("192.0.2.3")
		}
		return false
	}
	a.connect(z, assoc.Config{})
	n.loseNext(wire.ChunkCookieAck)
	n.settle()
	if len(z.live()) != 1 {
		t.Fatalf("Z saw %q", z.events)
	}
	n.advance(3 * time.Second) // T1-cookie repeats the echo, which finds the association by the addresses in its cookie
	if len(z.handles) != 1 || z.count("up") != 1 || a.count("up") != 1 {
		t.Errorf("A: %q, Z: %q; want one association", a.events, z.events)
	}
}

func TestRoutesFollowThePeersAddresses(t *testing.T) {
	n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2", "198.51.100.2", "2001:db8::2"})
	named := append(slices.Clone(z.addrs), netip.MustParseAddr("203.0.113.2")) // which is not Z's
	h, err := a.e.Connect(n.now, a.socket, new(assoc.Config{}), 2000, named, 0)
	if err != nil {
		t.Fatal(err)
	}
	wantRoutes(t, "COOKIE-WAIT: what the user named", a.e, "192.0.2.2", "198.51.100.2", "2001:db8::2", "203.0.113.2")
	a.adopt(h)
	a.drain(h)
	n.settle()
	wantRoutes(t, "ESTABLISHED: what the peer announced, of a family that A has", a.e, "192.0.2.2", "198.51.100.2")
	if len(a.e.tags) != 1 || a.e.tags[h.Assoc.LocalTag()] != h {
		t.Error("A's tag does not lead to the association")
	}
	a.abort(h)
	n.settle()
	a.wantForgotten()
	z.wantForgotten()
}

// wantRoutes compares the peer addresses of all routes of an endpoint.
func wantRoutes(t *testing.T, why string, e *Endpoint, want ...string) {
	t.Helper()
	var got []string
	for r, handles := range e.routes {
		for range handles {
			got = append(got, r.peer.String())
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: routes to %v, want %v", why, got, want)
	}
}

func TestRestartReplacesTheTag(t *testing.T) {
	n, a, z := pair(t)
	before := z.handles[0].Assoc.LocalTag()
	a.boot(3)
	a.bind(1000, 0, assoc.Config{})
	meet(n, a, z)
	after := z.handles[0].Assoc.LocalTag()
	if after == before || len(z.e.tags) != 1 || z.e.tags[after] != z.handles[0] {
		t.Errorf("tag %#x, then %#x; the table has %v", before, after, z.e.tags)
	}
	wantRoutes(t, "after the restart", z.e, "192.0.2.1")
}

func TestTheLastRouteIsNeverStale(t *testing.T) {
	_, _, z := pair(t)
	h := z.handles[0]
	known := arriving("192.0.2.1", "192.0.2.2", packetOf(1000, 2000, 1, dataChunk("x")))
	deliver := func(why string, want *Handle) {
		t.Helper()
		for range 2 { // the second one from memory
			if v := z.e.Route(start, known); v.Handle != want {
				t.Errorf("%s: verdict %d for another association", why, v.Kind)
			}
		}
	}
	deliver("at first", h)

	routes := h.Assoc.Routes(nil)
	z.e.Update(h, h.Assoc.LocalTag(), nil)
	deliver("without the address", nil)
	z.e.Update(h, h.Assoc.LocalTag(), routes)
	deliver("with the address again", h)

	other := *known
	other.Path.Local = netip.MustParseAddr("192.0.2.77")
	h.reach.addrs = []netip.Addr{known.Path.Local}
	if v := z.e.Route(start, &other); v.Kind == Deliver {
		t.Error("a packet to an address that the association has not was delivered")
	}
	deliver("after a packet to another address", h)
	z.e.Remove(h)
	deliver("removed", nil)
}

func TestConnectRefusesASecondAssociationWithThePeer(t *testing.T) {
	n, a, z := pair(t)
	_, err := a.e.Connect(n.now, a.socket, new(assoc.Config{}), z.socket.Port, z.addrs, 0)
	if !errors.Is(err, ErrAssocExists) {
		t.Errorf("a second association with the same peer: %v", err)
	}
	if _, err := a.e.Connect(n.now, a.socket, new(assoc.Config{}), z.socket.Port+1, z.addrs, 0); err != nil {
		t.Errorf("another port of the peer: %v", err)
	}
}

func TestConnectNeedsAnAddress(t *testing.T) {
	_, a, _ := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
	a.socket.Family = IPv4
	for _, addrs := range [][]string{nil, {"224.0.0.1"}, {"0.0.0.0"}, {"2001:db8::2"}} {
		var list []netip.Addr
		for _, s := range addrs {
			list = append(list, netip.MustParseAddr(s))
		}
		if _, err := a.e.Connect(start, a.socket, new(assoc.Config{}), 2000, list, 0); !errors.Is(err, ErrNoAddress) {
			t.Errorf("to %v: %v", addrs, err)
		}
	}
	addr := []netip.Addr{netip.MustParseAddr("192.0.2.2")}
	if _, err := a.e.Connect(start, a.socket, new(assoc.Config{}), 0, addr, 0); !errors.Is(err, ErrNoAddress) {
		t.Errorf("to port 0: %v", err)
	}
	wantEmpty(t, "after refusals", a.e)
}

func TestConnectUsesAtMostMaxPeerAddrs(t *testing.T) {
	_, a, _ := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
	var list []netip.Addr
	for i := range 2 * assoc.MaxPeerAddrs {
		list = append(list, netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)}))
	}
	h, err := a.e.Connect(start, a.socket, new(assoc.Config{}), 2000, list, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(h.Assoc.Paths(nil)); n != assoc.MaxPeerAddrs {
		t.Errorf("%d paths, want %d", n, assoc.MaxPeerAddrs)
	}
}

func TestICMPFindsTheAssociationThatItQuotes(t *testing.T) {
	_, _, z := pair(t)
	h := z.handles[0]
	quoted := wire.Header{SrcPort: 2000, DstPort: 1000, Tag: h.Assoc.PeerTag()}.Append(nil)
	report := transport.Datagram{Kind: transport.Unreachable, Data: quoted, Path: arriving("192.0.2.1", "192.0.2.2", nil).Path}
	if v := z.e.Route(start, &report); v.Kind != Deliver || v.Handle != h {
		t.Errorf("verdict %d, reason %d; want the association", v.Kind, v.Reason)
	}
	report.Path.Remote = netip.MustParseAddr("203.0.113.9")
	wantDrop(t, "about nobody's packet", z.e.Route(start, &report), DropICMP)
	report.Data = quoted[:3]
	wantDrop(t, "quotes too little", z.e.Route(start, &report), DropICMP)
}

// RFC 9260 sections 3.3.2, 5.1 and 5.3.1.
func TestTagsAndInitialTSNsAreRandom(t *testing.T) {
	e := newTestEndpoint(t, assoc.Config{})
	tags, tsns := make(map[uint32]bool), make(map[seq.TSN]bool)
	const count = 200
	high := 0
	note := func(c wire.Chunk) {
		t.Helper()
		in, err := wire.ParseInit(c)
		if err != nil || in.Tag == 0 {
			t.Fatalf("tag %d, %v", in.Tag, err)
		}
		tags[in.Tag], tsns[in.InitialTSN] = true, true
		for _, n := range []uint32{in.Tag, uint32(in.InitialTSN)} {
			high += int(n >> 31)
		}
	}
	buf := make([]byte, 1500)
	for i := range uint16(count / 2) {
		note(wireChunk(t, e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(0, initChunk(1))))))
		h, err := e.Connect(start, e.sockets[hostPort][0], new(assoc.Config{}), 1+i, []netip.Addr{netip.MustParseAddr("203.0.113.7")}, 0)
		if err != nil {
			t.Fatal(err)
		}
		var d transport.Datagram
		h.Assoc.NextPacket(start, buf, &d)
		note(chunks(d.Data)[0])
	}
	if len(tags) != count || len(tsns) != count || high < count/2 || high > 3*count/2 {
		t.Errorf("%d different tags and %d different TSNs of %d; %d of %d have the highest bit", len(tags), len(tsns), count, high, 2*count)
	}
}
