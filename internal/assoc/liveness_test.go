package assoc

import (
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
