package endpoint

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
)

// sharer is a socket of one port that shares.
func sharer(backlog int, h Sharing, where ...string) *Socket {
	s := socketOn(where...)
	s.Backlog, s.Sharing, s.Config = backlog, h, new(assoc.Config{}.Defaults())
	return s
}

func TestSharing(t *testing.T) {
	none, reuse := Sharing{}, Sharing{Reuse: true}
	mine, other := Sharing{Balance: true, Group: 1}, Sharing{Balance: true, Group: 2}
	const bound, listening = 0, 5
	for _, c := range []struct {
		why            string
		first          Sharing
		backlog        int
		second         Sharing
		binds, listens bool
	}{
		{"nobody shares", none, bound, none, false, false},
		{"the first reuses", reuse, bound, none, false, false},
		{"the second reuses", none, bound, reuse, false, false},
		{"both reuse", reuse, bound, reuse, true, true},
		{"both reuse, the first listens", reuse, listening, reuse, false, false},
		{"both balance", mine, bound, mine, true, true},
		{"both balance, the first listens", mine, listening, mine, true, true},
		{"strangers balance", mine, bound, other, false, false},
		{"one reuses, one balances", reuse, bound, mine, false, false},
	} {
		e := New(Config{})
		if err := e.Bind(sharer(c.backlog, c.first, "192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		for _, where := range []string{"192.0.2.1", "IPv4"} {
			s := sharer(bound, c.second, where)
			if err := e.Bind(s); (err == nil) != c.binds {
				t.Errorf("%s, %s: bind says %v", c.why, where, err)
			}
			if !c.binds {
				continue
			}
			if err := e.Listen(s, listening); (err == nil) != c.listens {
				t.Errorf("%s, %s: listen says %v", c.why, where, err)
			}
			e.Unbind(s)
		}
		if err := e.Bind(sharer(listening, none, "192.0.2.2")); err != nil {
			t.Errorf("%s: another address: %v", c.why, err)
		}
	}
}

func TestOfSocketsThatShareOneListens(t *testing.T) {
	e := New(Config{})
	first, second := sharer(0, Sharing{Reuse: true}, "IPv4"), sharer(0, Sharing{Reuse: true}, "IPv4")
	for _, s := range []*Socket{first, second} {
		if err := e.Bind(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Listen(second, 1); err != nil {
		t.Fatal(err)
	}
	if err := e.Listen(first, 1); !errors.Is(err, ErrPortInUse) {
		t.Errorf("two listen: %v", err)
	}
	v := e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(0, initChunk(1))))
	wantReply(t, "the second listens", v, 1, wire.ChunkInitAck, 0)
	if err := e.Listen(second, 0); err != nil {
		t.Fatal(err)
	}
	v = e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(0, initChunk(1))))
	wantReply(t, "nobody listens", v, 1, wire.ChunkAbort, 0)
	if err := e.Listen(first, 1); err != nil {
		t.Errorf("none listened: %v", err)
	}
}

func TestListenersThatBalanceHaveTheirOwnPeers(t *testing.T) {
	e := New(Config{})
	for range 4 {
		if err := e.Bind(sharer(1, Sharing{Balance: true}, "IPv4")); err != nil {
			t.Fatal(err)
		}
	}
	peers := map[*Socket]int{}
	for i := range 1000 {
		r := route{hostPort, uint16(1000 + i), netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), 0}
		s := e.listener(r, netip.Addr{})
		if s != e.listener(r, netip.Addr{}) {
			t.Fatal("a peer meets two")
		}
		peers[s]++
	}
	for s, n := range peers {
		if len(peers) != 4 || n < 150 {
			t.Errorf("%p has %d of 1000 peers, one of %d", s, n, len(peers))
		}
	}
}

func TestNewAddressesAreForNewAssociations(t *testing.T) {
	_, _, z := pair(t)
	h := z.handles[0]
	s, other := h.Socket, netip.MustParseAddr("192.0.2.77")
	data := packetOf(1000, 2000, 1, dataChunk("x"))
	if err := z.e.Rebind(s, []netip.Addr{other}); err != nil {
		t.Fatal(err)
	}
	if v := z.e.Route(start, arriving("192.0.2.1", "192.0.2.2", data)); v.Handle != h {
		t.Error("an association lost the address that it began with")
	}
	if got := z.e.localAddrs(s); len(got) != 1 || got[0] != other {
		t.Errorf("new ones have %v", got)
	}
	second := &Socket{Port: s.Port, Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.78")}}
	if err := z.e.Bind(second); err != nil {
		t.Fatal(err)
	}
	if err := z.e.Rebind(second, []netip.Addr{other}); !errors.Is(err, ErrPortInUse) {
		t.Errorf("an address of another socket: %v", err)
	}
}

func TestSocketsThatShareCannotHaveTheSamePeer(t *testing.T) {
	e := New(Config{})
	e.SetLocalAddrs([]netip.Addr{netip.MustParseAddr("192.0.2.1")})
	peer := []netip.Addr{netip.MustParseAddr("192.0.2.9")}
	for i, want := range []error{nil, ErrAssocExists} {
		s := sharer(0, Sharing{Reuse: true}, "IPv4")
		if err := e.Bind(s); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Connect(start, s, s.Config, 9, peer, 0); !errors.Is(err, want) {
			t.Errorf("socket %d: %v, want %v", i, err, want)
		}
	}
}

func TestFullBacklogRefuses(t *testing.T) {
	e := New(Config{})
	e.SetLocalAddrs([]netip.Addr{netip.MustParseAddr("192.0.2.1")})
	s := sharer(1, Sharing{}, "IPv4")
	s.RefuseWhenFull, s.waiting = true, 1
	if err := e.Bind(s); err != nil {
		t.Fatal(err)
	}
	v := e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(0, initChunk(7))))
	wantReply(t, "full", v, 7, wire.ChunkAbort, 0)
	s.waiting = 0
	v = e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(0, initChunk(7))))
	wantReply(t, "with room", v, 7, wire.ChunkInitAck, 0)
}
