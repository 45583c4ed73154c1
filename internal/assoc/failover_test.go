package assoc

import (
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/transport"
)

// RFC 9260 section 6.4: a duplicate may mean that the SACK was lost on its way, so the next one takes another.
func TestSackOfADuplicateAvoidsTheWayOfTheLastOne(t *testing.T) {
	ta := begun(t, multiHomed(peer1, peer2))
	ta.recvFrom(peer1, data(1))
	ta.advanceToTimer()
	ta.wantTo(peer1, "the way that the DATA came", "SACK 1")
	for _, c := range []struct {
		from, to netip.Addr
		why      string
	}{
		{peer2, peer2, "the peer has changed its path: the old one is broken, the new one is not"},
		{peer2, peer1, "the SACK on this way seems to be lost"},
		{peer2, peer2, "and the other way is no better"},
		{peer1, peer1, "the peer tries the first path again"},
	} {
		ta.recvFrom(c.from, data(1))
		ta.wantTo(c.to, c.why, "SACK 1")
	}
}

func TestLateSackDoesNotBringABrokenPathBack(t *testing.T) {
	ta := begun(t, multiHomed(peer1, peer2))
	for range 3 {
		ta.send(fragment)
	}
	ta.forget()
	ta.advanceToTimer() // T3-rtx of peer1
	ta.wantEvent("the path is avoided from now on (RFC 7829 section 3.2)", "198.51.100.1 potentially-failed")
	ta.wantTo(peer2, "retransmission takes the other path", "DATA 0")
	ta.forget()
	ta.recvFrom(peer2, sack(2))
	ta.wantEvent("everything is acknowledged", "dry")
	ta.wantNoEvent("chunks 1 and 2 went to the broken path before the time-out, which says nothing about it now")
	ta.send(fragment)
	ta.wantTo(peer2, "so new data takes the path that works", "DATA 3")
}

// The acknowledgement of chunks that had timed out and were not sent again shows that the path worked once.
func TestLateSackClearsNoErrors(t *testing.T) {
	ta := begun(t, multiHomed(peer1, peer2))
	ta.send(fragment)
	ta.forget()
	ta.now = ta.a.NextDeadline()
	ta.a.Expire(ta.now) // T3-rtx of peer1
	ta.deliver(ta.a.LocalTag(), transport.Path{Local: local1, Remote: peer2}, sack(0))
	ta.settle()
	ta.wantEvent("the path is avoided", "198.51.100.1 potentially-failed")
	ta.wantEvent("everything is acknowledged", "dry")
	ta.wantNoEvent("the path stays as it is (ADR 7)")
	if p := ta.a.Status().Paths[0]; p.Errors != 1 {
		t.Errorf("%d errors, want the time-out", p.Errors)
	}
}
