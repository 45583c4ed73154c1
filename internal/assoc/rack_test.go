package assoc

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// byTime turns the search for losses by time on.
func byTime(_ *testAssoc, c *Config, _ *Params) { c.RACK = true }

// settled is how many round trips of 80 ms apart has measured, TSNs 0 to settled-1.
const settled = 40

// apart returns an association with n small messages in flight, TSNs from settled on, sent a millisecond after each other. Patience is 20 ms.
func apart(t *testing.T, n int, options ...option) *testAssoc {
	t.Helper()
	ta := established(t, append(options, byTime)...)
	for i := range settled {
		ta.send(100)
		ta.advance(80 * time.Millisecond)
		ta.recv(sack(i))
	}
	for range n {
		ta.send(100)
		ta.advance(time.Millisecond)
	}
	ta.forget()
	return ta
}

func TestLossIsFoundByTimeWhereTooFewPacketsFollow(t *testing.T) {
	ta := apart(t, 2)
	ta.advance(79 * time.Millisecond)
	ta.recv(sack(settled-1, settled+1, settled+1)) // it took 80 ms
	ta.wantIdle("it may be reordering, and one report is not three")
	if d := ta.advanceToTimer(); d != 19*time.Millisecond {
		t.Errorf("the search ends after %v, want 20 ms after the other one would have arrived", d)
	}
	ta.want("a quarter of a round trip later it is lost", "DATA 40 BE")
	if p := ta.a.Status().Paths[0]; p.Ssthresh != p.Cwnd || ta.a.Stats().FastRetransmits != 1 {
		t.Errorf("cwnd %d, ssthresh %d: want a reduction, as for any loss", p.Cwnd, p.Ssthresh)
	}
}

func TestReorderingWithinPatienceIsNoLoss(t *testing.T) {
	ta := apart(t, 2)
	ta.advance(79 * time.Millisecond)
	ta.recv(sack(settled-1, settled+1, settled+1))
	ta.advance(15 * time.Millisecond)
	ta.recv(sack(settled + 1))
	ta.advance(100 * time.Millisecond)
	ta.wantIdle("it came late")
	if n := ta.a.Stats().FastRetransmits; n != 0 {
		t.Errorf("%d fast retransmissions", n)
	}
}

func TestLossOfARetransmissionIsFoundByTime(t *testing.T) {
	for _, rack := range []bool{true, false} {
		ta, acked := streaming(t)
		ta.a.cfg.RACK = rack
		ta.forget()
		last := func() int { return ta.a.send.outstanding.NextTSN().Diff(ta.localTSN) - 1 }
		sends := func() bool {
			for _, p := range ta.forget() {
				if strings.HasPrefix(ta.texts(p)[0], fmt.Sprintf("DATA %d ", acked+1)) {
					return true
				}
			}
			return false
		}
		ta.advance(80 * time.Millisecond)
		ta.recv(sack(acked, acked+2, last()))
		ta.recv(sack(acked, acked+2, last()))
		ta.recv(sack(acked, acked+2, last()))
		if !sends() {
			t.Fatalf("RACK %v: no retransmission of what three SACKs did not have", rack)
		}
		reduced := ta.a.Status().Paths[0].Ssthresh
		for range 3 { // what was sent after the retransmission arrives, the retransmission does not
			ta.advance(80 * time.Millisecond)
			ta.recv(sack(acked, acked+2, last()))
		}
		if again := sends(); again != rack {
			t.Errorf("RACK %v: sent once more: %v; miss indications are counted once for each chunk", rack, again)
		}
		if s := ta.a.Status().Paths[0].Ssthresh; rack != (s < reduced) {
			t.Errorf("RACK %v: ssthresh %d, was %d: the loss of a retransmission is a sign of congestion, too", rack, s, reduced)
		}
	}
}

func TestTimeOutEndsTheSearch(t *testing.T) {
	ta := apart(t, 2)
	ta.advance(79 * time.Millisecond)
	ta.recv(sack(settled-1, settled+1, settled+1))
	p := ta.a.paths[0]
	if p.Overdue.IsZero() {
		t.Fatal("no search")
	}
	ta.a.expireT3(ta.now, p)
	if !p.Overdue.IsZero() {
		t.Error("everything is marked, and the search goes on")
	}
}
