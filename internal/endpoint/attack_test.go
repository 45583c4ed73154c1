package endpoint

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// attack is a host Z that an honest host A and an attacker E talk to from the same port, and a victim V, who has done nothing.
type attack struct {
	*network
	a, e, v, z *host
}

func newAttack(t *testing.T, c assoc.Config) *attack {
	n := newNetwork(t)
	x := &attack{
		network: n, a: n.host("A", 1, "192.0.2.1"), e: n.host("E", 2, "203.0.113.66", "203.0.113.67"),
		v: n.host("V", 3, "198.51.100.1", "198.51.100.2"), z: n.host("Z", 4, "192.0.2.200"),
	}
	for _, h := range []*host{x.a, x.e, x.v} {
		h.bind(1000, 0, c)
	}
	x.z.bind(2000, 5, c)
	return x
}

// forge has the attacker send a packet to Z, from whatever address.
func (x *attack) forge(from string, tag uint32, chunks ...[]byte) {
	x.z.receive(*arriving(from, "192.0.2.200", packetOf(1000, 2000, tag, chunks...)))
	x.settle()
}

// asconf is an ASCONF chunk with the sequence number that the peer of an association would use next.
func asconf(seq uint32, lookup string, requests ...[]byte) []byte {
	m := wire.ASCONF{Seq: 0, Addr: netip.MustParseAddr(lookup)}
	for _, r := range requests {
		m.Params = append(m.Params, r...)
	}
	b := m.Append(nil)
	b[4], b[5], b[6], b[7] = byte(seq>>24), byte(seq>>16), byte(seq>>8), byte(seq)
	return b
}

func request(t wire.ParamType, addr string) []byte {
	return wire.AddrRequest{CorrelationID: 1, Addr: netip.MustParseAddr(addr)}.Append(nil, t)
}

// watch shows what a host sends.
func (x *attack) watch(from *host, seen func(d *transport.Datagram)) {
	x.lose = func(h *host, d *transport.Datagram) bool {
		if h == from {
			seen(d)
		}
		return false
	}
}

// Address theft: somebody who knows tag, ports and sequence numbers, but not the handshake's random numbers, adds his address to the association of
// another, and removes that other's (RFC 5062 section 3, RFC 5061 section 6).
func TestAnAddressIsNotStolenWithoutTheKey(t *testing.T) {
	x := newAttack(t, movable(true))
	var tsn uint32
	x.watch(x.a, func(d *transport.Datagram) {
		if c := chunks(d.Data)[0]; c.Type == wire.ChunkInit {
			in, _ := wire.ParseInit(c)
			tsn = uint32(in.InitialTSN)
		}
	})
	x.a.connect(x.z, movable(true))
	x.settle()
	h := x.z.handles[0]
	theft := asconf(tsn, "192.0.2.1", request(wire.ParamAddIP, "203.0.113.66"), request(wire.ParamSetPrimary, "203.0.113.66"), request(wire.ParamDeleteIP, "192.0.2.1"))
	for _, from := range []string{"203.0.113.66", "192.0.2.1"} { // his own address, and a forged one
		x.forge(from, h.tag, theft)
	}
	if s := h.Assoc.Stats(); s.AuthMissing != 2 || s.ASCONFReceived != 0 {
		t.Errorf("without AUTH: %+v", s)
	}
	// With AUTH, made with keys of his own: the null key, and other random numbers than those of the handshake.
	c := &auth.Config{}
	own, peer := auth.Vector([32]byte{1}, c), auth.Vector([32]byte{2}, c)
	k := auth.NewContext(c)
	if err := k.Agree(own, peer); err != nil {
		t.Fatal(err)
	}
	signed := k.Sign(slices.Clone(theft), 0, 0)
	x.forge("203.0.113.66", h.tag, signed)
	// With a key that nobody has.
	k.SetKey(9, []byte("guess"))
	if err := k.Activate(9); err != nil {
		t.Fatal(err)
	}
	x.forge("203.0.113.66", h.tag, k.Sign(slices.Clone(theft), 0, 9))
	s := h.Assoc.Stats()
	if s.AuthMismatches != 1 || s.AuthUnknownKeys != 1 || s.ASCONFReceived != 0 {
		t.Errorf("with wrong AUTH: %+v", s)
	}
	if got := h.Assoc.Paths(nil); len(got) != 1 || got[0].Remote != x.a.addrs[0] {
		t.Errorf("Z has A at %v", got)
	}
	x.a.send(x.a.handles[0], "still mine")
	x.settle()
	if got := x.z.read(h); !slices.Equal(got, []string{"still mine"}) {
		t.Errorf("Z read %q", got)
	}
}

