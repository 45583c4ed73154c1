package endpoint

import (
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
)

// An association that says again what is known changes no table, and allocates nothing; whether its paths are confirmed is noted all the same.
func TestUpdateOfWhatIsKnown(t *testing.T) {
	_, _, z := pair(t)
	h := z.handles[0]
	routes := h.Assoc.Routes(nil)
	if n := testing.AllocsPerRun(100, func() { z.e.Update(h, h.Tag(), routes) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	peer := routes[0].Remote
	for _, confirmed := range []bool{false, true} {
		routes[0].Confirmed = confirmed
		if z.e.Update(h, h.Tag(), routes); h.confirmed(peer) != confirmed {
			t.Errorf("confirmed: %v, want %v", !confirmed, confirmed)
		}
	}
}

// Associations come to one route and leave it, in any order; none of them is lost, and none is left behind.
func TestManyOnOneRoute(t *testing.T) {
	e := New(Config{})
	peer := netip.MustParseAddr("192.0.2.1")
	other := []assoc.Route{{Remote: peer, EncapPort: 5, Learnt: true}, {Remote: netip.MustParseAddr("192.0.2.2")}}
	var all []*Handle
	present := func(why string) {
		t.Helper()
		r := route{port: 7, peerPort: 8, peer: peer}
		found := 0
		for h := range e.all(r) {
			if h == nil {
				t.Fatalf("%s: an empty place", why)
			}
			found++
		}
		if found != len(all) {
			t.Errorf("%s: %d on the route, want %d", why, found, len(all))
		}
	}
	for i := range 3 {
		h := &Handle{Socket: &Socket{Port: 7}, peerPort: 8}
		e.Update(h, uint32(i+1), []assoc.Route{{Remote: peer}})
		all = append(all, h)
		present("one more")
	}
	e.Update(all[1], all[1].Tag(), other)
	present("one has learnt its port, and has another address")
	e.Update(all[0], all[0].Tag(), []assoc.Route{{Remote: peer, EncapPort: 6, Learnt: true}})
	present("another one has learnt its port")
	for _, i := range []int{1, 0, 0} {
		e.Remove(all[i])
		all = append(all[:i], all[i+1:]...)
		present("one less")
	}
	if len(e.routes)+len(e.ported)+len(e.tags) > 0 {
		t.Errorf("%d routes, %d with ports and %d tags are left", len(e.routes), len(e.ported), len(e.tags))
	}
}
