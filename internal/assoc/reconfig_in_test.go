package assoc

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
)

func TestPeersOutgoingResetIsPerformed(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(data(0).on(1, 0))
	ta.recv(data(1).on(2, 0))
	ta.forget()
	ta.recv(reconfig(outReset(0, -1, 1, 1)))
	ta.want("section 5.2.1: the answer, with a SACK", "RE-CONFIG RESP 0 performed", "SACK 1")
	ta.wantEvent("the user is told", "stream-reset #0 incoming streams=1")
	ta.recv(data(2).on(1, 0).carrying("again"))
	ta.recv(data(3).on(2, 1).carrying("on"))
	for range 2 {
		ta.receive(100)
	}
	for _, want := range []string{"again", "on"} {
		if got, _, _ := ta.receive(100); got != want {
			t.Errorf("read %q, want %q", got, want)
		}
	}
}

func TestPeersResetOfAllStreams(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(data(0).on(1, 0), data(1).on(9, 0))
	ta.forget()
	ta.recv(reconfig(outReset(0, -1, 1)))
	ta.want("the answer", "RE-CONFIG RESP 0 performed", "SACK 1")
	ta.wantEvent("the user is told", "stream-reset #0 incoming streams=all")
	ta.recv(data(2).on(1, 0))
	ta.recv(data(3).on(9, 0))
	ta.want("both begin again", "SACK 3")
}

// Section 5.2.2 E2: what was sent before has to be there first.
func TestPeersResetIsDeferredUntilItsDataAreThere(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(data(0).on(1, 0))
	ta.forget()
	ta.recv(reconfig(outReset(0, -1, 2, 1)))
	ta.want("TSNs 1 and 2 are missing", "RE-CONFIG RESP 0 in-progress", "SACK 0")
	ta.recv(reconfig(outReset(0, -1, 2, 1)))
	ta.want("asked again", "RE-CONFIG RESP 0 in-progress", "SACK 0")
	ta.recv(data(2).on(1, 2))
	ta.want("a gap", "SACK 0 gaps=2-2")
	ta.recv(data(3).on(1, 0))
	ta.want("data of the stream from after the reset are not taken yet", "SACK 0 gaps=2-2")
	ta.recv(data(4).on(2, 0))
	ta.want("others are", "SACK 0 gaps=2-2,4-4")
	ta.wantNoEvent("nothing has happened")
	ta.recv(data(1).on(1, 1))
	ta.want("E5: the answer comes unasked", "RE-CONFIG RESP 0 performed", "SACK 2 gaps=4-4")
	ta.wantEvent("the user is told", "stream-reset #0 incoming streams=1")
	ta.recv(data(3).on(1, 0))
	ta.want("now it is in turn", "SACK 4")
	ta.recv(reconfig(outReset(0, -1, 2, 1)))
	ta.want("the request was on its way again", "RE-CONFIG RESP 0 performed", "SACK 4")
	ta.wantNoEvent("once is enough")
}

// A peer that does not wait for an answer, or counts one in progress as an answer, makes another request. Both are performed.
func TestSeveralDeferredResets(t *testing.T) {
	ta := begun(t, peerHas(Reconfiguration))
	ta.recv(reconfig(outReset(0, -1, 2, 1)))
	ta.want("deferred", "RE-CONFIG RESP 0 in-progress", "SACK 0")
	ta.recv(reconfig(outReset(1, -1, 1, 2, 3)))
	ta.want("deferred", "RE-CONFIG RESP 1 in-progress", "SACK 0")
	ta.recv(data(1).on(1, 0))
	ta.want("the second", "RE-CONFIG RESP 1 performed")
	ta.wantEvent("the second", "stream-reset #0 incoming streams=2,3")
	ta.recv(data(2).on(1, 1))
	ta.want("the first", "RE-CONFIG RESP 0 performed", "SACK 2")
	ta.wantEvent("the first", "stream-reset #0 incoming streams=1")
	ta.recv(reconfig(outReset(0, -1, 2, 1)))
	ta.want("asked again", "RE-CONFIG RESP 0 performed", "SACK 2")
}

