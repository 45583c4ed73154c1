package assoc

import (
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// What RE-CONFIG and the calls do in each state. The sections are those of RFC 9260, where RFC 6525 says nothing: a request is for
// associations that are up, an answer to what was asked comes later, too.
func TestReconfigurationInEveryState(t *testing.T) {
	up := []State{StateEstablished, StateShutdownPending, StateShutdownReceived, StateShutdownSent}
	off := []State{StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownAckSent}
	without := func(err error) string { return "return " + err.Error() }
	call := func(f func(*testAssoc) error) func(*testAssoc) string {
		return func(ta *testAssoc) string { return text(f(ta)) }
	}
	for _, r := range []row{
		{"Outgoing SSN Reset Request", receives(reconfig(outReset(0, -1, -1, 1))), []cell{
			in("9.2", "send RE-CONFIG+SACK; tell stream-reset #0 incoming streams=1", up...),
			in("5.1", "discard", off...),
		}},
		{"Add Outgoing Streams Request", receives(reconfig(addOut(0, 1))), []cell{
			in("9.2", "send RE-CONFIG+SACK; tell stream-change #0", up...),
			in("5.1", "discard", off...),
		}},
		{"Incoming SSN Reset Request", receives(reconfig(inReset(0, 1))), []cell{
			in("9.2", "send RE-CONFIG+SACK", up...), // "Nothing to do" or denied
			in("5.1", "discard", off...),
		}},
		{"ResetStreams", call(reset(ResetRequest{Outgoing: true})), []cell{
			in("6525 5.1.2", "send RE-CONFIG", StateEstablished),
			in("9.2", without(ErrNotEstablished), except(StateEstablished)...),
		}},
		{"ResetAssociation", call(resetAll), []cell{
			in("6525 5.1.4", "send RE-CONFIG", StateEstablished),
			in("9.2", without(ErrNotEstablished), except(StateEstablished)...),
		}},
		{"AddStreams", call(add(1, 1)), []cell{
			in("6525 5.1.5", "send RE-CONFIG", StateEstablished),
			in("9.2", without(ErrNotEstablished), except(StateEstablished)...),
		}},
	} {
		t.Run(r.name, func(t *testing.T) {
			for _, c := range r.cells {
				for _, s := range c.states {
					ta := inState(t, s, peerHas(Reconfiguration))
					if got := ta.outcome(r.apply); got != c.want {
						t.Errorf("in %v: want %q (section %s), got %q", s, c.want, c.rfc, got)
					}
				}
			}
		})
	}
}

// Data behind a reset that is under way are sent before the shutdown; what was not asked yet never is.
func TestShutdownWaitsForResetStreams(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetOut(1)
	ta.want("the request", "RE-CONFIG OUT 0")
	ta.sendOn(1)
	ta.resetOut(2)
	ta.sendOn(2)
	ta.resetIn(3)
	ta.wantIdle("all of it waits")
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("stream 2 goes on as it is", "DATA 0 BE sid=2 ssn=0")
	ta.wantEvent("the second request", "stream-reset #2 outgoing streams=2 failed")
	ta.wantEvent("the third request", "stream-reset #3 incoming streams=3 failed")
	ta.recv(sack(0))
	ta.wantIdle("there is still data")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("stream 1 is reset", "DATA 1 BEI sid=1 ssn=0")
	ta.wantEvent("the first request", "stream-reset #1 outgoing streams=1")
	ta.recv(sack(1))
	ta.want("now the shutdown", "SHUTDOWN -1")
}

func TestShutdownWithoutDataDoesNotWait(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetOut(1)
	ta.want("the request", "RE-CONFIG OUT 0")
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("there is nothing to wait for", "SHUTDOWN -1")
	ta.recv(shutdownAck())
	ta.want("the end", "SHUTDOWN-COMPLETE")
	ta.wantEvent("the request", "stream-reset #1 outgoing streams=1 failed")
	ta.wantEvent("the end", "shutdown-complete")
}

func TestPeersShutdownEndsRequests(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.want("DATA", "DATA 0")
	ta.resetAssociation()
	ta.sendOn(2)
	ta.wantIdle("it waits")
	ta.recv(shutdown(-1))
	ta.want("what was held back is sent", "DATA 1 BE sid=2")
	ta.wantEvent("the request", "assoc-reset #1 failed")
	ta.wantEvent("the shutdown", "shutdown")

	ta = reconfigurable(t)
	ta.sendOn(1)
	ta.want("DATA", "DATA 0")
	ta.recv(reconfig(tsnReset(0)))
	ta.want("deferred", "SACK")
	ta.sendOn(2)
	ta.recv(shutdown(-1))
	ta.want("given up, and what was held back is sent", "RE-CONFIG RESP 0 denied", "DATA 1 BE sid=2")

	ta = reconfigurable(t)
	ta.sendOn(1)
	ta.want("DATA", "DATA 0")
	ta.recv(reconfig(inReset(0, 1)))
	ta.want("deferred", "RE-CONFIG RESP 0 in-progress", "SACK")
	ta.sendOn(1)
	ta.recv(shutdown(-1))
	ta.want("given up, and what was held back is sent", "RE-CONFIG RESP 0 denied", "DATA 1 BE sid=1 ssn=1")
}

// The peer may have performed what is under way, and take data with old numbers for ever as out of turn: giving up another request for the same
// streams does not let them go.
func TestShutdownKeepsStreamsWaitingForTheirReset(t *testing.T) {
	for _, list := range [][]uint16{{1}, nil} {
		ta := reconfigurable(t)
		ta.sendOn(1)
		ta.sendOn(2)
		ta.recv(sack(1))
		ta.forget()
		ta.events = nil
		ta.resetOut(list...)
		ta.want("the request", "RE-CONFIG OUT 0")
		ta.sendOn(1)
		if list == nil {
			ta.recv(reconfig(inReset(0, 1, 2)))
			ta.want("covered", "RE-CONFIG RESP 0 nothing-to-do", "SACK")
		} else {
			ta.recv(reconfig(inReset(0, 1, 2)))
			ta.want("it waits", "RE-CONFIG RESP 0 in-progress", "SACK")
			ta.sendOn(2)
			ta.wantIdle("so does the stream")
		}
		ta.a.Shutdown(ta.now)
		ta.settle()
		if list != nil {
			ta.want("only the other stream goes on", "RE-CONFIG RESP 0 denied", "DATA 2 BE sid=2 ssn=1")
			ta.recv(sack(2))
		}
		ta.wantIdle("the stream waits for the answer")
		ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
		if texts := ta.texts(ta.forget()[0]); !strings.Contains(texts[0], "sid=1 ssn=0") {
			t.Errorf("after the answer %v", texts)
		}
	}
}

// A request for a request of this side is denied when this side is shutting down.
func TestShutdownDeniesRequests(t *testing.T) {
	for _, p := range []paramFunc{inReset(0, 1), addIn(0, 1), tsnReset(0)} {
		ta := inState(t, StateShutdownPending, peerHas(Reconfiguration))
		ta.recv(reconfig(p))
		ta.want("no new requests", "RE-CONFIG RESP 0 denied", "SACK -1")
	}
}

// All requests end with the association, each with one event, and before it.
func TestAbortEndsRequests(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetIn(1)
	ta.recv(reconfig(outReset(0, 0, 5, 1))) // deferred
	ta.addStreams(0, 1)
	ta.resetOut(2)
	ta.resetAssociation()
	ta.recv(reconfig(addOut(1, 1)))
	ta.wantEvent("the second is done", "stream-change #2 out=10 in=11")
	ta.recv(abortChunk(0))
	ta.wantEvent("the first", "stream-reset #1 incoming streams=1 failed")
	ta.wantEvent("the third", "stream-reset #3 outgoing streams=2 failed")
	ta.wantEvent("the fourth", "assoc-reset #4 failed")
	ta.wantEvent("the end", "lost (aborted by peer)")
	ta.wantNoEvent("no more")
	if !ta.a.NextDeadline().IsZero() {
		t.Error("a timer runs on")
	}
}

// A peer that lost its state knows nothing of requests; numbers begin with the new Initial TSNs.
func TestRestartDropsRequests(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetOut(1)
	ta.want("the request", "RE-CONFIG OUT 0")
	ta.sendOn(1)
	ta.resetAssociation()
	ta.recv(reconfig(addOut(0, 1)))
	ta.forget()
	ta.events = nil
	ta.a.localTieTag, ta.a.peerTieTag = 1, 2
	cookie := ta.tied(otherTag, newPeerTag, 1, 2)
	ta.recvTagged(otherTag, way1, cookieEcho(cookie))
	ta.tag = newPeerTag
	ta.wantEvent("the request", "stream-reset #1 outgoing streams=1 failed")
	ta.wantEvent("the other one", "assoc-reset #2 failed")
	ta.wantEvent("the restart", "restart out=10 in=10")
	ta.localTSN = ta.a.initialTSN
	ta.want("what waited is sent", "COOKIE-ACK", "DATA 0 BE sid=1 ssn=0")
	ta.resetOut(2)
	ta.want("numbered anew", "RE-CONFIG OUT 0 answers=-1")
	ta.recvTagged(otherTag, way1, reconfig(addOut(0, 1)))
	ta.want("numbered anew", "RE-CONFIG RESP 0 performed", "SACK")
}
