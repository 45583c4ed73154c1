package assoc

import (
	"fmt"
	"testing"
	"time"
)

// What is sent again, when, and before what (RFC 9260 sections 6.1, 6.3 and 7.2.4).

func TestRetransmissionsPrecedeNewData(t *testing.T) {
	ta := established(t)
	ta.send(20 * fragment)
	flight := len(ta.forget())
	ta.advanceToTimer()
	ta.want("T3-rtx", "DATA 0")
	for next := 1; next < flight; {
		ta.recv(sack(next - 1))
		for _, p := range ta.forget() {
			if got, want := ta.text(p.chunks[0]), fmt.Sprintf("DATA %d", next); !beginsWith(got, want) {
				t.Fatalf("sent %s, want %s: marked chunks come first (section 6.1 C)", got, want)
			}
			next++
		}
	}
}

// A new chunk that would fit beside a marked one, where the next marked one does not, waits for that.
func TestRetransmissionsPrecedeSmallNewData(t *testing.T) {
	ta := established(t)
	ta.send(900)
	ta.send(900)
	ta.forget()
	ta.recv(sack(-1).withRwnd(1900))
	ta.send(100)
	ta.wantIdle("the window is full")
	ta.advanceToTimer()
	ta.want("T3-rtx", "DATA 0")
	ta.recv(sack(0))
	ta.want("then what else is marked, and new data behind it", "DATA 1", "DATA 2 BE")
}

func TestFastRetransmitIgnoresTheWindow(t *testing.T) {
	ta, acked := streaming(t)
	ta.recv(sack(acked, acked+3, acked+3))
	ta.recv(sack(acked, acked+3, acked+4))
	ta.forget()
	ta.recv(sack(acked, acked+3, acked+5))
	ta.want("the first packet of a fast retransmit leaves at once (section 7.2.4 item 3)", fmt.Sprintf("DATA %d", acked+1))
	ta.wantIdle("the second one waits for the window")
	if p := ta.a.Status().Paths[0]; p.FlightSize < p.Cwnd {
		t.Errorf("%d bytes are in flight with a window of %d, which did not hold the chunk back", p.FlightSize, p.Cwnd)
	}
}

// streaming returns an association with a large window in flight, and the last TSN that was acknowledged.
func streaming(t *testing.T) (ta *testAssoc, acked int) {
	t.Helper()
	ta = established(t, with(func(c *Config) { c.SendBuffer = 10 << 20 }))
	ta.send(4000 * fragment)
	acked = -1
	for range 8 {
		acked += len(ta.forget())
		ta.recv(sack(acked))
	}
	return ta, acked
}

// Section 7.2.4: a SACK that acknowledges new data and reports a loss is credited before the window is halved.
func TestTheWindowGrowsBeforeItIsHalved(t *testing.T) {
	ta, acked := streaming(t)
	ta.recv(sack(acked, acked+3, acked+3)) // the next two are missing
	ta.recv(sack(acked, acked+3, acked+4))
	before := ta.a.Status().Paths[0].Cwnd
	ta.recv(sack(acked+1, acked+3, acked+5)) // one was only late
	pmdcs := testMTU - 12
	if p := ta.a.Status().Paths[0]; p.Ssthresh != (before+pmdcs)/2 {
		t.Errorf("ssthresh %d after a window of %d, want half of it and a packet", p.Ssthresh, before)
	}
}

// Section 6.1: T3-rtx of a path starts with its first chunk in flight, and is restarted when the earliest of them is sent again.
func TestT3IsRestartedOnlyForTheEarliest(t *testing.T) {
	ta := flying(t, 2)
	p := ta.a.paths[0]
	started := p.T3
	ta.advance(300 * time.Millisecond)
	for range 6 {
		ta.send(100)
	}
	ta.forget()
	if p.T3 != started {
		t.Error("new chunks moved the timer of earlier ones")
	}
	for i := 1; i <= 3; i++ {
		ta.recv(sack(-1, 1, i))
	}
	ta.want("fast retransmit", "DATA 0")
	if want := ta.now.Add(p.RTO.Current()); p.T3 != want {
		t.Errorf("T3-rtx in %v, want an RTO from the retransmission of the earliest chunk", p.T3.Sub(ta.now))
	}
	restarted := p.T3
	ta.advance(100 * time.Millisecond)
	for i := 5; i <= 7; i++ {
		ta.recv(sack(-1, 1, 3, 5, i))
	}
	ta.want("another loss", "DATA 4")
	if p.T3 != restarted {
		t.Error("the retransmission of a later chunk moved the timer")
	}
}

// Section 6.3.3 E4: the retransmission is timed by the path that it takes.
func TestT3TakesTheRTOOfItsPath(t *testing.T) {
	ta := dual(t, nil)
	ta.send(10)
	ta.forget()
	ta.advanceToTimer()
	ta.wantTo(peer2, "another path", "DATA 0")
	if d := ta.a.paths[1].T3.Sub(ta.now); d != time.Second {
		t.Errorf("T3-rtx of the second path in %v, want its own RTO, which was not backed off", d)
	}
	if rto := ta.a.paths[0].RTO.Current(); rto != 2*time.Second {
		t.Errorf("RTO of the first path %v, want it backed off", rto)
	}
}

// Section 7.2.4 item 6, with windows that are larger than their least.
func TestFastRecoveryReducesALargeWindowOnce(t *testing.T) {
	ta, acked := streaming(t)
	before := ta.a.Status().Paths[0].Cwnd
	for i := 2; i <= 4; i++ {
		ta.recv(sack(acked, acked+2, acked+i))
	}
	reduced := ta.a.Status().Paths[0].Cwnd
	if reduced >= before || reduced <= 4*(testMTU-12) {
		t.Fatalf("cwnd went from %d to %d, want half of it", before, reduced)
	}
	for i := 6; i <= 8; i++ {
		ta.recv(sack(acked, acked+2, acked+4, acked+6, acked+i))
	}
	if p := ta.a.Status().Paths[0]; p.Cwnd != reduced || p.Ssthresh != reduced {
		t.Errorf("cwnd %d, ssthresh %d after another loss of the same flight, want %d", p.Cwnd, p.Ssthresh, reduced)
	}
}

// Section 6.1 D: a window that was opened long ago does not leave at once.
func TestMaxBurstBoundsWhatTheUserSends(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.SendBuffer, c.HBInterval = 10<<20, -1 }))
	ta.send(200 * fragment)
	acked := -1
	for len(ta.sent) > 0 {
		acked += len(ta.forget())
		ta.recv(sack(acked))
	}
	if cwnd := ta.a.Status().Paths[0].Cwnd; cwnd < 10*testMTU {
		t.Fatalf("cwnd %d has not grown", cwnd)
	}
	ta.send(100 * fragment)
	if n := len(ta.forget()); n != 4 {
		t.Errorf("%d packets left at once, want Max.Burst", n)
	}
}
