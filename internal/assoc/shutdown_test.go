package assoc

import (
	"errors"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
)

func TestShutdownWaitsForWhatWasSent(t *testing.T) {
	ta := established(t)
	ta.send(10)
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("DATA goes first", "DATA 0")
	ta.wantIdle("SHUTDOWN waits for its acknowledgement (section 9.2)")
	if err := ta.a.Send(ta.now, &Message{Data: []byte("x")}); !errors.Is(err, ErrNotEstablished) {
		t.Errorf("Send after Shutdown: %v", err)
	}
	ta.recv(sack(0))
	ta.want("now it leaves", "SHUTDOWN -1")
	ta.wantEvent("all is delivered", "dry")
	ta.recv(shutdownAck())
	p := ta.want("the last word", "SHUTDOWN-COMPLETE")
	if p.chunks[0].Flags != 0 {
		t.Error("the tag is not reflected, T bit must be 0 (section 8.5.1 C)")
	}
	ta.wantEvent("the user is told", "shutdown-complete")
	if d := ta.a.NextDeadline(); !d.IsZero() {
		t.Error("a timer runs on")
	}
}

func TestShutdownOfThePeer(t *testing.T) {
	ta := begun(t)
	ta.send(10)
	ta.want("DATA", "DATA 0")
	ta.recv(shutdown(-1))
	ta.wantEvent("the peer sends nothing more", "shutdown")
	ta.wantIdle("SHUTDOWN ACK waits for what is outstanding (section 9.2)")
	ta.advanceToTimer()
	ta.want("which is sent again as ever", "DATA 0")
	ta.recv(shutdown(0))
	ta.want("the Cumulative TSN Ack of SHUTDOWN acknowledges", "SHUTDOWN-ACK")
	ta.recv(shutdownComplete(0))
	ta.events = ta.events[len(ta.events)-1:]
	ta.wantEvent("it is over", "shutdown-complete")
}

func TestShutdownThatAcknowledgesWhatWasNeverSentAborts(t *testing.T) {
	ta := established(t)
	ta.recv(shutdown(0))
	ta.want("section 6.2.1", "ABORT Protocol Violation")
}

func TestShutdownOfBothSidesAtOnce(t *testing.T) {
	ta := inState(t, StateShutdownSent)
	ta.recv(shutdown(-1))
	ta.want("section 9.2", "SHUTDOWN-ACK")
	ta.wantState("simultaneous shutdown", StateShutdownAckSent)
	ta.recv(shutdownAck())
	ta.want("the peer's SHUTDOWN ACK ends it", "SHUTDOWN-COMPLETE")
	ta.wantEvent("over", "shutdown-complete")
}

func TestT2RepeatsShutdownOnTheOtherPathAndGivesUp(t *testing.T) {
	ta := dual(t, func(c *Config) { c.AssocMaxRetrans, c.PathMaxRetrans = 3, 1 })
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.wantTo(peer1, "the primary path", "SHUTDOWN")
	ta.advanceToTimer()
	ta.wantTo(peer2, "T2-shutdown: another address (section 9.2)", "SHUTDOWN")
	ta.advance(time.Minute)
	ta.wantState("Association.Max.Retrans", StateClosed)
	ta.events = ta.events[len(ta.events)-1:]
	ta.wantEvent("the peer is gone", "lost (peer does not answer)")
	if n := len(ta.forget()); n != 2 {
		t.Errorf("%d more SHUTDOWN chunks, want 2: three retransmissions in all and no ABORT", n)
	}
}

// The window may have opened in a SACK that was lost, and the peer, whose probes back off, has data that SHUTDOWN waits for.
func TestARepeatedShutdownTellsTheWindow(t *testing.T) {
	ta := established(t)
	ta.recv(data(0))
	ta.want("the first DATA is acknowledged at once", "SACK 0")
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("nothing is outstanding", "SHUTDOWN")
	ta.advanceToTimer()
	ta.want("T2-shutdown", "SACK 0", "SHUTDOWN")
}