func TestDeferredResetsAreLimited(t *testing.T) {
	ta := reconfigurable(t)
	for s := range MaxDeferredResets {
		ta.recv(reconfig(outReset(s, -1, 100, 1)))
		ta.forget()
	}
	ta.recv(reconfig(outReset(MaxDeferredResets, -1, 100, 1)))
	ta.want("one more", fmt.Sprintf("RE-CONFIG RESP %d already-in-progress", MaxDeferredResets), "SACK -1")
}

// Section 4.4 and 5.2.1: what comes again gets the same answer, what is out of turn is refused.
func TestSequenceNumbersOfRequests(t *testing.T) {
	ta := reconfigurable(t)
	for _, s := range []int{1, -1, 100, 1 << 30} {
		ta.recv(reconfig(addOut(s, 1)))
		if got := ta.texts(ta.forget()[0])[0]; !beginsWith(got, "RE-CONFIG RESP") || got[len(got)-len("bad-sequence"):] != "bad-sequence" {
			t.Errorf("request %d: %s", s, got)
		}
	}
	ta.recv(reconfig(addOut(0, 1)))
	ta.want("the Initial TSN is the first number", "RE-CONFIG RESP 0 performed", "SACK -1")
	ta.recv(reconfig(addOut(1, 65535)))
	ta.want("the second request", "RE-CONFIG RESP 1 denied", "SACK -1")
	ta.recv(reconfig(addOut(0, 1)))
	ta.want("a repetition changes nothing", "RE-CONFIG RESP 0 performed", "SACK -1")
	ta.recv(reconfig(addOut(1, 1)))
	ta.want("whatever is in it", "RE-CONFIG RESP 1 denied", "SACK -1")
	if n := ta.a.Status().InStreams; n != 11 {
		t.Errorf("%d streams, want 11", n)
	}
	for s := range MaxKeptAnswers - 1 {
		ta.recv(reconfig(addOut(2+s, 1)))
	}
	ta.forget()
	ta.recv(reconfig(addOut(1, 1)))
	ta.want("so many are kept", "RE-CONFIG RESP 1 denied", "SACK -1")
	ta.recv(reconfig(addOut(0, 1)))
	ta.want("and no more", "RE-CONFIG RESP 0 bad-sequence", "SACK -1")
}

func TestAnswersToRequestsAreLimited(t *testing.T) {
	ta := reconfigurable(t)
	for i := range 10 * MaxReconfigAnswers {
		ta.deliver(localTag, way1, reconfig(addOut(1000+i, 1)))
	}
	ta.settle()
	answers := 0
	for _, p := range ta.forget() {
		for _, c := range p.chunks {
			if r, err := wire.ParseReConfig(c); c.Type == wire.ChunkReConfig && err == nil && r.Allowed() {
				answers++
				if r.Second.Raw != nil {
					answers++
				}
			}
		}
	}
	if answers != MaxReconfigAnswers {
		t.Errorf("%d answers in a batch, want %d", answers, MaxReconfigAnswers)
	}
}

// Answers go to where the request came from, as others do (RFC 9260 section 6.4), but not to an address that nobody has shown to be the peer's.
func TestAnswersGoToWhereTheRequestCameFrom(t *testing.T) {
	ta := reconfigurable(t, multiHomed(peer1, peer2))
	ta.recvFrom(peer2, reconfig(addOut(0, 1)))
	ta.wantTo(peer2, "an address of the peer", "RE-CONFIG RESP 0 performed")
	ta.wantTo(peer1, "there were no data", "SACK -1")
	ta.recvFrom(peer3, reconfig(addOut(1, 1)))
	ta.wantIdle("a stranger asks for nothing")
	ta.recvFrom(peer2, reconfig(addIn(1, 1)))
	ta.wantTo(peer2, "the request is the answer", "RE-CONFIG ADD-OUT 0 +1")
}

