package assoc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
)

// outage has both paths fail with a message in flight, which is at last on peer1 again, while peer2 is being probed.
func outage(t *testing.T) (ta *testAssoc, probe sentPacket) {
	t.Helper()
	ta = dual(t, nil)
	ta.a.send.answered = true // as by a SACK long ago
	ta.send(10)
	ta.wantTo(peer1, "the primary path", "DATA 0")
	ta.advanceToTimer()
	ta.wantEvent("T3-rtx", "198.51.100.1 potentially-failed")
	ta.wantTo(peer2, "the other path", "DATA 0")
	ta.advanceToTimer()
	ta.wantEvent("T3-rtx", "198.51.100.2 potentially-failed")
	probe = ta.wantTo(peer2, "none is left that works: all are probed that data is not tried on", "HEARTBEAT")
	ta.wantTo(peer1, "both have failed once, and this one is another than the last", "DATA 0")
	return ta, probe
}

// Without that the message would wait for T3-rtx, which doubles with each failure.
func TestAPathThatComesBackTakesWhatIsInFlightOnFailedOnes(t *testing.T) {
	ta, hb := outage(t)
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
	ta, _ := outage(t)
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

// A probe whose answer has not come in the time that the path ever took is lost; its deadline has grown with the RTO.
func TestEachTimeOutOfAnOutageProbesAnew(t *testing.T) {
	ta, _ := outage(t)
	ta.a.paths[0].Configure(PathParams{HBInterval: -1})
	second := ta.a.paths[1]
	sent := second.HB.SentAt
	ta.now = second.HB.SentAt.Add(second.RTO.Measurement() - 1)
	ta.a.lookAround(ta.now)
	ta.settle()
	ta.wantIdle("the probe may still be answered")
	ta.now = sent.Add(second.RTO.Measurement())
	ta.a.lookAround(ta.now)
	ta.settle()
	ta.wantTo(peer2, "a new one", "HEARTBEAT")
}

// Nothing is probed where the user turned HEARTBEATs off (RFC 7829 section 3.2 item 5).
func TestAnOutageIsNotProbedWithoutHeartbeats(t *testing.T) {
	ta := dual(t, func(c *Config) { c.HBInterval = -1 })
	ta.send(10)
	ta.forget()
	ta.advanceToTimer()
	ta.wantTo(peer2, "the other path", "DATA 0")
	ta.advanceToTimer()
	ta.wantTo(peer1, "no HEARTBEAT before it", "DATA 0")
	ta.recvFrom(peer2, heartbeat("x"))
	ta.wantTo(peer2, "the peer's is answered", "HEARTBEAT-ACK")
	ta.wantIdle("and not returned")
}

// Half of the path works, so the other half may.
func TestAHeartbeatFromAFailedPathIsReturned(t *testing.T) {
	ta := dual(t, nil)
	ta.a.send.answered = true
	ta.recvFrom(peer2, heartbeat("x"))
	ta.wantTo(peer2, "the path works", "HEARTBEAT-ACK")
	ta.wantIdle("there is nothing to find out")
	ta.a.pathFailed(ta.now, ta.a.paths[1])
	ta.wantIdle("it is due after an RTO (RFC 7829 section 3.2 item 5)")
	ta.recvFrom(peer2, heartbeat("x"))
	hb := ta.wantTo(peer2, "it has failed, but the peer's HEARTBEAT arrived", "HEARTBEAT-ACK", "HEARTBEAT")
	ta.recvFrom(peer2, heartbeat("x"))
	ta.wantTo(peer2, "one at a time", "HEARTBEAT-ACK")
	ta.recvFrom(peer2, rawChunk(wire.ChunkHeartbeatAck, 0, hb.chunks[1].Value...))
	ta.events = ta.events[1:]
	ta.wantEvent("both halves work", "198.51.100.2 available")
}

// What was sent again measures no round trip, so that the RTO would stay as long as the outage has made it.
func TestAPathThatASackBroughtBackIsMeasured(t *testing.T) {
	ta, _ := outage(t)
	ta.advance(10 * time.Millisecond)
	ta.recv(sack(0))
	ta.wantEvent("the last retransmission arrived", "198.51.100.1 available")
	hb := ta.wantTo(peer1, "the round trip", "HEARTBEAT")
	if p := ta.a.Status().Paths[0]; p.RTO != 2*time.Second {
		t.Errorf("RTO %v, want what the time-out has made of it", p.RTO)
	}
	ta.advance(10 * time.Millisecond)
	ta.recv(answerHeartbeat(hb))
	if p := ta.a.Status().Paths[0]; p.RTO != time.Second {
		t.Errorf("RTO %v, want RTO.Min", p.RTO)
	}
}

// A peer that answers HEARTBEATs and never acknowledges anything is given up: HEARTBEAT ACK clears errors before the first SACK only as long as the
// COOKIE ACK may be lost.
func TestHeartbeatsKeepNoAssociationAliveThatNeverTookData(t *testing.T) {
	ta := dual(t, func(c *Config) { c.AssocMaxRetrans, c.MaxInitRetransmits = 3, 2 })
	ta.send(10)
	begin := ta.now
	for ta.a.State() != StateClosed {
		if ta.now.Sub(begin) > time.Hour {
			t.Fatalf("it lives on after an hour, with %d errors, %d of them excused", ta.a.errors, ta.a.send.excused)
		}
		for _, p := range ta.forget() {
			for _, c := range p.chunks {
				if c.Type == wire.ChunkHeartbeat {
					ta.recvFrom(p.path.Remote, rawChunk(wire.ChunkHeartbeatAck, 0, c.Value...))
				}
			}
		}
		if ta.a.State() != StateClosed && len(ta.sent) == 0 {
			ta.advanceToTimer()
		}
	}
	if s := ta.a.Status().Stats; s.Timeouts < 2+3 {
		t.Errorf("given up after %d time-outs, want those of a lost COOKIE ACK besides Association.Max.Retrans", s.Timeouts)
	}
}

// Before the first SACK, the peer may be in COOKIE-ECHOED: probes would be answered, and the time-outs be used up before its COOKIE ECHO gets through.
func TestBeforeTheFirstSackAnOutageIsWaitedFor(t *testing.T) {
	ta := dual(t, nil)
	ta.send(10)
	ta.forget()
	ta.advanceToTimer()
	ta.wantTo(peer2, "the other path", "DATA 0")
	ta.advanceToTimer()
	ta.wantTo(peer1, "no probes beside it", "DATA 0")
	ta.recvFrom(peer2, heartbeat("x"))
	ta.wantTo(peer2, "nor for the peer's", "HEARTBEAT-ACK")
	ta.a.pathAnswered(ta.a.paths[1], true)
	ta.settle()
	ta.wantIdle("and data stays where it is")
}

// Where HEARTBEATs are answered and data is not, T3-rtx has to double again.
func TestDataIsNotMovedInVainForEver(t *testing.T) {
	ta, hb := outage(t)
	for i := range maxRescues + 1 {
		moved := ta.a.send.rescues
		ta.recvFrom(peer2, answerHeartbeat(hb))
		ta.events = nil
		if moves := ta.a.send.rescues - moved; (moves == 1) != (i < maxRescues) {
			t.Errorf("answer %d has data moved %d times", i+1, moves)
		}
		ta.forget()
		for range 2 {
			ta.a.pathFailed(ta.now, ta.a.paths[1])
		}
		if err := ta.a.RequestHeartbeat(ta.now, peer2); err != nil {
			t.Fatal(err)
		}
		ta.a.send.outstanding.MarkTimedOut(1)
		ta.a.send.burst = 1
		ta.settle()
		for _, p := range ta.forget() {
			if p.chunks[0].Type == wire.ChunkHeartbeat {
				hb = p
			}
		}
		ta.events = nil
	}
	ta.recv(sack(0))
	if ta.a.send.rescues != 0 {
		t.Error("an acknowledgement makes no difference")
	}
}
