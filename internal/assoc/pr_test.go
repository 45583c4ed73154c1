package assoc

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/internal/wire"
)

// unreliable returns an association whose messages may be given up. It neither sends heartbeats nor
// doubts the path soon.
func unreliable(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	quiet := with(func(c *Config) { c.HBInterval, c.PFMaxRetrans = -1, 10 })
	return established(t, append([]option{peerHas(PartialReliability), quiet}, options...)...)
}

// timed, limited and ranked are messages of n bytes on stream 0 that may be given up.
func timed(n int, life time.Duration) Message {
	return Message{Data: make([]byte, n), PR: tx.PRInfo{Policy: tx.PRTTL, Value: uint32(life / time.Millisecond)}}
}

func limited(n int, retransmissions uint32) Message {
	return Message{Data: make([]byte, n), PR: tx.PRInfo{Policy: tx.PRRTX, Value: retransmissions}}
}

func ranked(n int, priority uint32) Message {
	return Message{Data: make([]byte, n), PR: tx.PRInfo{Policy: tx.PRPrio, Value: priority}}
}

// RFC 3758 section 4.1 TR3.
func TestMessageThatIsNotSentInTimeIsNeverSent(t *testing.T) {
	ta := unreliable(t)
	ta.send(10)
	ta.recv(sack(0).withRwnd(0))
	ta.forget()
	ta.wantEvent("all is sent", "dry")
	ta.sendMessage(timed(100, 50*time.Millisecond))
	ta.sendMessage(timed(200, time.Hour))
	ta.wantIdle("the window is closed")
	if d := ta.advanceToTimer(); d != 50*time.Millisecond {
		t.Errorf("the next deadline is in %v, want the end of the lifetime", d)
	}
	ta.wantEvent("its time is over", "send-failed sent=false len=100 (message was given up)")
	ta.wantIdle("there is nothing to skip")
	ta.recv(sack(0))
	ta.want("what is left has the next SSN", "DATA 1 BE sid=0 ssn=1 len=200")
	if n, err := ta.a.PRStatus(0, tx.PRTTL); err != nil || n != (tx.Abandoned{Unsent: 1}) {
		t.Errorf("counted as %+v, %v", n, err)
	}
}

// A packet that is pulled late has nothing in it whose time was over by then, whether or not Expire was called first.
func TestLatePacketHasNoStaleMessage(t *testing.T) {
	ta := unreliable(t)
	m := timed(100, 50*time.Millisecond)
	if err := ta.a.Send(ta.now, &m); err != nil {
		t.Fatal(err)
	}
	ta.now = ta.now.Add(50 * time.Millisecond)
	ta.pull()
	ta.wantIdle("it is too late")
	ta.settle()
	ta.wantEvent("given up", "send-failed sent=false len=100")
	ta.wantEvent("and nothing is left", "dry")
}

// TR4, and section 3.5: a message that would be sent again too late is skipped, and T3-rtx runs until the peer has heard of it.
func TestLostMessageThatExpiredIsSkipped(t *testing.T) {
	ta := unreliable(t)
	ta.sendMessage(timed(100, 500*time.Millisecond))
	ta.want("sent in time", "DATA 0 BE")
	cwnd := ta.a.Status().Paths[0].Cwnd
	if d := ta.advanceToTimer(); d != time.Second {
		t.Fatalf("the next deadline is in %v, want T3-rtx", d)
	}
	ta.wantEvent("T3-rtx would have it sent again", "send-failed sent=true len=100 (message was given up)")
	ta.want("instead it is skipped", "FORWARD-TSN 0 0:0")
	if p := ta.a.Status().Paths[0]; p.Cwnd >= cwnd || p.Errors != 1 || p.FlightSize != 0 {
		t.Errorf("cwnd %d after %d, %d errors: a loss is a loss (section 3.5 F5)", p.Cwnd, cwnd, p.Errors)
	}
	for _, want := range []time.Duration{2 * time.Second, 4 * time.Second} {
		if d := ta.advanceToTimer(); d != want {
			t.Errorf("repeated after %v, want %v (C5)", d, want)
		}
		ta.want("the peer has not acknowledged it", "FORWARD-TSN 0 0:0")
	}
	ta.recv(sack(0))
	ta.wantEvent("now it has", "dry")
	if p := ta.a.Status().Paths[0]; p.Errors != 0 {
		t.Errorf("%d errors, though the peer answers", p.Errors)
	}
	if !ta.a.NextDeadline().IsZero() {
		t.Error("a timer runs for nothing")
	}
	ta.send(10)
	ta.want("the SSN was used", "DATA 1 BEI sid=0 ssn=1")
}