// A change that was seen on its way and is sent again later, also from another address, does nothing (RFC 5061 section 5.2 E2).
func TestAReplayedChangeDoesNothing(t *testing.T) {
	for _, wildcard := range []bool{false, true} {
		x := newAttack(t, movable(true))
		x.a.addrs = addrs("192.0.2.1", "192.0.2.2")
		A := x.a.connect(x.z, movable(true))
		x.settle()
		var seen []transport.Datagram
		x.watch(x.a, func(d *transport.Datagram) {
			if has(d.Data, wire.ChunkASCONF) {
				c := *d
				c.Data = slices.Clone(d.Data)
				seen = append(seen, c)
			}
		})
		add := assoc.AddrChange{Add: addrs("192.0.2.2")}
		if wildcard {
			add.Add = addrs("0.0.0.0")
		}
		x.a.change(A, add)
		x.settle()
		x.a.change(A, assoc.AddrChange{Primary: addrs("192.0.2.1")[0]})
		x.settle()
		h := x.z.handles[0]
		remotes := func() (list []netip.Addr) {
			for _, p := range h.Assoc.Paths(nil) {
				list = append(list, p.Remote)
			}
			return list
		}
		before, told := remotes(), len(x.z.events)
		for _, from := range []string{"203.0.113.66", "192.0.2.1"} {
			for _, d := range seen {
				d.Path = transport.Path{Remote: netip.MustParseAddr(from), Local: x.z.addrs[0]}
				x.z.receive(d)
			}
		}
		x.settle()
		if got := remotes(); !slices.Equal(got, before) || len(x.z.events) != told {
			t.Errorf("Z has A at %v, before the replay at %v", got, before)
		}
		if s := h.Assoc.Stats(); s.ASCONFReceived != 2 || s.ASCONFRepeated != 2 || s.ASCONFDiscarded != 2 {
			t.Errorf("counted are %+v", s)
		}
	}
}

// Camping: the attacker's INIT lists the victim's address, so that the victim cannot come from there (RFC 5062 section 2). The victim comes all the same, and
// both keep what is theirs.
func TestAVictimComesToWhereSomebodyCamps(t *testing.T) {
	for _, adds := range []bool{false, true} {
		x := newAttack(t, movable(false))
		x.e.e.SetLocalAddrs(addrs("203.0.113.66", "198.51.100.1")) // so he claims
		if adds {
			x.e.e.SetLocalAddrs(addrs("203.0.113.66"))
		}
		x.lose = func(from *host, d *transport.Datagram) bool { return from == x.v && has(d.Data, wire.ChunkAbort) } // it may not answer strangers
		E := x.e.connect(x.z, movable(false))
		x.settle()
		if adds {
			x.e.change(E, assoc.AddrChange{Add: addrs("198.51.100.1"), Primary: addrs("198.51.100.1")[0]})
			x.settle()
		}
		evil := x.z.handles[0]
		if len(evil.Assoc.Paths(nil)) != 2 {
			t.Fatalf("Z has E at %v", evil.Assoc.Paths(nil))
		}
		x.z.send(evil, "a bomb")
		x.v.connect(x.z, movable(false))
		x.advance(5 * time.Second)
		if len(x.v.live()) != 1 || len(x.z.live()) != 2 {
			t.Fatalf("the victim saw %q; Z: %q", x.v.events, x.z.events)
		}
		x.v.send(x.v.handles[0], "good")
		x.e.send(E, "evil")
		x.settle()
		if got := x.z.read(x.z.handles[1]); !slices.Equal(got, []string{"good"}) {
			t.Errorf("Z read %q from the victim", got)
		}
		if got := x.z.read(evil); !slices.Equal(got, []string{"evil"}) {
			t.Errorf("Z read %q from the attacker", got)
		}
		if got := x.e.read(E); !slices.Equal(got, []string{"a bomb"}) {
			t.Errorf("what was meant for the attacker went elsewhere: he read %q", got)
		}
	}
}

