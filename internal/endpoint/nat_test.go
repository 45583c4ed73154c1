package endpoint

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// exchange has two sides of an association say something to each other.
func exchange(t *testing.T, a *host, A *Handle, z *host, Z *Handle, text string) {
	t.Helper()
	a.send(A, text+" from "+a.name)
	z.send(Z, text+" to "+a.name)
	a.network.advance(2 * time.Second)
	if got := z.read(Z); !slices.Equal(got, []string{text + " from " + a.name}) {
		t.Errorf("from %s came %q", a.name, got)
	}
	if got := a.read(A); !slices.Equal(got, []string{text + " to " + a.name}) {
		t.Errorf("%s read %q", a.name, got)
	}
}

func TestHostsBehindOneNATHaveAssociationsOfTheirOwn(t *testing.T) {
	n, box, a, b, z := natted(t)
	A, B := a.connect(z, assoc.Config{}), b.connect(z, assoc.Config{})
	n.settle()
	if len(z.live()) != 2 || A.Assoc.State() != assoc.StateEstablished || B.Assoc.State() != assoc.StateEstablished {
		t.Fatalf("A: %q, B: %q, Z: %q", a.events, b.events, z.events)
	}
	Z, Y := z.handleAt(box.port(a)), z.handleAt(box.port(b))
	exchange(t, a, A, z, Z, "good day")
	exchange(t, b, B, z, Y, "good day")
	a.wantEvents("nobody restarted it", "up", "SenderDry")

	b.abort(B)
	n.settle()
	if len(z.live()) != 1 || z.live()[0] != Z {
		t.Errorf("Z lives on with %d associations", len(z.live()))
	}
	exchange(t, a, A, z, Z, "still here")
	B = b.connect(z, assoc.Config{})
	n.settle()
	exchange(t, b, B, z, z.live()[1], "here again")

	for h, all := range map[*host][]*Handle{a: {A}, b: {B}} {
		h.shutdown(all[0])
	}
	n.settle()
	for _, h := range []*host{a, b, z} {
		h.wantForgotten()
	}
}

func TestSecondHostBehindANATInAnyOrderWithFaults(t *testing.T) {
	explore(t, 20000, func(t *testing.T, c *chooser) {
		n, box, a, b, z := natted(t)
		n.quiet = true
		A := a.connect(z, assoc.Config{})
		n.settle()
		B := b.connect(z, assoc.Config{})
		b.send(B, "me too")
		n.shuffle(c, faults{losses: 1, repeats: 1})
		n.advance(20 * time.Second)
		if len(z.live()) != 2 || z.count("up") != 2 || z.count("restart") != 0 {
			t.Fatalf("%d associations; A: %q, B: %q, Z: %q", len(z.live()), a.events, b.events, z.events)
		}
		Z, Y := z.handleAt(box.port(a)), z.handleAt(box.port(b))
		if A.Assoc.PeerTag() != Z.Assoc.LocalTag() || B.Assoc.PeerTag() != Y.Assoc.LocalTag() {
			t.Error("the associations are mixed up")
		}
		if got := z.read(Y); !slices.Equal(got, []string{"me too"}) {
			t.Errorf("Z read %q", got)
		}
	})
}

func TestTheNATMayChangeThePort(t *testing.T) {
	n, box, a, b, z := natted(t)
	A, B := a.connect(z, assoc.Config{}), b.connect(z, assoc.Config{})
	n.settle()
	Z, Y := z.handleAt(box.port(a)), z.handleAt(box.port(b))
	for i := range uint64(3) {
		old := box.rebind(a)
		exchange(t, a, A, z, Z, "from elsewhere")
		exchange(t, b, B, z, Y, "as before")
		if got := Z.Assoc.Stats().PortChanges; got != i+1 || z.e.routes[route{2000, 1000, box.public, old}] != nil {
			t.Errorf("%d port changes, and the endpoint knows %d at the old port", got, len(z.e.routes[route{2000, 1000, box.public, old}]))
		}
	}
	if len(z.live()) != 2 {
		t.Errorf("Z: %q", z.events)
	}
}

