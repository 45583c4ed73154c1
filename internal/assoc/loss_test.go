package assoc

import (
	"testing"
	"time"
)

// flying returns an association with n small messages in flight, TSNs 0 to n-1, each in a packet of its own.
func flying(t *testing.T, n int, options ...option) *testAssoc {
	t.Helper()
	ta := established(t, options...)
	for range n {
		ta.send(100)
	}
	if got := len(ta.forget()); got != n {
		t.Fatalf("%d packets left, want %d", got, n)
	}
	return ta
}

// RFC 9260 section 7.2.4.
func TestThirdMissIndicationRetransmits(t *testing.T) {
	ta := flying(t, 6)
	cwnd := ta.a.Status().Paths[0].Cwnd
	ta.recv(sack(-1, 1, 1))
	ta.recv(sack(-1, 1, 2))
	ta.wantIdle("two reports may be reordering")
	ta.recv(sack(-1, 1, 3))
	ta.want("the third report: fast retransmit", "DATA 0 BE")
	ta.wantIdle("only what is missing")
	if p := ta.a.Status().Paths[0]; p.Cwnd != max(cwnd/2, 4*(testMTU-12)) || p.Ssthresh != p.Cwnd {
		t.Errorf("cwnd %d, ssthresh %d, before it %d: want half (section 7.2.3)", p.Cwnd, p.Ssthresh, cwnd)
	}
}

func TestMissesAreCountedOnlyBelowTheHighestNewlyAcked(t *testing.T) {
	ta := flying(t, 6)
	for range 5 {
		ta.recv(sack(-1, 1, 1))
	}
	ta.wantIdle("a repeated SACK acknowledges nothing new, and so reports no miss (HTNA, section 7.2.4)")
}

func TestFastRecoveryHalvesOnce(t *testing.T) {
	ta := flying(t, 8)
	for i := 1; i <= 3; i++ {
		ta.recv(sack(-1, 1, i))
	}
	ta.want("fast retransmit", "DATA 0")
	cwnd := ta.a.Status().Paths[0].Cwnd
	for i := 5; i <= 7; i++ {
		ta.recv(sack(-1, 1, 3, 5, i))
	}
	ta.want("another loss of the same flight", "DATA 4")
	if p := ta.a.Status().Paths[0]; p.Cwnd != cwnd {
		t.Errorf("cwnd %d, want %d: one recovery, one reduction (section 7.2.4)", p.Cwnd, cwnd)
	}
	ta.recv(sack(7))
	for range 6 {
		ta.send(100)
	}
	ta.forget()
	for i := 9; i <= 11; i++ {
		ta.recv(sack(7, 9, i))
	}
	ta.want("a loss after recovery ended", "DATA 8")
	if p := ta.a.Status().Paths[0]; p.Ssthresh >= cwnd+testMTU {
		t.Errorf("ssthresh %d after the second recovery", p.Ssthresh)
	}
}

func TestAChunkIsFastRetransmittedOnce(t *testing.T) {
	ta := flying(t, 9)
	for i := 1; i <= 3; i++ {
		ta.recv(sack(-1, 1, i))
	}
	ta.want("fast retransmit", "DATA 0")
	for i := 4; i <= 8; i++ {
		ta.recv(sack(-1, 1, i))
	}
	ta.wantIdle("the retransmission was lost too: that is for T3-rtx (section 7.2.4 item 5)")
	ta.advanceToTimer()
	ta.want("T3-rtx", "DATA 0")
}

// RFC 9260 sections 6.3.3 and 7.2.3.
func TestT3RetransmitsOnePacketAndBacksOff(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.PFMaxRetrans, c.RaiseInterval = 100, -1 }))
	ta.send(3 * fragment)
	ta.forget()
	if d := ta.advanceToTimer(); d != time.Second {
		t.Errorf("T3-rtx after %v", d)
	}
	ta.want("one packet", "DATA 0")
	ta.wantIdle("until something is acknowledged")
	if d := ta.advanceToTimer(); d != 2*time.Second {
		t.Errorf("T3-rtx again after %v, want twice the RTO", d)
	}
	ta.want("the same again", "DATA 0")
	if p := ta.a.Status().Paths[0]; p.Cwnd != testMTU-12 {
		t.Errorf("cwnd %d, want one packet", p.Cwnd)
	}
	ta.recv(sack(0))
	ta.want("the next ones follow", "DATA 1")
}

func TestRoundTripIsNotMeasuredOnRetransmissions(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.RTOMin = time.Millisecond }))
	before := ta.a.Status().Paths[0].SRTT
	ta.send(10)
	ta.forget()
	ta.advanceToTimer()
	ta.want("retransmission", "DATA 0")
	ta.advance(700 * time.Millisecond)
	ta.recv(sack(0))
	if p := ta.a.Status().Paths[0]; p.SRTT != before {
		t.Errorf("SRTT %v: which transmission was acknowledged is unknown (Karn, section 6.3.1 C5)", p.SRTT)
	}
	ta.send(10)
	ta.forget()
	ta.advance(70 * time.Millisecond)
	ta.recv(sack(1))
	if p := ta.a.Status().Paths[0]; p.SRTT == before {
		t.Error("a first transmission was not measured")
	}
}

func TestRenegedChunksAreSentAgain(t *testing.T) {
	ta := flying(t, 4)
	ta.recv(sack(0, 2, 3))
	ta.recv(sack(0))
	ta.wantIdle("what the peer took back is in flight again (section 6.2.1 D iii)")
	ta.advanceToTimer()
	ta.want("T3-rtx covers it, and what was reneged", "DATA 1", "DATA 2", "DATA 3")
	ta.recv(sack(3))
	ta.wantEvent("PF by T3-rtx", "198.51.100.1 potentially-failed")
	ta.wantEvent("and back", "198.51.100.1 available")
	ta.wantEvent("all is delivered", "dry")
}

func TestSackBeyondWhatWasSentAborts(t *testing.T) {
	ta := flying(t, 2)
	ta.recv(sack(2))
	ta.want("the peer acknowledges what it cannot have", "ABORT Protocol Violation")
}

func TestOldSackIsIgnored(t *testing.T) {
	ta := flying(t, 4)
	ta.recv(sack(2))
	ta.recv(sack(1).withRwnd(0))
	ta.send(10)
	ta.want("an overtaken SACK closes no window (section 6.2.1 D i)", "DATA 4")
}

func TestSackWithNonsensicalGapsDoesNoHarm(t *testing.T) {
	ta := flying(t, 4)
	ta.recv(sack(-1, 3, 2, 60000, 65000, 1, 1, 0, 1))
	ta.recv(sack(3))
	ta.wantEvent("all is delivered", "dry")
	if f := ta.a.Status().Paths[0].FlightSize; f != 0 {
		t.Errorf("%d bytes in flight after everything was acknowledged", f)
	}
}

func TestPeerThatNeverAnswersIsGivenUp(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.AssocMaxRetrans, c.PFMaxRetrans, c.HBInterval = 4, 100, -1 }))
	ta.send(10)
	for range 5 {
		ta.want("T3-rtx", "DATA 0")
		ta.wantState("not yet", StateEstablished)
		ta.advanceToTimer()
	}
	ta.wantState("Association.Max.Retrans is exceeded (section 8.1)", StateClosed)
	ta.wantEvent("the message comes back", "send-failed sent=true len=10 (peer does not answer)")
	ta.wantEvent("it is over", "lost (peer does not answer)")
}