// An INIT in the name of a peer that lists an address which the association does not have is refused (RFC 9260 section 5.2.2): somebody would take over the
// association by a restart.
func TestARestartBringsNoNewAddresses(t *testing.T) {
	x := newAttack(t, movable(true))
	x.a.connect(x.z, movable(true))
	x.settle()
	h := x.z.handles[0]
	var answer []wire.Chunk
	x.watch(x.z, func(d *transport.Datagram) { answer = chunks(d.Data) })
	x.z.receive(*arriving("203.0.113.66", "192.0.2.200", packetOf(1000, 2000, 0, initChunk(77, "192.0.2.1", "203.0.113.66"))))
	x.settle()
	if len(answer) != 1 || answer[0].Type != wire.ChunkAbort {
		t.Fatalf("INIT is answered with %v", answer)
	}
	if c, _, err := wire.NextCause(answer[0].Value); err != nil || c.Code != wire.CauseRestartNewAddresses {
		t.Errorf("the cause is %v", c.Code)
	}
	if len(h.Assoc.Paths(nil)) != 1 || h.Assoc.State() != assoc.StateEstablished {
		t.Error("the association is another one")
	}
	if n := h.Assoc.Stats().InitsRefused; n != 1 {
		t.Errorf("%d were counted", n)
	}
}

// A peer that would change addresses without authentication gets no association with one that authenticates (RFC 5061 section 4.2.7).
func TestAPeerWithoutAuthenticationIsCounted(t *testing.T) {
	n := newNetwork(t)
	a, z := n.host("A", 1, "192.0.2.1"), n.host("Z", 2, "192.0.2.200")
	a.bind(1000, 0, movable(false))
	z.bind(2000, 5, movable(true))
	a.connect(z, movable(false))
	n.settle()
	if got := z.e.Counters().InitsRefused; got != 1 || len(z.live()) != 0 || len(a.live()) != 0 {
		t.Errorf("%d INITs refused; associations: %d, %d", got, len(z.live()), len(a.live()))
	}
}

// Bombing: a victim that answers nothing gets HEARTBEATs only, HB.Max.Burst per RTO, however many of its addresses are listed (RFC 5062 sections 5 and 6).
func TestAVictimIsNotBombed(t *testing.T) {
	x := newAttack(t, movable(false))
	x.e.e.SetLocalAddrs(addrs("203.0.113.66", "198.51.100.1", "198.51.100.2"))
	x.v.boot(9) // nobody listens there
	var beats []time.Duration
	x.lose = func(from *host, d *transport.Datagram) bool {
		if !slices.Contains(x.v.addrs, d.Path.Remote) {
			return from == x.v
		}
		for _, c := range chunks(d.Data) {
			if c.Type != wire.ChunkHeartbeat || len(chunks(d.Data)) > 1 || len(d.Data) > 100 {
				t.Errorf("%v went to the victim in a packet of %d bytes", c.Type, len(d.Data))
			}
		}
		beats = append(beats, time.Duration(x.now))
		return true
	}
	x.e.connect(x.z, movable(false))
	x.settle()
	evil := x.z.handles[0]
	x.e.lost(x)
	for range 50 {
		x.z.send(evil, "data that is never acknowledged")
		x.advance(100 * time.Millisecond)
	}
	x.advance(5 * time.Second)
	for i := 1; i < len(beats); i++ {
		if beats[i]-beats[i-1] < time.Second {
			t.Errorf("HEARTBEATs after %v and %v", beats[i-1], beats[i])
		}
	}
	if len(beats) == 0 || len(beats) > 12 {
		t.Errorf("%d HEARTBEATs in 10 s", len(beats))
	}
}

// lost has nothing of a host arrive any more.
func (h *host) lost(x *attack) {
	before := x.lose
	x.lose = func(from *host, d *transport.Datagram) bool { return before(from, d) || from == h }
}
