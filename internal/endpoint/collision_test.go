package endpoint

import (
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
)

// collide has two hosts set up an association with each other at the same time, a message waiting on either side, their packets
// delivered in an order and with faults that c chooses.
func collide(t *testing.T, c *chooser, f faults, configure func(a, z *host)) {
	n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
	n.quiet = true
	configure(a, z)
	A, Z := a.connect(z, assoc.Config{}), z.connect(a, assoc.Config{})
	a.send(A, "from A")
	z.send(Z, "from Z")
	n.shuffle(c, f)
	n.advance(20 * time.Second)

	wantOneAssociation(t, a, z)
	if got := a.read(A); !slices.Equal(got, []string{"from Z"}) {
		t.Errorf("A read %q", got)
	}
	if got := z.read(Z); !slices.Equal(got, []string{"from A"}) {
		t.Errorf("Z read %q", got)
	}
}

// wantOneAssociation checks that two hosts have one association, up once on either side, and agree about its tags.
func wantOneAssociation(t *testing.T, a, z *host) {
	t.Helper()
	if len(a.handles) != 1 || len(z.handles) != 1 {
		t.Fatalf("%d associations on A and %d on Z, want one; A: %q, Z: %q", len(a.handles), len(z.handles), a.events, z.events)
	}
	A, Z := a.handles[0].Assoc, z.handles[0].Assoc
	if A.State() != assoc.StateEstablished || Z.State() != assoc.StateEstablished {
		t.Fatalf("A is %v, Z is %v; A: %q, Z: %q", A.State(), Z.State(), a.events, z.events)
	}
	if A.LocalTag() != Z.PeerTag() || A.PeerTag() != Z.LocalTag() {
		t.Errorf("tags %#x/%#x on A, %#x/%#x on Z", A.LocalTag(), A.PeerTag(), Z.PeerTag(), Z.LocalTag())
	}
	for _, h := range []*host{a, z} {
		if h.count("up") != 1 || h.count("restart") != 0 {
			t.Errorf("%s saw %q, want it up once", h.name, h.events)
		}
		if len(h.e.tags) != 1 || h.e.tags[h.handles[0].Assoc.LocalTag()] != h.handles[0] {
			t.Errorf("%s has the tags %v", h.name, h.e.tags)
		}
	}
}

// neitherListens is how peers usually collide: both bind and connect.
func neitherListens(a, z *host) { a.socket.Backlog, z.socket.Backlog = 0, 0 }

func bothListen(a, z *host) { a.socket.Backlog, z.socket.Backlog = 5, 5 }

func TestSimultaneousConnectInAnyOrder(t *testing.T) {
	for name, configure := range map[string]func(a, z *host){"neither listens": neitherListens, "both listen": bothListen} {
		t.Run(name, func(t *testing.T) {
			explore(t, 10000, func(t *testing.T, c *chooser) { collide(t, c, faults{}, configure) })
		})
	}
}

func TestSimultaneousConnectWithFaults(t *testing.T) {
	for name, f := range map[string]faults{"three losses": {losses: 3}, "a repetition": {repeats: 1}} {
		t.Run(name, func(t *testing.T) {
			explore(t, 10000, func(t *testing.T, c *chooser) { collide(t, c, f, neitherListens) })
		})
	}
}