// A peer that does not even answer a FORWARD TSN is gone.
func TestPeerThatIgnoresForwardTSNIsGivenUp(t *testing.T) {
	ta := unreliable(t, with(func(c *Config) { c.AssocMaxRetrans = 3 }))
	ta.sendMessage(limited(100, 0))
	for n := 0; ta.a.State() != StateClosed; n++ {
		if n > 10 {
			t.Fatal("it goes on for ever")
		}
		ta.advanceToTimer()
	}
	ta.events = ta.events[len(ta.events)-1:]
	ta.wantEvent("Association.Max.Retrans", "lost (peer does not answer)")
}

// RFC 7496 section 3.1, with fast retransmit.
func TestLimitedRetransmissions(t *testing.T) {
	ta := unreliable(t)
	for n := range 2 {
		ta.sendMessage(limited(100, uint32(n)))
	}
	for range 4 {
		ta.send(100)
	}
	ta.forget()
	ta.recv(sack(-1, 2, 2))
	ta.recv(sack(-1, 2, 3))
	ta.recv(sack(-1, 2, 4))
	ta.wantEvent("not once", "send-failed sent=true len=100")
	ta.want("the other once", "FORWARD-TSN 0 0:0", "DATA 1 BE")
	ta.recv(sack(5))
	ta.wantEvent("it arrived", "dry")
	ta.wantNoEvent("nothing else was given up")
}

// RFC 3758 section 3.5 A3: a message that is cut is given up whole; what stands for the part that was never sent is skipped with it.
func TestLongMessageIsGivenUpWhole(t *testing.T) {
	ta := unreliable(t)
	ta.sendMessage(timed(20*fragment, 500*time.Millisecond))
	ta.send(10)
	sent := len(ta.forget())
	ta.recv(sack(sent - 1))
	sent += len(ta.forget())
	ta.advanceToTimer()
	ta.wantEvent("its time is over", "send-failed sent=true len=29040")
	ta.want("the peer learns that the rest will not come, and the next message leaves", fmt.Sprintf("FORWARD-TSN %d 0:0", sent), fmt.Sprintf("DATA %d BE", sent+1))
}

// RFC 7496 section 3.2.
func TestImportantMessageMakesRoom(t *testing.T) {
	ta := unreliable(t, with(func(c *Config) { c.SendBuffer = 1000 }))
	ta.sendMessage(ranked(400, 5))
	ta.sendMessage(ranked(400, 2))
	ta.forget()
	m := ranked(400, 5)
	if err := ta.a.Send(ta.now, &m); !errors.Is(err, ErrSendBufferFull) {
		t.Errorf("what waits is as important: %v", err)
	}
	ta.wantIdle("a message that is refused changes nothing")
	ta.sendMessage(ranked(400, 3))
	ta.wantEvent("the least important goes", "send-failed sent=true len=400")
	ta.want("and is skipped", "FORWARD-TSN 0 0:0", "DATA 2 BEI sid=0 ssn=2")
	ta.send(600)
	ta.wantEvent("a reliable message is more important than all", "send-failed sent=true len=400")
	ta.wantNoEvent("one was enough")
	if n, err := ta.a.PRAssocStatus(tx.PRAll); err != nil || n != (tx.Abandoned{Sent: 2}) {
		t.Errorf("counted as %+v, %v", n, err)
	}
}

// RFC 3758 section 3.3.1: policies mean nothing to a peer that does not know FORWARD TSN.
func TestPeerWithoutPartialReliabilityGetsEverything(t *testing.T) {
	ta := newTestAssoc(t, activeSide, with(func(c *Config) { c.SendBuffer, c.HBInterval = 1000, -1 }))
	ta.sendMessage(timed(100, time.Second))
	ta.sendMessage(ranked(100, 7))
	ta.forget()
	ta.recv(initAck())
	ta.want("both go with the cookie", "COOKIE-ECHO", "DATA 0", "DATA 1")
	ta.recv(cookieAck())
	ta.wantEvent("up", "up")
	ta.sendMessage(limited(100, 0))
	ta.forget()
	m := Message{Data: make([]byte, 800)}
	if err := ta.a.Send(ta.now, &m); !errors.Is(err, ErrSendBufferFull) {
		t.Errorf("room was made: %v", err)
	}
	ta.advanceToTimer()
	ta.want("all three are sent again", "DATA 0", "DATA 1", "DATA 2")
	ta.wantEvent("a loss", "198.51.100.1 potentially-failed")
	ta.wantNoEvent("nothing is given up")
}