// What does not fit beside other chunks has a packet of its own.
func TestReconfigurationThatDoesNotFit(t *testing.T) {
	ta := reconfigurable(t, peerStreams(2000), with(func(c *Config) { c.OutStreams = 2000 }))
	list := make([]uint16, 500)
	for i := range list {
		list[i] = uint16(i)
	}
	ta.sendOn(0)
	ta.recv(sack(0))
	ta.forget()
	ta.deliver(localTag, way1, heartbeat(strings.Repeat("x", 1000)))
	ta.deliver(localTag, way1, heartbeat(strings.Repeat("x", 440)))
	ta.deliver(localTag, way1, reconfig(outReset(0, -1, -1, list...), inReset(1, list...)))
	ta.settle()
	ta.want("nearly full", "HEARTBEAT-ACK", "HEARTBEAT-ACK")
	if p := ta.want("the rest", "RE-CONFIG RESP 0 performed | OUT 0", "SACK -1"); p.mayFragment {
		t.Error("it fits into a packet")
	}
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.sendOn(0)
	ta.recv(sack(1))
	ta.forget()
	list = list[:0]
	for i := range 1000 {
		list = append(list, uint16(i))
	}
	ta.recv(reconfig(inReset(2, list...)))
	if p := ta.want("a peer with larger packets has a longer list", "RE-CONFIG OUT 1"); !p.mayFragment {
		t.Error("it leaves in one packet of IP or not at all")
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	long := make([]uint16, MaxListedStreams+1)
	for _, test := range []struct {
		name  string
		param paramFunc
		deny  ReconfigRequests
		want  string
	}{
		{"an incoming stream that does not exist", outReset(0, -1, -1, 3, 10), 0, "wrong-ssn"},
		{"an outgoing stream that does not exist", inReset(0, 10), 0, "wrong-ssn"},
		{"a list that is too long", outReset(0, -1, -1, long...), 0, "denied"},
		{"a list that is too long", inReset(0, long...), 0, "denied"},
		{"the user does not want it", outReset(0, -1, -1, 1), StreamResets, "denied"},
		{"the user does not want it", inReset(0, 1), StreamResets, "denied"},
		{"the user does not want it", tsnReset(0), AssocResets, "denied"},
		{"the user does not want it", addOut(0, 1), StreamAdditions, "denied"},
		{"the user does not want it", addIn(0, 1), StreamAdditions, "denied"},
		{"more streams than allowed", addOut(0, 11), 0, "denied"},
		{"more streams than have numbers", addIn(0, 65535-9), 0, "denied"},
		{"no streams", addOut(0, 0), 0, "nothing-to-do"},
		{"no streams", addIn(0, 0), 0, "nothing-to-do"},
		{"other things are allowed", addOut(0, 10), AllReconfigRequests &^ StreamAdditions, "performed"},
	} {
		ta := reconfigurable(t, with(func(c *Config) { c.DenyReconfig, c.MaxInStreams = test.deny, 20 }))
		ta.recv(reconfig(test.param))
		ta.want(test.name, "RE-CONFIG RESP 0 "+test.want, "SACK -1")
		ta.wantIdle(test.name)
		if test.want != "performed" {
			ta.wantNoEvent(test.name)
		}
	}
}

// Section 5.2.3: the peer asks this side to reset what it sends on.
func TestPeersIncomingResetInducesAnOutgoingOne(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.recv(sack(0))
	ta.forget()
	ta.events = nil
	ta.recv(reconfig(inReset(0, 1)))
	ta.want("F1: the request is the answer", "RE-CONFIG OUT 0 answers=0 last=0 streams=1", "SACK -1")
	ta.sendOn(1)
	ta.wantIdle("the stream waits")
	ta.recv(reconfig(inReset(0, 1)))
	ta.want("a repetition gets the same", "RE-CONFIG OUT 0 answers=0 last=0 streams=1", "SACK -1")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("the stream begins again", "DATA 1 BE sid=1 ssn=0")
	ta.wantEvent("the user is told", "stream-reset #0 outgoing streams=1")
	ta.recv(reconfig(inReset(0, 1)))
	ta.want("a late repetition", "RE-CONFIG RESP 0 performed", "SACK -1")
}

func TestPeersIncomingResetWaitsForData(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.want("DATA", "DATA 0")
	ta.recv(reconfig(inReset(0, 1)))
	ta.want("the stream has a chunk outstanding", "RE-CONFIG RESP 0 in-progress", "SACK -1")
	ta.recv(reconfig(inReset(0, 1)))
	ta.want("asked again", "RE-CONFIG RESP 0 in-progress", "SACK -1")
	ta.recv(sack(0))
	ta.want("its time has come", "RE-CONFIG OUT 0 answers=0 last=0 streams=1")
	ta.recv(reconfig(response(0, wire.ReconfigDenied)))
	ta.events = nil
	ta.sendOn(1)
	ta.want("the peer has changed its mind", "DATA 1 BE sid=1 ssn=1")
	ta.wantNoEvent("the user has not asked for it")
}

// Another request that is made meanwhile is not taken for the answer.
func TestAnInducedResetIsNotAnsweredByAnother(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.want("DATA", "DATA 0")
	ta.recv(reconfig(inReset(0, 1)))
	ta.want("stream 1 is busy", "RE-CONFIG RESP 0 in-progress", "SACK -1")
	ta.resetOut(2)
	ta.want("stream 2 is not", "RE-CONFIG OUT 0 answers=-1 last=0 streams=2")
	ta.recv(sack(0), reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("the answer", "RE-CONFIG OUT 1 answers=0 last=0 streams=1")
}

// Section 5.2.3: both sides may want the same.
func TestResetsThatMeet(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(reconfig(inReset(0)))
	ta.want("all streams are at their beginning, which is no reason not to (F1)", "RE-CONFIG OUT 0 answers=0 last=-1 streams=all", "SACK -1")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.sendOn(1)
	ta.sendOn(2)
	ta.recv(sack(1))
	ta.forget()
	ta.resetOut(1)
	ta.want("this side's request", "RE-CONFIG OUT 1 answers=0 last=1 streams=1")
	ta.recv(reconfig(inReset(1, 1)))
	ta.want("the request under way covers it", "RE-CONFIG RESP 1 nothing-to-do", "SACK -1")
	ta.recv(reconfig(inReset(2, 1, 2)))
	ta.want("it does not cover this", "RE-CONFIG RESP 2 in-progress", "SACK -1")
	ta.recv(reconfig(inReset(3, 2, 4)))
	ta.want("one after the other", "RE-CONFIG RESP 3 already-in-progress", "SACK -1")
	ta.recv(reconfig(response(1, wire.ReconfigPerformed)))
	ta.want("the second reset of stream 1 does no harm", "RE-CONFIG OUT 2 answers=2 last=1 streams=1,2")
}

// Two requests for a request of the other side would wait for each other.
func TestRequestsThatWouldWaitForEachOther(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.recv(sack(0))
	ta.forget()
	ta.resetIn(2)
	ta.want("this side asks", "RE-CONFIG IN 0 streams=2")
	ta.recv(reconfig(inReset(0, 1)))
	ta.want("so does the peer", "RE-CONFIG RESP 0 already-in-progress", "SACK -1")
	ta.recv(reconfig(addIn(1, 1)))
	ta.want("and again", "RE-CONFIG RESP 1 already-in-progress", "SACK -1")
	ta.recv(reconfig(tsnReset(2)))
	ta.want("and again", "RE-CONFIG RESP 2 already-in-progress", "SACK -1")
	ta.events = nil
	ta.recv(reconfig(outReset(3, 0, -1, 2)))
	ta.want("the peer does what it was asked for", "RE-CONFIG RESP 3 performed", "SACK -1")
	ta.wantEvent("the user is told, once", "stream-reset #1 incoming streams=2")
	ta.wantNoEvent("the user is told, once")
}

// Both directions in one chunk, as in the third example of appendix A.
func TestBothDirectionsInOneChunk(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetStreams(ResetRequest{Outgoing: true, Incoming: true, Streams: []uint16{4, 1}})
	ta.want("one chunk", "RE-CONFIG OUT 0 answers=-1 last=-1 streams=1,4 | IN 1 streams=1,4")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed), outReset(0, 1, -1, 1, 4)))
	ta.want("the answer to the answer", "RE-CONFIG RESP 0 performed", "SACK -1")
	ta.wantEvent("one event for both", "stream-reset #1 outgoing incoming streams=1,4")
	ta.wantNoEvent("one event for both")
	if !ta.a.reconfigDeadline().IsZero() {
		t.Error("all is answered, yet the timer runs")
	}
}