// RFC 9260 section 9.2: SHUTDOWN and SHUTDOWN ACK are limited each by itself.
func TestShutdownAckIsCountedAnew(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.AssocMaxRetrans = 2 }))
	ta.a.Shutdown(ta.now)
	ta.settle()
	for range 3 {
		ta.want("T2-shutdown", "SHUTDOWN")
		if ta.a.closing.tries < 2 {
			ta.advanceToTimer()
		}
	}
	ta.recv(shutdown(-1))
	ta.want("both sides close at once", "SHUTDOWN-ACK")
	ta.advanceToTimer()
	ta.want("T2-shutdown", "SHUTDOWN-ACK")
	ta.wantState("one expiration is not three", StateShutdownAckSent)
}

func TestT5BoundsAShutdownThatGetsNowhere(t *testing.T) {
	ta := inState(t, StateShutdownSent)
	start := ta.now
	for ta.a.State() == StateShutdownSent && ta.now.Sub(start) < time.Hour {
		ta.recv(data(0))
		ta.advanceToTimer()
	}
	if d := ta.now.Sub(start); d != 5*time.Minute {
		t.Errorf("T5-shutdown-guard after %v, want 5 times RTO.Max (section 9.2)", d)
	}
	sent := ta.forget()
	if last := ta.text(sent[len(sent)-1].chunks[0]); last != "ABORT" {
		t.Errorf("the last word was %s", last)
	}
}

func TestDataInShutdownSentIsTakenAndAnsweredWithShutdown(t *testing.T) {
	ta := inState(t, StateShutdownSent)
	ta.recv(data(0).carrying("late"))
	ta.want("section 9.2", "SACK 0", "SHUTDOWN 0")
	ta.recv(data(2))
	ta.want("a gap needs a SACK", "SACK 0 gaps=2-2", "SHUTDOWN 0")
	if text, _, _ := ta.receive(100); text != "late" {
		t.Errorf("read %q", text)
	}
}

func TestShutdownAckInCookieWaitBelongsToAnEarlierAssociation(t *testing.T) {
	for _, s := range []State{StateCookieWait, StateCookieEchoed} {
		ta := inState(t, s)
		ta.tag = otherTag
		ta.recvTagged(otherTag, way1, shutdownAck())
		ta.want("answered with the tag reflected (section 9.2)", "SHUTDOWN-COMPLETE T")
		ta.wantState("T1 runs on", s)
		ta.advanceToTimer()
		if len(ta.forget()) != 1 {
			t.Error("T1 did not run on")
		}
	}
}

func TestAbortCarriesTheUsersReason(t *testing.T) {
	ta := established(t)
	ta.send(10)
	ta.forget()
	ta.a.Abort(ta.now, []byte("out of paper"))
	ta.settle()
	p := ta.want("section 9.1", "ABORT User-Initiated Abort")
	if cause, _, _ := wire.NextCause(p.chunks[0].Value); string(cause.Value) != "out of paper" {
		t.Errorf("reason %q", cause.Value)
	}
	ta.wantEvent("the message comes back", "send-failed sent=true len=10")
	ta.wantEvent("it is over", `lost (aborted by this side: "out of paper")`)
}

func TestAbortOfThePeerSaysWhy(t *testing.T) {
	ta := established(t)
	ta.recv(abortChunk(0, wire.AppendCause(nil, wire.CauseUserAbort, []byte("no more tea"))...))
	if e, ok := ta.events[0].(AssocChange); !ok || e.State != CommLost {
		t.Fatalf("event %v", ta.events[0])
	} else if cause := new(AbortError); !errors.As(e.Err, &cause) || !cause.Remote || string(cause.Reason) != "no more tea" {
		t.Errorf("error %v", e.Err)
	}
	ta.wantIdle("an ABORT is not answered (section 9.1)")
}