// Before the peer has answered, a lifetime holds already: nothing has to be skipped (RFC 9260 section 11.1.5).
func TestLifetimeEndsDuringTheHandshake(t *testing.T) {
	ta := newTestAssoc(t, activeSide, peerHas(PartialReliability))
	ta.sendMessage(timed(100, 100*time.Millisecond))
	ta.sendMessage(timed(200, 5*time.Second))
	ta.advance(time.Second)
	ta.forget()
	ta.wantEvent("too late", "send-failed sent=false len=100")
	ta.recv(initAck())
	ta.want("in time", "COOKIE-ECHO", "DATA 0 BE sid=0 ssn=0 len=200")
	ta.advanceToTimer()
	ta.forget()
	ta.advance(10 * time.Second)
	ta.forget()
	ta.wantEvent("too late to be sent again", "send-failed sent=true len=200")
	ta.recv(cookieAck())
	ta.wantEvent("up", "up")
	ta.want("what went with the COOKIE ECHO may be skipped now", "FORWARD-TSN 0 0:0")
}

// SHUTDOWN waits until the peer has acknowledged all that is skipped (RFC 9260 section 9.2).
func TestShutdownWaitsForTheForwardTSN(t *testing.T) {
	ta := unreliable(t)
	ta.sendMessage(limited(100, 0))
	ta.forget()
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.wantIdle("a chunk is outstanding")
	ta.advanceToTimer()
	ta.want("it is given up", "FORWARD-TSN 0 0:0")
	ta.wantState("and not yet acknowledged", StateShutdownPending)
	ta.recv(sack(0))
	ta.want("now it is", "SHUTDOWN")
}

func TestShutdownDoesNotWaitForWhatExpires(t *testing.T) {
	ta := unreliable(t)
	ta.send(10)
	ta.recv(sack(0).withRwnd(0))
	ta.forget()
	ta.sendMessage(timed(100, 50*time.Millisecond))
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.wantIdle("a message waits for the window")
	ta.advance(50 * time.Millisecond)
	ta.want("its time is over", "SHUTDOWN")
}

// SHUTDOWN of the peer acknowledges too.
func TestShutdownAcknowledgesTheForwardTSN(t *testing.T) {
	ta := unreliable(t)
	ta.sendMessage(limited(100, 0))
	ta.advanceToTimer()
	ta.forget()
	ta.recv(shutdown(-1))
	ta.wantState("the FORWARD TSN is under way", StateShutdownReceived)
	ta.forget()
	ta.recv(shutdown(0))
	ta.want("all is acknowledged", "SHUTDOWN-ACK")
}

// RFC 6458 section 8.1.26: a message in parts has an end of its own, or is given up.
func TestMessageInParts(t *testing.T) {
	ta := unreliable(t)
	part := Message{Stream: 3, Partial: true, Data: make([]byte, 100)}
	ta.sendMessage(part)
	ta.want("the beginning", "DATA 0 B sid=3 ssn=0 len=100")
	ta.send(10)
	ta.wantIdle("no other message may come between")
	ta.sendMessage(part)
	ta.want("the middle", "DATA 1 middle sid=3 ssn=0 len=100")
	part.Partial = false
	ta.sendMessage(part)
	ta.want("the end, and what waited", "DATA 2 E sid=3 ssn=0 len=100", "DATA 3 BE sid=0")
	ta.recv(sack(3))
	ta.wantEvent("everything", "dry")
}

func TestUnfinishedMessageIsGivenUp(t *testing.T) {
	part := Message{Stream: 3, Partial: true, Data: make([]byte, 100)}
	for _, test := range []struct {
		name  string
		peer  Extensions
		sent  bool
		err   error
		after string
	}{
		{"sent", PartialReliability, true, nil, "FORWARD-TSN 1 3:0"},
		{"sent, to a peer that knows no FORWARD TSN", 0, true, ErrCannotAbandon, ""},
		{"not sent", 0, false, nil, ""},
	} {
		ta := established(t, peerHas(test.peer))
		if !test.sent {
			ta.send(10)
			ta.recv(sack(0).withRwnd(0))
		}
		if err := ta.a.AbortMessage(ta.now, 3); err != ErrNoMessage {
			t.Errorf("%s: %v before it begins", test.name, err)
		}
		ta.events = nil
		ta.sendMessage(part)
		ta.forget()
		err := ta.a.AbortMessage(ta.now, 3)
		ta.settle()
		if err != test.err {
			t.Errorf("%s: %v, want %v", test.name, err, test.err)
		}
		if err != nil {
			continue
		}
		ta.wantEvent(test.name, "send-failed")
		if test.after != "" {
			ta.want(test.name, test.after)
		}
		ta.wantIdle("nothing more")
		part.Partial = false
		if err := ta.a.Send(ta.now, &part); err != nil {
			t.Errorf("%s: the next message: %v", test.name, err)
		}
		part.Partial = true
		if n, _ := ta.a.PRAssocStatus(tx.PRAll); n != (tx.Abandoned{}) {
			t.Errorf("%s: counted as %+v, but no policy gave it up", test.name, n)
		}
	}
}