func TestPeersRequestForBothDirections(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.recv(sack(0))
	ta.forget()
	ta.events = nil
	ta.recv(reconfig(outReset(0, -1, -1), inReset(1)))
	ta.want("section 5.2.1: one chunk", "RE-CONFIG RESP 0 performed | OUT 0 answers=1 last=0 streams=all", "SACK -1")
	ta.wantEvent("the one", "stream-reset #0 incoming streams=all")
	ta.recv(reconfig(outReset(0, -1, -1), inReset(1)))
	ta.want("the same again", "RE-CONFIG RESP 0 performed | OUT 0 answers=1 last=0 streams=all", "SACK -1")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.wantEvent("the other", "stream-reset #0 outgoing streams=all")
}

// An answer to one of two requests leaves the other one under way; one that is refused makes the whole fail.
func TestHalfAnsweredChunkIsRepeated(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetStreams(ResetRequest{Outgoing: true, Incoming: true})
	ta.want("both", "RE-CONFIG OUT 0 answers=-1 last=-1 streams=all | IN 1 streams=all")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.sendOn(1)
	ta.want("the first is over", "DATA 0 BE sid=1 ssn=0")
	ta.wantNoEvent("the second is not")
	ta.advance(time.Second)
	if texts := ta.texts(ta.forget()[0]); !beginsWith(texts[0], "RE-CONFIG OUT 0") {
		t.Errorf("after a time-out %v", texts)
	}
	ta.events = nil
	ta.recv(reconfig(response(1, wire.ReconfigDenied)))
	ta.wantEvent("one event", "stream-reset #1 outgoing incoming streams=all denied")
}

