package assoc

import (
	"testing"
	"time"
)

// outage has both paths fail with a message in flight, which is at last on peer1 again.
func outage(t *testing.T) *testAssoc {
	ta := dual(t, nil)
	ta.send(10)
	ta.wantTo(peer1, "the primary path", "DATA 0")
	ta.advanceToTimer()
	ta.wantEvent("T3-rtx", "198.51.100.1 potentially-failed")
	ta.wantTo(peer2, "the other path", "DATA 0")
	ta.advanceToTimer()
	ta.wantEvent("T3-rtx", "198.51.100.2 potentially-failed")
	ta.wantTo(peer1, "both have failed once, and this one is another than the last", "DATA 0")
	return ta
}

// Without that the message would wait for T3-rtx, which doubles with each failure.
func TestAPathThatComesBackTakesWhatIsInFlightOnFailedOnes(t *testing.T) {
	ta := outage(t)
	if err := ta.a.RequestHeartbeat(ta.now, peer2); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	hb := ta.wantTo(peer2, "a probe", "HEARTBEAT")
	ta.advance(10 * time.Millisecond)
	ta.recvFrom(peer2, answerHeartbeat(hb))
	ta.wantEvent("it works", "198.51.100.2 available")
	ta.wantTo(peer2, "and takes the message at once", "DATA 0")
	if !ta.a.paths[0].T3.IsZero() {
		t.Error("T3-rtx runs for a path that nothing is in flight on")
	}
	if p := ta.a.Status().Paths[0]; p.Errors != 1 || p.State != AddrPotentiallyFailed {
		t.Errorf("the other path: %d errors, state %v; want what it had", p.Errors, p.State)
	}
	ta.recvFrom(peer2, sack(0))
	ta.wantEvent("delivered", "dry")
	ta.wantNoEvent("the message that was sent to both paths tells nothing of the failed one")
}

// RFC 9260 section 8.1, RFC 7829 section 4: an outage of several paths is no shorter than one of a single path.
func TestHeartbeatsDoNotCountBesideData(t *testing.T) {
	ta := outage(t)
	errors := ta.a.errors
	if err := ta.a.RequestHeartbeat(ta.now, peer1); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	ta.wantTo(peer1, "on demand", "HEARTBEAT")
	if p := ta.a.paths[0]; p != ta.a.dataPath() || p.HB.Deadline.IsZero() {
		t.Fatal("the HEARTBEAT is not on the path in use")
	} else {
		p.T3 = p.T3.Add(time.Hour)
		ta.now = p.HB.Deadline
		ta.a.Expire(ta.now)
	}
	if ta.a.errors != errors {
		t.Errorf("%d errors of the association, want %d: T3-rtx counts for the same silence", ta.a.errors, errors)
	}
	if p := ta.a.Status().Paths[0]; p.Errors != 2 {
		t.Errorf("%d errors of the path, want 2", p.Errors)
	}
}
