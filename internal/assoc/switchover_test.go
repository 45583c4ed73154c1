package assoc

import "testing"

// RFC 7829 section 5.

// primary is the address of the primary path.
func (ta *testAssoc) primary() string {
	for _, p := range ta.a.Status().Paths {
		if p.Primary {
			return p.Path.Remote.String()
		}
	}
	return "none"
}

func TestPrimarySwitchover(t *testing.T) {
	for _, psmr := range []int{0, 2} { // PFMaxRetrans is 0
		ta := dual(t, func(c *Config) { c.Switchover, c.PSMaxRetrans = true, psmr })
		ta.send(10)
		ta.advanceToTimer()
		ta.wantEvent("T3-rtx", "198.51.100.1 potentially-failed")
		if psmr == 0 {
			ta.wantEvent("the recommended threshold", "198.51.100.2 made-primary")
		}
		ta.forget()
		ta.recvFrom(peer2, sack(0))
		for range psmr { // HEARTBEATs go unanswered
			if ta.primary() != "198.51.100.1" {
				t.Fatalf("a threshold of %d: switched over to %s after %d errors", psmr, ta.primary(), ta.a.Status().Paths[0].Errors)
			}
			for before := ta.a.Status().Paths[0].Errors; ta.a.Status().Paths[0].Errors == before; {
				ta.advanceToTimer()
			}
		}
		if ta.primary() != "198.51.100.2" {
			t.Fatalf("a threshold of %d: %s is primary after %d errors", psmr, ta.primary(), ta.a.Status().Paths[0].Errors)
		}
		if err := ta.a.RequestHeartbeat(ta.now, peer1); err != nil {
			t.Fatal(err)
		}
		ta.settle()
		var hb sentPacket
		for _, p := range ta.forget() {
			if p.path.Remote == peer1 {
				hb = p
			}
		}
		ta.recvFrom(peer1, answerHeartbeat(hb))
		if ta.primary() != "198.51.100.2" {
			t.Error("the old primary path is back and took its place")
		}
		ta.send(10)
		ta.wantTo(peer2, "data stays", "DATA 1")
	}
}

func TestWithoutSwitchoverDataComesBack(t *testing.T) {
	ta := dual(t, func(c *Config) { c.PSMaxRetrans = 0 })
	for range 3 {
		ta.a.pathFailed(ta.now, ta.a.paths[0])
	}
	if ta.primary() != "198.51.100.1" {
		t.Errorf("%s is primary, want the user's choice", ta.primary())
	}
	ta.a.pathAnswered(ta.a.paths[0], true)
	ta.send(10)
	ta.wantTo(peer1, "the path works again", "DATA 0")
}

// When no path is better the primary one stays, until one is.
func TestSwitchoverWaitsForABetterPath(t *testing.T) {
	ta := dual(t, func(c *Config) { c.Switchover = true })
	for range 3 {
		ta.a.pathFailed(ta.now, ta.a.paths[1])
	}
	for range 2 {
		ta.a.pathFailed(ta.now, ta.a.paths[0])
	}
	if ta.primary() != "198.51.100.1" {
		t.Fatalf("%s is primary, and has failed more", ta.primary())
	}
	ta.a.pathAnswered(ta.a.paths[1], true)
	if ta.primary() != "198.51.100.2" {
		t.Errorf("%s is primary, want the one that works", ta.primary())
	}
	ta.settle()
	ta.wantEvent("the first path fails", "198.51.100.2 potentially-failed")
	ta.wantEvent("and the other", "198.51.100.1 potentially-failed")
	ta.wantEvent("which comes back", "198.51.100.2 available")
	ta.wantEvent("and is primary", "198.51.100.2 made-primary")
}
