package assoc

import (
	"testing"
	"time"
)

// RFC 9260 section 6.1 A.
func TestClosedWindowIsProbedWithoutCountingErrors(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.HBInterval = -1 }))
	ta.send(10)
	ta.want("the window is open", "DATA 0")
	ta.recv(sack(0).withRwnd(0))
	ta.send(10)
	ta.wantIdle("the window is closed")
	if d := ta.advanceToTimer(); d != time.Second {
		t.Errorf("the first probe came after %v, want one RTO", d)
	}
	ta.want("a zero window probe", "DATA 1")
	wait := time.Second
	for range 30 {
		ta.recv(sack(0).withRwnd(0))
		ta.wantIdle("the peer drops the probe and the window stays closed")
		if d := ta.advanceToTimer(); d != wait {
			t.Errorf("the next probe came after %v, want %v", d, wait)
		}
		wait = min(2*wait, time.Minute)
		ta.want("the probe again", "DATA 1")
	}
	ta.wantState("a window may stay closed for ever", StateEstablished)
	if p := ta.a.Status().Paths[0]; p.Errors != 0 {
		t.Errorf("%d errors were counted", p.Errors)
	}
	ta.recv(sack(1))
	ta.wantEvent("at last", "dry")
	ta.wantEvent("all is sent", "dry")
}

func TestSilenceOfThePeerIsNoClosedWindow(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.AssocMaxRetrans = 3 }))
	ta.send(10)
	ta.recv(sack(0).withRwnd(0))
	ta.send(10)
	for ta.a.State() != StateClosed {
		ta.advanceToTimer()
	}
	ta.events = ta.events[len(ta.events)-1:]
	ta.wantEvent("probes without any SACK count", "lost (peer does not answer)")
}

// A window that is smaller than the next DATA chunk counts as closed (RFC 9260 section 6.1 A).
func TestSmallWindowIsProbedWithoutCountingErrors(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.HBInterval = -1 }))
	ta.send(10)
	ta.recv(sack(0).withRwnd(500))
	ta.send(1000)
	ta.forget()
	for range 20 {
		ta.advanceToTimer()
		ta.want("a probe larger than the window", "DATA 1 BE sid=0 ssn=1 len=1000")
		ta.recv(sack(0).withRwnd(500))
	}
	ta.wantState("the peer's reader is slow, not gone", StateEstablished)
}

// Who keeps the beginning of a message may have to see that the rest does not fit before he hands it out.
func TestRestOfAMessageProbesAtOnce(t *testing.T) {
	for _, rwnd := range []uint32{0, 500} {
		ta := established(t, with(func(c *Config) { c.HBInterval = -1 }))
		ta.recv(sack(-1).withRwnd(2 * (fragment + peerChunkOverhead)))
		ta.send(5 * fragment)
		ta.want("as much as the window takes", "DATA 0")
		ta.want("as much as the window takes", "DATA 1")
		ta.wantIdle("the window is full")
		ta.recv(sack(1).withRwnd(rwnd))
		ta.want("the next fragment", "DATA 2")
		ta.wantIdle("nothing but the probe is in flight")
		if d := ta.advanceToTimer(); d != time.Second {
			t.Errorf("the probe that the peer dropped came again after %v, want one RTO", d)
		}
		ta.want("the probe again", "DATA 2")
		ta.recv(sack(2).withRwnd(rwnd))
		ta.want("it was taken, and there is more", "DATA 3")
		ta.recv(sack(3))
		ta.want("the window opened", "DATA 4")
		ta.recv(sack(4))
		ta.wantEvent("all is sent", "dry")
	}
}

// A peer that says again and again how small its window is does not put the probe off.
func TestProbeComesWhateverSacksDo(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.HBInterval = -1 }))
	ta.send(10)
	ta.recv(sack(0).withRwnd(500))
	ta.send(1000)
	ta.forget()
	for range 3 {
		ta.wantIdle("the window is too small")
		ta.advance(300 * time.Millisecond)
		ta.recv(sack(0).withRwnd(500))
	}
	ta.advance(100 * time.Millisecond)
	ta.want("after an RTO", "DATA 1 BE sid=0 ssn=1 len=1000")
	ta.advance(900 * time.Millisecond)
	ta.wantIdle("T3-rtx begins with the probe")
	ta.recv(sack(1))
	if d := ta.a.NextDeadline(); !d.IsZero() {
		t.Error("a timer runs for nothing")
	}
}

func TestProbeIsRepeatedWhenItsWindowOpens(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.HBInterval = -1 }))
	ta.send(10)
	ta.recv(sack(0).withRwnd(0))
	ta.send(1000)
	ta.forget()
	ta.advanceToTimer()
	ta.want("the probe", "DATA 1")
	for rwnd := uint32(100); rwnd < 1000; rwnd += 100 {
		ta.recv(sack(0).withRwnd(rwnd))
		ta.wantIdle("the window is too small for the chunk that was thrown away")
	}
	ta.recv(sack(0).withRwnd(1000))
	ta.want("it fits now, and T3-rtx need not be waited for", "DATA 1")
	ta.recv(sack(1))
	if p := ta.a.Status().Paths[0]; p.Errors != 0 || p.FlightSize != 0 {
		t.Errorf("%d errors, %d bytes in flight", p.Errors, p.FlightSize)
	}
}

