package assoc

import (
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/transport"
)

// RFC 9260 section 6.4: a duplicate may mean that the SACK was lost on its way, so the next one takes another, too.
func TestSackOfADuplicateTakesAnotherWayToo(t *testing.T) {
	ta := begun(t, multiHomed(peer1, peer2))
	ta.recvFrom(peer1, data(1))
	ta.advanceToTimer()
	ta.wantTo(peer1, "the way that the DATA came", "SACK 1")
	for _, c := range []struct {
		from netip.Addr
		to   []netip.Addr
		why  string
	}{
		{peer2, []netip.Addr{peer2}, "the peer has changed its path: the old one is broken, the new one is not"},
		{peer2, []netip.Addr{peer2, peer1}, "the SACK on this way seems to be lost"},
		{peer2, []netip.Addr{peer2, peer1}, "and the other way is no better"},
		{peer1, []netip.Addr{peer1}, "the peer tries the first path again"},
	} {
		ta.recvFrom(c.from, data(1))
		for _, to := range c.to {
			ta.wantTo(to, c.why, "SACK 1")
		}
		ta.wantIdle(c.why)
	}
	ta.recvFrom(peer1, data(2))
	ta.advanceToTimer()
	ta.wantTo(peer1, "what is new has one SACK", "SACK 2")
	ta.wantIdle("and no copy of it")
}

// The copy of a SACK goes along with whatever else goes there, and is forgotten with the path that it was for.
func TestCopyOfASackNeedsAPathThatWorks(t *testing.T) {
	ta := begun(t, announcing(peer1, peer2), with(func(c *Config) { c.HBInterval = -1 }))
	ta.forget()
	ta.recvFrom(peer1, data(0))
	ta.wantTo(peer1, "a duplicate", "SACK 0")
	ta.wantIdle("the other address is not confirmed, so that there is no other way")
	ta.a.receive.ack.copy = ta.a.paths[1]
	ta.settle()
	ta.wantIdle("nor does a copy go there")
	if ta.a.receive.ack.copy != nil {
		t.Error("it still waits")
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
