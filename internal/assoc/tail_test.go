package assoc

import (
	"testing"
	"time"
)

// tailed has two paths, of which the first has a round trip of 10 ms.
func tailed(t *testing.T, f func(*Config)) *testAssoc {
	t.Helper()
	ta := dual(t, func(c *Config) {
		c.TailProbe = true
		if f != nil {
			f(c)
		}
	})
	ta.send(10)
	ta.forget()
	ta.advance(10 * time.Millisecond)
	ta.recv(sack(0))
	ta.wantEvent("all is acknowledged", "dry")
	return ta
}

func TestASilentPathIsProbedAndLeftBeforeT3(t *testing.T) {
	ta := tailed(t, nil)
	wait := 2*ta.a.Status().Paths[0].SRTT + tailDelay
	ta.send(10)
	ta.wantTo(peer1, "the path works", "DATA 1")
	if d := ta.advanceToTimer(); d != wait {
		t.Errorf("a probe after %v, want %v", d, wait)
	}
	ta.wantTo(peer1, "the probe takes the same path", "DATA 1")
	ta.wantNoEvent("a probe is no error")
	if d := ta.advanceToTimer(); d != wait {
		t.Errorf("given up after %v, want %v", d, wait)
	}
	ta.wantEvent("the path carries nothing", "198.51.100.1 potentially-failed")
	ta.wantTo(peer2, "the other one takes over", "DATA 1")
	if s := ta.a.Status(); s.Paths[0].Errors != 1 || s.Stats.Timeouts != 1 {
		t.Errorf("%d errors, %d time-outs, want those of one T3-rtx", s.Paths[0].Errors, s.Stats.Timeouts)
	}
}

func TestAnAnsweredProbeChangesNothing(t *testing.T) {
	ta := tailed(t, nil)
	ta.send(10)
	ta.forget()
	ta.advanceToTimer()
	ta.wantTo(peer1, "the probe", "DATA 1")
	ta.advance(10 * time.Millisecond)
	ta.recv(sack(1))
	ta.wantEvent("it was answered", "dry")
	if p := ta.a.Status().Paths[0]; p.State != AddrAvailable || p.Errors != 0 {
		t.Errorf("state %v, %d errors", p.State, p.Errors)
	}
	ta.send(10)
	ta.wantTo(peer1, "data stays", "DATA 2")
	ta.advance(10 * time.Millisecond)
	ta.recv(sack(2))
	ta.wantEvent("and gets through", "dry")
	ta.send(10)
	ta.forget()
	ta.advanceToTimer()
	ta.wantTo(peer1, "the next silence is probed for", "DATA 3")
}

// Only acknowledgements are lost: those of probes, which are duplicates, take another way (RFC 9260 section 6.4).
func TestOfAPathThatNeedsProbesEachTimeDataIsTakenAway(t *testing.T) {
	ta := tailed(t, nil)
	ta.send(10)
	ta.forget()
	ta.advanceToTimer()
	ta.wantTo(peer1, "the probe", "DATA 1")
	ta.recvFrom(peer2, sack(1))
	ta.wantEvent("it was answered", "dry")
	ta.send(10)
	ta.forget()
	ta.advanceToTimer()
	ta.wantEvent("again nothing is heard", "198.51.100.1 potentially-failed")
	ta.wantTo(peer2, "this path needs no probes", "DATA 2")
}

func TestTailsAreProbedWhereItHelps(t *testing.T) {
	for name, f := range map[string]func(*testAssoc){
		"the window is closed": func(ta *testAssoc) { ta.a.send.windowClosed = true },
		"no other path works":  func(ta *testAssoc) { ta.a.paths[1].Failed() },
		"one error moves nothing": func(ta *testAssoc) {
			ta.tunePath(func(p *PathParams) { p.PFMaxRetrans = 1 })
		},
		"T3-rtx is not later": func(ta *testAssoc) {
			ta.a.paths[0].RTO.SetBounds(1, 1, 300*time.Millisecond)
			ta.a.paths[0].RTO.Measured(1)
		},
		"it is off": func(ta *testAssoc) { ta.a.cfg.TailProbe = false },
	} {
		for _, late := range []bool{false, true} { // before data is sent, and when it would be probed for
			ta := tailed(t, nil)
			if !late {
				f(ta)
			}
			ta.send(10)
			ta.forget()
			if armed := !ta.a.paths[0].Tail.IsZero(); armed != late {
				t.Errorf("%s, %v: probed for: %v", name, late, armed)
			}
			if !late || name == "it is off" || name == "T3-rtx is not later" {
				continue
			}
			f(ta)
			ta.now = ta.a.paths[0].Tail
			ta.a.Expire(ta.now)
			if ta.a.paths[0].Probed || !ta.a.paths[0].Tail.IsZero() {
				t.Errorf("%s: probed all the same", name)
			}
		}
	}
}

// A message that may be given up after its first transmission must not end because of a probe.
func TestAProbeGivesNothingUp(t *testing.T) {
	probes := with(func(c *Config) { c.TailProbe, c.HBInterval, c.PFMaxRetrans = true, time.Hour, 0 })
	for paths, ta := range map[string]*testAssoc{"one": unreliable(t, probes), "two": unreliable(t, multiHomed(peer1, peer2), probes)} {
		ta.send(10)
		ta.forget()
		ta.advance(10 * time.Millisecond)
		ta.recv(sack(0))
		ta.sendMessage(limited(10, 0))
		ta.forget()
		if ta.advanceToTimer() >= time.Second {
			t.Fatalf("%s: no probe", paths)
		}
		ta.wantIdle("nothing is sent again")
	}
}

// Where T3-rtx would expire before a delayed SACK comes, the peer is asked for a prompt one (RFC 7053): RTO.Min may be 1 ms.
func TestAShortRTOAsksForPromptSacks(t *testing.T) {
	for _, c := range []struct {
		rtoMin time.Duration
		want   string
	}{
		{time.Millisecond, "DATA 1 BEI"}, {maxAckDelay, "DATA 1 BEI"}, {maxAckDelay + 100*time.Millisecond, "DATA 1 BE"}, {0, "DATA 1 BE"},
	} {
		ta := dual(t, func(cfg *Config) { cfg.RTOMin = c.rtoMin })
		ta.send(10)
		ta.forget()
		ta.advance(time.Millisecond)
		ta.recv(sack(0))
		ta.send(10)
		ta.want("RTO.Min "+c.rtoMin.String(), c.want)
	}
}
