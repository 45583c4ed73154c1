package assoc

import (
	"net/netip"
	"slices"
	"testing"
)

// Which path is taken when paths have failed (RFC 7829 sections 3.2 and 4.1).

func TestPotentiallyFailedPathsAreAvoided(t *testing.T) {
	ta := dual(t, nil)
	ta.send(10)
	ta.advanceToTimer()
	ta.wantEvent("T3-rtx", "198.51.100.1 potentially-failed")
	ta.forget()
	ta.recvFrom(peer2, sack(0))
	ta.wantEvent("the retransmission arrived", "dry")
	ta.sendMessage(Message{Path: peer1, Data: []byte("x")})
	ta.wantTo(peer2, "the user's choice has failed, another path has not (item 3 iii)", "DATA 1")
	if p := ta.a.Status().Paths[0]; p.State != AddrPotentiallyFailed || p.Errors != 1 {
		t.Errorf("state %v, %d errors: not choosing a path tells nothing about it", p.State, p.Errors)
	}
	if p := ta.a.Status().Paths[1]; p.State != AddrAvailable || p.Errors != 0 {
		t.Errorf("state %v, %d errors: nor does choosing one", p.State, p.Errors)
	}
}

func TestTheLeastFailedPathIsTaken(t *testing.T) {
	ta := established(t, multiHomed(peer1, peer2, peer3), with(func(c *Config) { c.PathMaxRetrans = 10 }))
	for i, errors := range []int{3, 1, 2} {
		for range errors {
			ta.a.paths[i].Failed()
		}
	}
	ta.send(10)
	ta.wantTo(peer2, "all paths are potentially failed, this one least (item 4 i)", "DATA 0")
	for i, want := range []int{3, 1, 2} {
		if p := ta.a.Status().Paths[i]; p.State != AddrPotentiallyFailed || p.Errors != want {
			t.Errorf("%v: state %v, %d errors, want %d", p.Path.Remote, p.State, p.Errors, want)
		}
	}
	ta.a.paths[1].Failed()
	ta.a.paths[1].Failed()
	for d := ta.a.paths[1].T3; !d.Reached(ta.now); {
		ta.advanceToTimer()
	}
	for _, p := range ta.forget() {
		for _, c := range ta.texts(p) {
			if beginsWith(c, "DATA 0") && p.path.Remote != peer3 {
				t.Errorf("the retransmission went to %v, want the path that has failed least by now", p.path.Remote)
			}
		}
	}
}

func TestInactivePathsAreStillTried(t *testing.T) {
	for name, pf := range map[string]int{"with potentially failed paths": 0, "without": 1000} {
		ta := dual(t, func(c *Config) { c.PathMaxRetrans, c.AssocMaxRetrans, c.PFMaxRetrans = 1, 8, pf })
		ta.send(10)
		took := make(map[string]int)
		for ta.a.State() != StateClosed {
			inactive := true
			for _, p := range ta.a.Status().Paths {
				inactive = inactive && p.State == AddrUnreachable && p.Errors >= 2
			}
			for _, p := range ta.forget() {
				if inactive && beginsWith(ta.text(p.chunks[0]), "DATA 0") {
					took[p.path.Remote.String()]++
				}
			}
			ta.advanceToTimer()
		}
		if took["198.51.100.1"] < 2 || took["198.51.100.2"] < 2 {
			t.Errorf("%s: with all paths inactive DATA went out %v, want them in turn", name, took)
		}
	}
}

// RFC 7829 section 4.1 item 3. The errors of inactive paths are counted on, as the item asks.
func TestOfInactivePathsTheLeastFailedIsTaken(t *testing.T) {
	ta := established(t, multiHomed(peer1, peer2, peer3), with(func(c *Config) {
		c.PathMaxRetrans, c.AssocMaxRetrans, c.HBInterval = 1, 100, -1
	}))
	for i, errors := range []int{6, 5, 3} {
		for range errors {
			ta.a.pathFailed(ta.now, ta.a.paths[i])
		}
	}
	ta.send(10)
	ta.wantTo(peer3, "it has failed least", "DATA 0")
	var took []netip.Addr
	for range 7 {
		ta.advanceToTimer()
		for _, p := range ta.forget() {
			took = append(took, p.path.Remote)
		}
	}
	// The errors are 6, 5, 4; 6, 5, 5: another than the last; 6, 6, 5; 6, 6, 6: another; 7, 6, 6; 7, 7, 6; 7, 7, 7.
	if want := []netip.Addr{peer3, peer2, peer3, peer1, peer2, peer3, peer1}; !slices.Equal(took, want) {
		t.Errorf("took %v, want %v", took, want)
	}
	for _, p := range ta.a.Status().Paths {
		if p.State != AddrUnreachable {
			t.Errorf("%v is %v: being chosen changes nothing", p.Path.Remote, p.State)
		}
	}
}

// RFC 9260 section 8.2: of several other paths one takes the data.
func TestOneAlternatePathIsUsed(t *testing.T) {
	ta := established(t, multiHomed(peer1, peer2, peer3), with(func(c *Config) { c.HBInterval = -1 }))
	ta.send(10)
	ta.advanceToTimer()
	ta.forget()
	ta.recvFrom(peer2, sack(0))
	for i := range 10 {
		ta.send(10)
		ta.wantTo(peer2, "the same each time", "DATA")
		ta.recvFrom(peer2, sack(1+i))
	}
}