// While the NAT has no port for a host, nothing gets to it; what it sends next brings everything to go on at once, however far T3-rtx has been backed
// off.
func TestWhatWentToAForgottenPortIsSentAgainAtOnce(t *testing.T) {
	n, box, a, _, z := natted(t)
	A := a.connect(z, assoc.Config{HBInterval: time.Hour})
	n.settle()
	Z := z.handles[0]
	n.advance(10 * time.Second)
	box.rebind(a)
	z.send(Z, "are you there?")
	n.advance(9 * time.Second) // time-outs after 1, 3 and 7 s, the next after 15 s
	if got := a.read(A); len(got) != 0 || Z.Assoc.Stats().Timeouts != 3 {
		t.Fatalf("A read %q, and Z had %d time-outs", got, Z.Assoc.Stats().Timeouts)
	}
	a.send(A, "yes")
	n.settle()
	if got := a.read(A); !slices.Equal(got, []string{"are you there?"}) {
		t.Errorf("A read %q", got)
	}
	n.advance(10 * time.Second)
	if s := Z.Assoc.Status(); s.Paths[0].Errors != 0 || s.Stats.Timeouts != 3 {
		t.Errorf("%d errors, %d time-outs", s.Paths[0].Errors, s.Stats.Timeouts)
	}
}

func TestForgedPacketsMoveNoPort(t *testing.T) {
	n, box, a, _, z := natted(t)
	A := a.connect(z, assoc.Config{})
	n.settle()
	Z := z.handles[0]
	tag := Z.Assoc.LocalTag()
	// Somebody who is behind the same NAT, or forges its address, and does not know the tag.
	way := transport.Path{Local: z.addrs[0], Remote: box.public, EncapPort: 6666}
	for name, packet := range map[string][]byte{
		"DATA with a wrong tag":         packetOf(1000, 2000, tag+1, dataChunk("forged")),
		"INIT":                          packetOf(1000, 2000, 0, initChunk(77)),
		"ABORT with the reflected tag":  packetOf(1000, 2000, tag-1, wire.AppendChunk(nil, wire.ChunkAbort, wire.FlagT, nil)),
		"SHUTDOWN COMPLETE, tag guess":  packetOf(1000, 2000, tag-2, wire.AppendChunk(nil, wire.ChunkShutdownComplete, wire.FlagT, nil)),
		"SHUTDOWN ACK with a wrong tag": packetOf(1000, 2000, tag+3, chunk(wire.ChunkShutdownAck)),
	} {
		z.receive(transport.Datagram{Path: way, Data: packet})
		n.settle()
		if p := Z.Assoc.Paths(nil)[0]; p.EncapPort != box.port(a) || Z.Assoc.Stats().PortChanges != 0 {
			t.Errorf("%s moved the port to %d", name, p.EncapPort)
		}
	}
	exchange(t, a, A, z, Z, "unmoved")

	// Whoever knows the tag is believed, as RFC 6951 section 5.4 has it, until the peer itself speaks again.
	z.receive(transport.Datagram{Path: way, Data: packetOf(1000, 2000, tag, chunk(wire.ChunkHeartbeat, 0, 1, 0, 8, 1, 2, 3, 4))})
	if p := Z.Assoc.Paths(nil)[0]; p.EncapPort != 6666 {
		t.Errorf("with the right tag the port is %d", p.EncapPort)
	}
	a.send(A, "it is me")
	n.settle()
	if p := Z.Assoc.Paths(nil)[0]; p.EncapPort != box.port(a) {
		t.Errorf("the peer is heard, and the port is %d", p.EncapPort)
	}
}

// RFC 9260 section 8.4: a host whose association is gone is told so, though another one behind its NAT has an association.
func TestStrangerBehindTheSameNATIsOutOfTheBlue(t *testing.T) {
	n, box, a, b, z := natted(t)
	A := a.connect(z, assoc.Config{})
	B := b.connect(z, assoc.Config{})
	n.settle()
	gone := z.handleAt(box.port(b))
	z.e.Remove(gone)
	z.handles = slices.DeleteFunc(z.handles, func(h *Handle) bool { return h == gone })
	b.send(B, "hello?")
	n.settle()
	b.wantEvents("it is told", "up", `send failed: "hello?", sent true`, "lost: aborted by peer")
	exchange(t, a, A, z, z.handleAt(box.port(a)), "undisturbed")
}