// The path of a probe that the peer threw away is not to blame.
func TestProbeIsRepeatedOnItsPath(t *testing.T) {
	ta := dual(t, nil)
	ta.send(10)
	ta.wantTo(peer1, "DATA", "DATA 0")
	ta.recv(sack(0).withRwnd(0))
	ta.wantEvent("everything is there", "dry")
	ta.send(10)
	ta.wantIdle("the window is closed")
	ta.advanceToTimer()
	ta.wantTo(peer1, "the probe", "DATA 1")
	ta.recv(sack(0))
	ta.wantTo(peer1, "the window opened", "DATA 1")
}

func TestWindowUpdateReleasesData(t *testing.T) {
	ta := established(t)
	ta.send(10)
	ta.recv(sack(0).withRwnd(0))
	ta.forget()
	ta.send(10)
	ta.recv(sack(0))
	ta.want("the window opened", "DATA 1")
}

// RFC 9260 section 6.1 B: cwnd may be exceeded by less than one packet.
func TestCwndRule(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.MaxBurst = 100 }))
	ta.send(20 * fragment)
	flight := 0
	for _, p := range ta.forget() {
		flight += p.size - 12
	}
	cwnd := ta.a.Status().Paths[0].Cwnd
	if pmdcs := testMTU - 12; flight < cwnd || flight >= cwnd+pmdcs {
		t.Errorf("%d bytes in flight, want from cwnd = %d to less than a packet more", flight, cwnd)
	}
}

// RFC 9260 section 6.1 D.
func TestMaxBurstBoundsTheAnswerToASack(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.SendBuffer = 10 << 20 }))
	ta.send(2000 * fragment)
	acked := -1
	for range 40 {
		if sent := len(ta.forget()); sent > 4 {
			t.Fatalf("%d packets at one opportunity, want at most Max.Burst", sent)
		}
		acked += 2
		ta.recv(sack(acked))
	}
}

// A peer that reads many packets at once acknowledges them with one SACK, where section 6.2 has one for every second packet.
func TestSackOfManyPacketsIsSeveralOpportunities(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.SendBuffer = 10 << 20 }))
	ta.send(2000 * fragment)
	acked, sent := -1, 0
	for range 40 {
		before := sent
		if sent = len(ta.forget()); before > 0 && sent > max(4, 2*before) {
			t.Fatalf("%d packets in answer to a SACK of %d, want at most Max.Burst for two of them", sent, before)
		}
		acked += sent
		ta.recv(sack(acked))
	}
	if sent <= 4 {
		t.Errorf("%d packets in a round trip after 40 of them: Max.Burst holds the window down", sent)
	}
}

// What another path carries does not keep an idle one from being idle (RFC 9260 section 7.2.1).
func TestIdlePathForgetsItsWindowWhileAnotherIsBusy(t *testing.T) {
	ta := dual(t, func(c *Config) { c.SendBuffer, c.SACKDelay = 10<<20, -1 })
	for range 100 {
		ta.sendMessage(Message{Path: peer2, Data: make([]byte, fragment)})
	}
	acked := -1
	for len(ta.sent) > 0 {
		acked += len(ta.forget())
		ta.recvFrom(peer2, sack(acked))
	}
	before := ta.a.Status().Paths[1].Cwnd
	ta.advance(ta.a.Status().Paths[1].RTO + time.Millisecond)
	ta.send(10)
	ta.want("the primary path is busy", "DATA 100")
	ta.sendMessage(Message{Path: peer2, Data: []byte("x")})
	if after := ta.a.Status().Paths[1].Cwnd; after != max(before/2, 4*(testMTU-12)) || after == before {
		t.Errorf("cwnd %d after an idle RTO, before it %d", after, before)
	}
}

// RFC 9260 section 7.2.1: cwnd halves with every RTO in which nothing is sent.
func TestIdlePathForgetsItsWindow(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.SendBuffer, c.HBInterval = 10<<20, -1 }))
	ta.send(100 * fragment)
	acked := -1
	for len(ta.sent) > 0 {
		acked += len(ta.forget())
		ta.recv(sack(acked))
	}
	before := ta.a.Status().Paths[0].Cwnd
	ta.advance(ta.a.Status().Paths[0].RTO + time.Millisecond)
	ta.send(10)
	if after := ta.a.Status().Paths[0].Cwnd; after != max(before/2, 4*(testMTU-12)) {
		t.Errorf("cwnd %d after an idle RTO, before it %d", after, before)
	}
}