// The user's own wish is not denied, even if he wants none of the peer's.
func TestOwnRequestsAreNotDenied(t *testing.T) {
	ta := reconfigurable(t, with(func(c *Config) { c.DenyReconfig = AllReconfigRequests }))
	ta.resetIn(1)
	ta.recv(reconfig(outReset(0, 0, -1, 1)))
	ta.forget()
	ta.wantEvent("a reset", "stream-reset #1 incoming streams=1")
	ta.addStreams(0, 5)
	ta.want("more streams", "RE-CONFIG ADD-IN 1 +5")
	ta.recv(reconfig(addOut(1, 5)))
	ta.want("more streams", "RE-CONFIG RESP 1 performed", "SACK -1")
	ta.wantEvent("more streams", "stream-change #2 out=10 in=15")
}

// An own request for a reset that is deferred ends when it is performed, not when the peer has answered.
func TestOwnIncomingResetIsDeferred(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetIn(1)
	ta.want("the request", "RE-CONFIG IN 0 streams=1")
	ta.recv(reconfig(outReset(0, 0, 0, 1)))
	ta.want("DATA 0 is missing", "RE-CONFIG RESP 0 in-progress", "SACK -1")
	if !ta.a.reconfigDeadline().IsZero() {
		t.Error("E1: the peer has answered, yet the timer runs")
	}
	ta.wantNoEvent("nothing has happened")
	ta.recv(data(0).on(1, 0))
	ta.want("it is performed", "RE-CONFIG RESP 0 performed", "SACK 0")
	ta.wantEvent("the user is told", "stream-reset #1 incoming streams=1")
}