func TestRebootBehindANAT(t *testing.T) {
	for name, moves := range map[string]bool{"same port": false, "another port": true} {
		t.Run(name, func(t *testing.T) {
			n, box, a, b, z := natted(t)
			a.connect(z, assoc.Config{})
			B := b.connect(z, assoc.Config{})
			n.settle()
			Z, Y := z.handleAt(box.port(a)), z.handleAt(box.port(b))
			if moves {
				box.rebind(a)
			}
			a.reboot(9)
			A := a.connect(z, assoc.Config{})
			n.settle()
			want := Z
			if moves {
				want = z.live()[2]
			}
			exchange(t, a, A, z, want, "back")
			exchange(t, b, B, z, Y, "undisturbed")
			if restarts := z.count("restart"); restarts == 1 == moves {
				t.Errorf("Z: %q", z.events)
			}
		})
	}
}

// The NAT forgets the host between its INIT, which is one of a restart, and its COOKIE ECHO.
func TestCookieOfARestartFromAnotherPort(t *testing.T) {
	n, box, a, b, z := natted(t)
	a.connect(z, assoc.Config{})
	b.connect(z, assoc.Config{})
	n.settle()
	Z := z.handleAt(box.port(a))
	a.reboot(9)
	A := a.connect(z, assoc.Config{})
	n.deliver(0)
	n.deliver(0) // INIT and INIT ACK
	echo := n.queue[0]
	n.queue = nil
	box.rebind(a)
	echo.d.Path.EncapPort = box.port(a)
	n.queue = append(n.queue, echo)
	n.settle()
	if z.count("restart") != 1 || len(z.live()) != 2 {
		t.Fatalf("Z: %q", z.events)
	}
	exchange(t, a, A, z, Z, "back")
}

// RFC 9260 section 5.2.1: the INIT of a peer that is dialled at one port and comes from another collides with ours, since nothing has come from the
// port that was dialled.
func TestCollisionWithAPeerThatComesFromAnotherPort(t *testing.T) {
	n, box, a, _, z := natted(t)
	box.hosts[500] = a // forwarded, beside the port that it comes from
	A := a.connect(z, assoc.Config{})
	h, err := z.e.Connect(n.now, z.socket, new(assoc.Config{}), 1000, []netip.Addr{box.public}, 500)
	if err != nil {
		t.Fatal(err)
	}
	z.adopt(h)
	z.drain(h)
	n.settle()
	if len(a.live()) != 1 || len(z.live()) != 1 || a.count("up") != 1 || z.count("up") != 1 {
		t.Fatalf("A: %q, Z: %q", a.events, z.events)
	}
	exchange(t, a, A, z, h, "one association")
}

// Hosts behind different NATs often have the same private address. Listing it in an INIT makes neither of them the other.
func TestPrivateAddressesOfTwoNetworks(t *testing.T) {
	n := newNetwork(t)
	a := n.host("A", 1, "192.168.1.10", "192.168.2.10")
	b := n.host("B", 2, "192.168.1.11")
	z := n.host("Z", 3, "198.51.100.1")
	n.behind("203.0.113.1", a)
	n.behind("203.0.113.2", b)
	z.boot(3)
	z.bind(2000, 5, assoc.Config{})
	init := func(public string, port uint16, addrs ...string) []byte {
		way := transport.Path{Local: z.addrs[0], Remote: netip.MustParseAddr(public), EncapPort: port}
		v := z.e.Route(n.now, &transport.Datagram{Path: way, Data: packetOf(1000, 2000, 0, initChunk(77, addrs...))})
		if v.Kind != Reply {
			t.Fatalf("INIT from %s: verdict %d, reason %d", public, v.Kind, v.Reason)
		}
		return v.Reply
	}
	a.bind(1000, 0, assoc.Config{})
	a.connect(z, assoc.Config{})
	n.settle()
	if len(z.live()) != 1 {
		t.Fatalf("Z: %q", z.events)
	}
	if reply := init("203.0.113.2", 50000, "192.168.1.10", "192.168.1.11"); !has(reply, wire.ChunkInitAck) {
		t.Errorf("the INIT of another network is answered by %s", wire.Describe(reply))
	}
	// What is known to be the peer's is another matter (RFC 9260 section 5.1.2 D).
	v := z.e.Route(n.now, &transport.Datagram{
		Path: transport.Path{Local: z.addrs[0], Remote: netip.MustParseAddr("203.0.113.9"), EncapPort: 50000},
		Data: packetOf(1000, 2000, 0, initChunk(77, "203.0.113.1")),
	})
	if v.Kind != Deliver || v.Handle != z.live()[0] {
		t.Errorf("an INIT that claims the address of a peer: verdict %d, reason %d", v.Kind, v.Reason)
	}
}