func TestRestOfAGivenUpMessageIsRefused(t *testing.T) {
	ta := unreliable(t)
	part := timed(100, 50*time.Millisecond)
	part.Partial = true
	ta.sendMessage(part)
	ta.forget()
	ta.advance(50 * time.Millisecond)
	ta.wantEvent("its time is over", "send-failed sent=true len=100")
	ta.want("skipped, with the TSN of the rest", "FORWARD-TSN 1 0:0")
	if err := ta.a.Send(ta.now, &part); err != ErrAbandoned {
		t.Errorf("more of it: %v", err)
	}
	ta.send(10)
	ta.want("another message", "DATA 2 BE sid=0 ssn=1")
}

// A message without end cannot hold up the end of the association.
func TestShutdownEndsAMessageInParts(t *testing.T) {
	part := Message{Stream: 3, Partial: true, Data: make([]byte, 100)}
	ta := unreliable(t)
	ta.sendMessage(part)
	ta.send(10)
	ta.forget()
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.wantEvent("it has no end", "send-failed sent=true len=100")
	ta.want("it is skipped, and the other sent", "FORWARD-TSN 1 3:0", "DATA 2 BEI sid=0")
	ta.recv(sack(2))
	ta.want("and so", "SHUTDOWN")

	// A peer that cannot skip would take the next message for its rest.
	for _, who := range []string{"this side", "the peer"} {
		ta = established(t)
		ta.sendMessage(part)
		ta.sendMessage(Message{Stream: 3, Partial: true, Data: make([]byte, 40000)})
		ta.send(10)
		if who == "this side" {
			ta.a.Shutdown(ta.now)
			ta.settle()
		} else {
			ta.recv(shutdown(-1))
		}
		ta.wantEvent("it cannot be sent any more", map[string]string{"this side": "send-failed sent=false len=10", "the peer": "shutdown"}[who])
		for acked := -1; len(ta.sent) > 0 && acked < 100; {
			for _, p := range ta.forget() {
				for _, c := range p.chunks {
					if d, err := wire.ParseData(c); err == nil {
						acked = d.TSN.Diff(ta.localTSN)
					}
				}
			}
			if acked >= 0 && ta.a.Status().Unacked > 0 {
				ta.recv(sack(acked))
			}
		}
		if s := ta.a.Status(); s.Unsent != 0 || s.Unacked != 0 || s.State != map[string]State{
			"this side": StateShutdownSent, "the peer": StateShutdownAckSent,
		}[who] {
			t.Errorf("%s: %v, %d bytes unsent", who, s.State, s.Unsent)
		}
	}

	// Where MIDs tell messages apart, all others are sent.
	ta = interleaving(t)
	ta.sendMessage(part)
	ta.send(10)
	ta.want("the beginning", "I-DATA 0 B sid=3")
	ta.want("another", "I-DATA 1 BE sid=0")
	ta.a.Shutdown(ta.now)
	ta.recv(sack(1))
	ta.want("nothing is left", "SHUTDOWN")
}

func TestPolicyMustExist(t *testing.T) {
	ta := unreliable(t)
	m := Message{Data: []byte("x"), PR: tx.PRInfo{Policy: tx.PRAll}}
	if err := ta.a.Send(ta.now, &m); !errors.Is(err, ErrBadPolicy) {
		t.Errorf("Send: %v", err)
	}
	if _, err := ta.a.PRStatus(0, tx.PRNone); !errors.Is(err, ErrBadPolicy) {
		t.Errorf("PRStatus: %v", err)
	}
	if _, err := ta.a.PRStatus(10, tx.PRTTL); !errors.Is(err, ErrBadStream) {
		t.Errorf("PRStatus of stream 10: %v", err)
	}
	if _, err := ta.a.PRAssocStatus(tx.PRAll + 1); !errors.Is(err, ErrBadPolicy) {
		t.Errorf("PRAssocStatus: %v", err)
	}
}

// What was given up does not come back when the association ends.
func TestWhatWasGivenUpComesBackOnce(t *testing.T) {
	ta := unreliable(t)
	ta.sendMessage(limited(100, 0))
	ta.send(10)
	ta.advanceToTimer()
	ta.wantEvent("given up", "send-failed sent=true len=100 (message was given up)")
	ta.recv(abortChunk(0))
	ta.wantEvent("the other one", "send-failed sent=true len=10")
	ta.wantEvent("the end", "lost")
	ta.wantNoEvent("each once")
}
