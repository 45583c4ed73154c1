package assoc

import (
	"net/netip"
	"testing"
	"time"
)

// Heartbeats and the error counter of the association (RFC 9260 sections 8.1 and 8.3).

func TestHeartbeatMeasuresTheRoundTrip(t *testing.T) {
	ta := established(t)
	ta.advanceToTimer()
	hb := ta.want("the path is idle", "HEARTBEAT")
	before := ta.a.Status().Paths[0].SRTT
	ta.advance(800 * time.Millisecond)
	ta.recv(answerHeartbeat(hb))
	if srtt := ta.a.Status().Paths[0].SRTT; srtt < before+50*time.Millisecond || srtt > 800*time.Millisecond {
		t.Errorf("SRTT %v after an answer in 800 ms, before it %v", srtt, before)
	}
}

func TestUnansweredHeartbeatBacksOff(t *testing.T) {
	ta := established(t)
	ta.advanceToTimer()
	ta.want("the path is idle", "HEARTBEAT")
	before := ta.a.Status().Paths[0].RTO
	if d := ta.advanceToTimer(); d != before {
		t.Errorf("the answer was waited for for %v, want one RTO", d)
	}
	if p := ta.a.Status().Paths[0]; p.RTO != 2*before || p.Errors != 1 {
		t.Errorf("RTO %v, %d errors; want twice %v and one error", p.RTO, p.Errors, before)
	}
}

func TestAnswersClearTheErrorsOfTheAssociation(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.AssocMaxRetrans, c.PathMaxRetrans = 2, 10 }))
	for tsn := range 5 {
		ta.send(10)
		ta.advanceToTimer()
		ta.advanceToTimer()
		ta.recv(sack(tsn))
		ta.wantState("a SACK clears two errors each time", StateEstablished)
	}
	for range 5 {
		ta.forget()
		var hb sentPacket
		for unanswered := 0; unanswered < 2; {
			errors := ta.a.errors
			ta.advanceToTimer()
			unanswered += ta.a.errors - errors
		}
		for len(ta.sent) == 0 {
			ta.advanceToTimer()
		}
		hb = ta.sent[len(ta.sent)-1]
		ta.recv(answerHeartbeat(hb))
		ta.wantState("so does a HEARTBEAT ACK", StateEstablished)
		if ta.a.errors != 0 {
			t.Errorf("%d errors after an answer", ta.a.errors)
		}
	}
}

func TestShutdownAckIsGivenUp(t *testing.T) {
	ta := inState(t, StateShutdownAckSent, with(func(c *Config) { c.AssocMaxRetrans = 3 }))
	for range 3 {
		ta.advanceToTimer()
		ta.want("T2-shutdown", "SHUTDOWN-ACK")
	}
	ta.events = nil
	ta.advanceToTimer()
	ta.wantEvent("Association.Max.Retrans (section 9.2)", "lost (peer does not answer)")
	ta.wantState("the TCB is gone", StateClosed)
}

// Section 3.3.8: SHUTDOWN has no gap blocks, which takes back none.
func TestShutdownTakesNoGapBack(t *testing.T) {
	ta := flying(t, 4)
	ta.recv(sack(-1, 1, 2))
	before := ta.a.Status().Paths[0].FlightSize
	ta.recv(shutdown(-1))
	if after := ta.a.Status().Paths[0].FlightSize; after != before {
		t.Errorf("%d bytes in flight, before SHUTDOWN %d", after, before)
	}
	ta.advanceToTimer()
	ta.want("only what the SACK did not have is sent again", "DATA 0", "DATA 3")
}

// Sections 9.2 and 6.3.3: T2-shutdown doubles, and what it repeats tells what has come meanwhile.
func TestT2BacksOff(t *testing.T) {
	ta := begun(t)
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("nothing is outstanding", "SHUTDOWN 0")
	ta.recv(data(1))
	ta.want("DATA is answered", "SACK 1", "SHUTDOWN 1")
	for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		if d := ta.advanceToTimer(); d != want {
			t.Errorf("SHUTDOWN again after %v, want %v", d, want)
		}
		ta.want("with the TSN of now", "SACK 1", "SHUTDOWN 1")
	}
	ta.recv(shutdown(-1))
	ta.want("both sides at once", "SHUTDOWN-ACK")
	rto := ta.a.Status().Paths[0].RTO
	for range 2 {
		if d := ta.advanceToTimer(); d != rto {
			t.Errorf("SHUTDOWN ACK again after %v, want %v", d, rto)
		}
		ta.want("T2-shutdown", "SHUTDOWN-ACK")
		rto *= 2
	}
}

// Section 8.1: HEARTBEATs on paths that carry no data do not endanger the association.
func TestOnlyThePathInUseCountsForTheAssociation(t *testing.T) {
	ta := dual(t, nil)
	unanswered := func(to netip.Addr, want int) {
		t.Helper()
		if err := ta.a.RequestHeartbeat(ta.now, to); err != nil {
			t.Fatal(err)
		}
		ta.settle()
		ta.wantTo(to, "on demand", "HEARTBEAT")
		ta.advance(time.Second)
		if ta.a.errors != want {
			t.Errorf("%d errors of the association after a silence of %v, want %d", ta.a.errors, to, want)
		}
		ta.forget()
	}
	unanswered(peer2, 0)
	unanswered(peer1, 1)

	ta = established(t, announcing(peer1, peer2))
	ta.advance(0)
	ta.wantTo(peer2, "an address to be confirmed", "HEARTBEAT")
	ta.advance(time.Second)
	if p := ta.a.Status().Paths[1]; ta.a.errors != 0 || p.Errors != 1 {
		t.Errorf("%d errors of the association, %d of the path", ta.a.errors, p.Errors)
	}
}