func TestFindByPort(t *testing.T) {
	n, box, a, b, z := natted(t)
	a.connect(z, assoc.Config{})
	b.connect(z, assoc.Config{})
	n.settle()
	peer := netip.AddrPortFrom(box.public, 1000)
	for _, h := range []*host{a, b} {
		if got := z.e.Find(z.socket, peer, box.port(h)); got != z.handleAt(box.port(h)) {
			t.Errorf("behind the port of %s: %v", h.name, got)
		}
	}
	newest := z.handleAt(box.port(b))
	for _, port := range []uint16{0, 7} {
		if got := z.e.Find(z.socket, peer, port); got != newest {
			t.Errorf("port %d: not the newest", port)
		}
	}
	if got := z.e.Find(&Socket{Port: 2000}, peer, 0); got != nil {
		t.Error("another socket has the association")
	}
}

// Of one address with one port there may be several peers, if they have UDP ports of their own.
func TestConnectToPeersBehindOneAddress(t *testing.T) {
	_, box, _, _, z := natted(t)
	connect := func(port uint16) error {
		_, err := z.e.Connect(start, z.socket, new(assoc.Config{}), 1000, []netip.Addr{box.public}, port)
		return err
	}
	for _, port := range []uint16{500, 501} {
		if err := connect(port); err != nil {
			t.Errorf("port %d: %v", port, err)
		}
	}
	for _, port := range []uint16{500, 0} {
		if err := connect(port); !errors.Is(err, ErrAssocExists) {
			t.Errorf("port %d a second time: %v", port, err)
		}
	}
}

func TestICMPIsAboutThePortThatItNames(t *testing.T) {
	n, box, a, _, z := natted(t)
	a.connect(z, assoc.Config{})
	n.settle()
	Z := z.handles[0]
	report := transport.Datagram{
		Kind: transport.ProtocolUnreachable,
		Path: transport.Path{Local: z.addrs[0], Remote: box.public, EncapPort: box.port(a)},
		Data: wire.Header{SrcPort: 2000, DstPort: 1000, Tag: Z.Assoc.PeerTag()}.Append(nil),
	}
	if v := z.e.Route(n.now, &report); v.Kind != Deliver || v.Handle != Z {
		t.Errorf("about its port: verdict %d", v.Kind)
	}
	report.Path.EncapPort++
	wantDrop(t, "about a port that it has not any more", z.e.Route(n.now, &report), DropICMP)
}

// Over UDP, who wants to learn addresses from packets has those delivered that have the right tag.
func TestPacketsFromAnAddressToLearn(t *testing.T) {
	for _, learns := range []bool{false, true} {
		n, box, a, _, z := natted(t)
		z.socket.Config.LearnAddrs = learns
		A := a.connect(z, assoc.Config{HBInterval: time.Hour})
		n.settle()
		Z := z.handles[0]
		moved := netip.MustParseAddr("203.0.113.77")
		for tag, want := range map[uint32]bool{Z.Assoc.LocalTag(): learns, Z.Assoc.LocalTag() + 1: false} {
			d := transport.Datagram{
				Path: transport.Path{Local: z.addrs[0], Remote: moved, EncapPort: 7},
				Data: packetOf(1000, 2000, tag, chunk(wire.ChunkHeartbeat, 0, 1, 0, 8, 1, 2, 3, 4)),
			}
			if v := z.e.Route(n.now, &d); (v.Handle == Z) != want {
				t.Errorf("learns %v, tag %v: verdict %d", learns, tag == Z.Assoc.LocalTag(), v.Kind)
			}
		}
		if !learns {
			continue
		}
		// The NAT gets another address in mid-association.
		box.public = moved
		exchange(t, a, A, z, Z, "from elsewhere")
		if got := Z.Assoc.Paths(nil); len(got) != 2 || got[1].Remote != moved {
			t.Errorf("Z knows %v", got)
		}
	}
}
