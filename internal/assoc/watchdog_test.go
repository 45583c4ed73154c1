package assoc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

const stallTime = 10 * time.Second

// watched is an association with a watchdog and data in flight, and without other heartbeats.
func watched(t *testing.T, options ...option) *testAssoc {
	ta := established(t, append(options, with(func(c *Config) {
		c.StallTime, c.HBInterval, c.RTOMax, c.RaiseInterval, c.AssocMaxRetrans, c.PathMaxRetrans = stallTime, -1, time.Second, -1, 1000, 1000
		c.PFMaxRetrans = 1000
	}))...)
	ta.send(100)
	return ta
}

// heartbeats takes what was sent, and answers the HEARTBEATs.
func (ta *testAssoc) heartbeats() (n int) {
	for _, p := range ta.forget() {
		if p.chunks[0].Type == wire.ChunkHeartbeat {
			ta.answerProbe(p)
			n++
		}
	}
	return n
}

// pass lets time pass, with what the peer does each second.
func (ta *testAssoc) pass(d time.Duration, each func()) {
	for ; d > 0; d -= time.Second {
		ta.advance(time.Second)
		each()
	}
}

// The peer answers HEARTBEATs, and does nothing with data.
func TestStallIsReported(t *testing.T) {
	ta := watched(t)
	asked := 0
	ta.pass(stallTime-time.Second, func() { asked += ta.heartbeats() })
	if asked > 0 {
		t.Errorf("%d HEARTBEATs before the time", asked)
	}
	ta.wantNoEvent("nothing was asked yet")
	ta.pass(time.Second, func() { asked += ta.heartbeats() })
	ta.wantEvent("the peer lives", "stalled 198.51.100.1 10s")
	ta.pass(2*stallTime, func() { asked += ta.heartbeats() })
	if asked != 1 || ta.a.Stats().Stalls != 1 {
		t.Errorf("%d HEARTBEATs, %d reports", asked, ta.a.Stats().Stalls)
	}
	ta.wantNoEvent("it was told once")
	ta.recv(sack(0))
	ta.wantEvent("data is acknowledged", "goes-on 198.51.100.1 30s")
	ta.wantEvent("that was all", "dry")
	ta.pass(2*stallTime, func() { asked += ta.heartbeats() })
	if asked != 1 {
		t.Error("asked while there is nothing to do")
	}

	ta.send(100)
	ta.pass(stallTime, func() { asked += ta.heartbeats() })
	ta.wantEvent("a second time", "stalled 198.51.100.1 10s")
}

// The peer answers everything, and has no room for data.
func TestClosedWindowIsReported(t *testing.T) {
	ta := watched(t)
	ta.recv(sack(0).withRwnd(0))
	ta.wantEvent("all is acknowledged", "dry")
	ta.send(100)
	ta.pass(20*time.Second, func() {
		for _, p := range ta.forget() {
			if p.chunks[0].Type == wire.ChunkHeartbeat {
				ta.answerProbe(p)
			} else {
				ta.recv(sack(0).withRwnd(0))
			}
		}
	})
	ta.wantEvent("the window stays closed", "stalled-by-window 198.51.100.1")
	ta.wantState("zero window probes are no errors", StateEstablished)
}

// Who does not answer is dead, and the affair of others.
func TestSilenceIsNoStall(t *testing.T) {
	ta := watched(t)
	ta.pass(5*stallTime, func() { ta.forget() })
	for _, e := range ta.events {
		if _, ok := e.(Stall); ok {
			t.Errorf("told %q", eventText(e))
		}
	}
}

func TestSlowProgressIsNoStall(t *testing.T) {
	ta := watched(t)
	for n := range 5 {
		ta.send(100)
		ta.pass(stallTime-time.Second, func() { ta.heartbeats() })
		ta.recv(sack(n))
	}
	if ta.a.Stats().Stalls != 0 {
		t.Error("something was acknowledged each time")
	}
}

func TestNobodyWatchesUnlessAsked(t *testing.T) {
	ta := watched(t)
	ta.recv(sack(0))
	ta.forget()
	ta.a.cfg.StallTime = 0
	ta.a.watchdog = watchdog{}
	ta.send(100)
	ta.pass(3*stallTime, func() { ta.heartbeats() })
	ta.a.reportStall(ta.now, ta.a.paths[0], StallPacketSize)
	if ta.a.Stats().Stalls != 0 {
		t.Error("told, though it is off")
	}
}

// Data that goes with COOKIE ECHO is watched once the association is up.
func TestStallFromTheBeginning(t *testing.T) {
	ta := newTestAssoc(t, activeSide, with(func(c *Config) { c.StallTime, c.HBInterval, c.PFMaxRetrans = time.Second, -1, 100 }))
	ta.send(100)
	ta.recv(initAck())
	ta.pass(3*time.Second, func() { ta.forget() })
	ta.recv(cookieAck())
	ta.wantEvent("COOKIE ACK brings it up", "up")
	ta.pass(2*time.Second, func() { ta.heartbeats() })
	ta.wantEvent("nothing is acknowledged", "stalled 198.51.100.1")
}

// A black hole is found and cured, which is reported as well.
func TestBlackHoleIsReported(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.StallTime, c.HBInterval = time.Minute, -1 }))
	ta.send(fragment)
	for n := 0; ta.a.Stats().BlackHoles == 0; n++ {
		if n > 50 {
			t.Fatal("the black hole is not found")
		}
		ta.advance(time.Second)
		for _, p := range ta.forget() {
			if p.chunks[0].Type == wire.ChunkHeartbeat && p.size <= path.BasePMTU {
				ta.answerProbe(p)
			}
		}
	}
	var found *Stall
	for _, e := range ta.events {
		if s, ok := e.(Stall); ok {
			found = &s
		}
	}
	if found == nil || found.Reason != StallPacketSize || found.Addr != peer1 {
		t.Errorf("told %+v of %d events", found, len(ta.events))
	}
	ta.events = nil
	ta.recv(sack(0))
	ta.wantEvent("a smaller one arrives", "goes-on 198.51.100.1")
}

// With nothing under way there is nothing that could stall.
func TestIdleAssociationsDoNotStall(t *testing.T) {
	ta := watched(t)
	ta.recv(sack(0))
	ta.wantEvent("all is acknowledged", "dry")
	ta.a.reportStall(ta.now, ta.a.paths[0], StallPacketSize)
	ta.a.watchdog.asked = true
	ta.a.alive(ta.now, ta.a.paths[0])
	ta.wantNoEvent("nobody waits")
}

func TestRestartEndsAStall(t *testing.T) {
	ta := watched(t)
	ta.pass(stallTime, func() { ta.heartbeats() })
	ta.wantEvent("the peer lives, and does nothing", "stalled 198.51.100.1 10s")
	ta.restart()
	ta.wantEvent("what was in flight comes back", "send-failed")
	ta.wantEvent("it begins anew", "goes-on 198.51.100.1 10s")

	ta = watched(t)
	ta.pass(stallTime-time.Second, func() { ta.heartbeats() })
	ta.advance(time.Second) // the paths are asked
	ta.forget()
	ta.restart()
	ta.events = nil
	ta.send(100)
	for range 3 {
		ta.heartbeats()
	}
	ta.wantNoEvent("an answer to the new incarnation says nothing about what the old one left undone")
}
