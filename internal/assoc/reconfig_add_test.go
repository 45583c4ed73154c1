package assoc

import (
	"errors"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// Sections 5.1.5 and 5.2.7 H6.
func TestAddedOutgoingStreamsAreUsedAfterTheAnswer(t *testing.T) {
	ta := reconfigurable(t)
	ta.addStreams(2, 0)
	ta.want("the request", "RE-CONFIG ADD-OUT 0 +2")
	if err := ta.a.Send(ta.now, &Message{Stream: 10, Data: []byte("x")}); !errors.Is(err, ErrBadStream) {
		t.Errorf("before the answer: %v", err)
	}
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.wantEvent("the user is told", "stream-change #1 out=12 in=10")
	ta.sendOn(11)
	ta.want("the last of them", "DATA 0 BE sid=11 ssn=0")
	if s := ta.a.Status(); s.OutStreams != 12 || s.InStreams != 10 {
		t.Errorf("status says %d and %d", s.OutStreams, s.InStreams)
	}
}

func TestAddedStreamsThatAreRefused(t *testing.T) {
	for result, event := range map[wire.ReconfigResult]string{
		wire.ReconfigDenied:      "stream-change #1 out=10 in=10 denied",
		wire.ReconfigNothingToDo: "stream-change #1 out=10 in=10 failed (Success - Nothing to do)",
		wire.ReconfigBadSequence: "stream-change #1 out=10 in=10 failed (Error - Bad Sequence Number)",
	} {
		for _, directions := range [][2]uint16{{2, 0}, {0, 2}} {
			ta := reconfigurable(t)
			ta.addStreams(directions[0], directions[1])
			ta.recv(reconfig(response(0, result)))
			ta.wantEvent(result.String(), event)
		}
	}
}

func TestIncomingStreamsAreAddedByThePeersRequest(t *testing.T) {
	ta := reconfigurable(t)
	ta.addStreams(1, 3)
	ta.want("one chunk", "RE-CONFIG ADD-OUT 0 +1 | ADD-IN 1 +3")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.wantNoEvent("half of it")
	ta.recv(reconfig(addOut(0, 5)))
	ta.want("a request for another number is no answer", "RE-CONFIG RESP 0 performed", "SACK -1")
	ta.wantEvent("but the peer's own", "stream-change #0 out=11 in=15")
	ta.recv(reconfig(addOut(1, 3)))
	ta.want("this is the answer", "RE-CONFIG RESP 1 performed", "SACK -1")
	ta.wantEvent("one event for both", "stream-change #1 out=11 in=18")
	if !ta.a.reconfigDeadline().IsZero() {
		t.Error("all is answered, yet the timer runs")
	}
}

// Some peers say that they will before they do.
func TestIncomingStreamsWithAnAnswerOfTheirOwn(t *testing.T) {
	ta := reconfigurable(t)
	ta.addStreams(0, 3)
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)), reconfig(addOut(0, 3)))
	ta.wantEvent("the answer", "stream-change #1 out=10 in=10")
	ta.wantEvent("the deed", "stream-change #0 out=10 in=13")
}

// Section 5.2.5: data on new streams are taken at once.
func TestPeerAddsStreams(t *testing.T) {
	ta := reconfigurable(t, with(func(c *Config) { c.MaxInStreams = 12 }))
	ta.recv(data(0).on(11, 0))
	ta.want("not yet", "ERROR Invalid Stream Identifier", "SACK 0")
	ta.recv(reconfig(addOut(0, 2)))
	ta.want("two more", "RE-CONFIG RESP 0 performed", "SACK 0")
	ta.wantEvent("the user is told", "stream-change #0 out=10 in=12")
	ta.recv(data(1).on(11, 0))
	ta.recv(data(2).on(11, 1))
	ta.want("now they exist", "SACK 2")
	ta.recv(reconfig(addOut(1, 1)))
	ta.want("MaxInStreams is reached", "RE-CONFIG RESP 1 denied", "SACK 2")
}

// Section 5.2.6.
func TestPeerAsksForStreams(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(reconfig(addIn(0, 4)))
	ta.want("the request is the answer", "RE-CONFIG ADD-OUT 0 +4", "SACK -1")
	ta.recv(reconfig(addIn(0, 4)))
	ta.want("a repetition gets the same", "RE-CONFIG ADD-OUT 0 +4", "SACK -1")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.wantEvent("the user is told", "stream-change #0 out=14 in=10")

	ta.addStreams(1, 0)
	ta.want("this side's request", "RE-CONFIG ADD-OUT 1 +1")
	ta.recv(reconfig(addIn(1, 4)))
	ta.want("one at a time", "RE-CONFIG RESP 1 in-progress", "SACK -1")
	ta.recv(reconfig(response(1, wire.ReconfigPerformed)))
	ta.want("the next one", "RE-CONFIG ADD-OUT 2 +4")
	ta.recv(reconfig(response(2, wire.ReconfigDenied)))
	ta.wantEvent("the own one", "stream-change #1 out=15 in=10")
	ta.wantNoEvent("the user has not asked for the other one")
}

func TestPeerAsksForBothAtOnce(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(reconfig(addOut(0, 1), addIn(1, 2)))
	ta.want("answer and request may not share a chunk (section 3.1)", "RE-CONFIG RESP 0 performed", "RE-CONFIG ADD-OUT 0 +2", "SACK -1")
}
