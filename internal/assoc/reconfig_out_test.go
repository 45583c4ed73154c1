package assoc

import (
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

func TestOutgoingResetComesAfterTheDataOfTheStream(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.want("DATA", "DATA 0 BE sid=1 ssn=0")
	ta.resetOut(1)
	ta.wantIdle("the stream has a chunk outstanding")
	ta.sendOn(1)
	ta.wantIdle("section 5.1.2 A1: new data of the stream is queued")
	ta.sendOn(2)
	ta.want("other streams go on", "DATA 1 BEI sid=2 ssn=0")
	ta.recv(sack(0))
	ta.want("A2 to A4: now the request, numbered from the Initial TSN on", "RE-CONFIG OUT 0 answers=-1 last=1 streams=1")
	ta.recv(sack(1))
	ta.wantIdle("the outcome is not known")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("section 5.2.7 H4: the stream begins again", "DATA 2 BE sid=1 ssn=0")
	ta.wantEvent("the user is told", "stream-reset #1 outgoing streams=1")
	ta.sendOn(2)
	ta.want("streams not listed go on", "DATA 3 BE sid=2 ssn=1")
	if deadline := ta.a.reconfigDeadline(); !deadline.IsZero() {
		t.Error("the Re-configuration Timer runs on")
	}
}

// What the peer answers decides whether sequence numbers begin again, and what the user is told.
func TestAnswersToAnOutgoingReset(t *testing.T) {
	for _, test := range []struct {
		result wire.ReconfigResult
		ssn    string
		event  string
	}{
		{wire.ReconfigNothingToDo, "ssn=0", "stream-reset #1 outgoing streams=1"},
		{wire.ReconfigPerformed, "ssn=0", "stream-reset #1 outgoing streams=1"},
		{wire.ReconfigDenied, "ssn=1", "stream-reset #1 outgoing streams=1 denied"},
		{wire.ReconfigWrongSSN, "ssn=1", "stream-reset #1 outgoing streams=1 failed (Error - Wrong SSN)"},
		{wire.ReconfigAlreadyInProgress, "ssn=1", "stream-reset #1 outgoing streams=1 failed (Error - Request already in progress)"},
		{wire.ReconfigBadSequence, "ssn=1", "stream-reset #1 outgoing streams=1 failed (Error - Bad Sequence Number)"},
		{77, "ssn=1", "stream-reset #1 outgoing streams=1 failed (result 77)"},
	} {
		ta := reconfigurable(t)
		ta.sendOn(1)
		ta.recv(sack(0))
		ta.forget()
		ta.events = nil
		ta.resetOut(1)
		ta.want("the request", "RE-CONFIG OUT 0 answers=-1 last=0 streams=1")
		ta.sendOn(1)
		ta.recv(reconfig(response(0, test.result)))
		ta.want(test.result.String(), "DATA 1 BE sid=1 "+test.ssn)
		ta.wantEvent(test.result.String(), test.event)
		ta.wantNoEvent("once")
	}
}

func TestResetOfAllOutgoingStreamsListsNone(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.sendOn(2)
	ta.recv(sack(1))
	ta.forget()
	ta.events = nil
	ta.resetOut()
	ta.want("section 5.1.2 A4", "RE-CONFIG OUT 0 answers=-1 last=1 streams=all")
	ta.sendOn(2)
	ta.sendOn(9)
	ta.wantIdle("streams that were never used wait too")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("all begin again", "DATA 2 BE sid=2 ssn=0", "DATA 3 BE sid=9 ssn=0")
	ta.wantEvent("the user is told", "stream-reset #1 outgoing streams=all")
}

// A delayed acknowledgement of the last chunk would delay the reset.
func TestLastDataBeforeAResetAsksForItsAcknowledgement(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendMessage(Message{Stream: 1, Data: make([]byte, 5*fragment)})
	ta.forget()
	ta.resetOut(1)
	ta.sendOn(1)
	ta.recv(sack(0))
	ta.recv(sack(2))
	var last []string
	for _, p := range ta.forget() {
		last = ta.texts(p)
	}
	if want := "DATA 4 EI sid=1"; !beginsWith(last[0], want) {
		t.Errorf("the last chunk in front of the reset is %v, want %s", last, want)
	}
}

// Data and a request that are lost together double the time-out of their path once.
func TestReconfigurationAndDataBackOffTogether(t *testing.T) {
	ta := reconfigurable(t, with(func(c *Config) { c.HBInterval = -1 }))
	ta.resetOut(1)
	ta.sendOn(2)
	for _, want := range []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second} {
		ta.advance(want / 2)
		if rto := ta.a.paths[0].RTO.Current(); rto != want {
			t.Errorf("RTO %v, want %v", rto, want)
		}
	}
}

// Section 5.1.1: at most one request may be in flight.
func TestOneRequestAtATime(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetOut(1)
	ta.want("the first request", "RE-CONFIG OUT 0 answers=-1 last=-1 streams=1")
	ta.resetOut(2)
	ta.addStreams(3, 0)
	ta.wantIdle("the others wait")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("the second request", "RE-CONFIG OUT 1 answers=-1 last=-1 streams=2")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.wantIdle("section 5.2.7 H1: an answer to nothing")
	ta.recv(reconfig(response(1, wire.ReconfigPerformed)))
	ta.want("the third request", "RE-CONFIG ADD-OUT 2 +3")
	ta.recv(reconfig(response(2, wire.ReconfigPerformed)))
	ta.wantEvent("the first", "stream-reset #1 outgoing streams=1")
	ta.wantEvent("the second", "stream-reset #2 outgoing streams=2")
	ta.wantEvent("the third", "stream-change #3 out=13 in=10")
}

// A stream that cannot be emptied does not keep others from being reset.
func TestARequestThatWaitsForDataLetsOthersPass(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.want("DATA", "DATA 0")
	ta.resetOut(1)
	ta.resetOut(2)
	ta.want("stream 2 is empty", "RE-CONFIG OUT 0 answers=-1 last=0 streams=2")
	ta.recv(sack(0), reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("now stream 1 is", "RE-CONFIG OUT 1 answers=-1 last=0 streams=1")
}

// Section 5.1.1: the timer is T3-rtx's, doubles, and its expirations are errors.
func TestReconfigurationIsRepeated(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetOut(1)
	first := ta.want("the request", "RE-CONFIG OUT 0")
	for i, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		if got := ta.a.reconfigDeadline().Sub(ta.now); got != wait {
			t.Errorf("repetition %d after %v, want %v", i+1, got, wait)
		}
		ta.advance(wait)
		again := ta.want("the same chunk", "RE-CONFIG OUT 0")
		if !slices.Equal(first.chunks[0].Raw, again.chunks[0].Raw) {
			t.Error("the chunk has changed")
		}
		if ta.a.errors != i+1 || ta.a.paths[0].Errors() != i+1 {
			t.Errorf("%d and %d errors, want %d", ta.a.errors, ta.a.paths[0].Errors(), i+1)
		}
	}
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	if ta.a.errors != 0 {
		t.Error("an answer shows that the peer is there")
	}
	if !ta.a.reconfigDeadline().IsZero() {
		t.Error("the timer runs on")
	}
}

func TestReconfigurationThatIsNeverAnsweredEndsTheAssociation(t *testing.T) {
	ta := reconfigurable(t, with(func(c *Config) { c.AssocMaxRetrans, c.HBInterval = 3, -1 }))
	ta.resetOut(1)
	ta.sendOn(1)
	ta.advance(time.Minute)
	ta.wantState("Association.Max.Retrans is exceeded", StateClosed)
	if n := len(ta.forget()); n != 4 {
		t.Errorf("%d packets, want 1 and 3 repetitions", n)
	}
	ta.wantEvent("the path", "198.51.100.1 potentially-failed")
	ta.wantEvent("the request", "stream-reset #1 outgoing streams=1 failed")
	ta.wantEvent("what waited for it", "send-failed sent=false len=10 (peer does not answer)")
	ta.wantEvent("the association", "lost (peer does not answer)")
}

func TestReconfigurationGoesToAnotherAddressAfterATimeOut(t *testing.T) {
	ta := reconfigurable(t, multiHomed(peer1, peer2))
	ta.resetOut(1)
	ta.wantTo(peer1, "the primary path", "RE-CONFIG OUT 0")
	ta.advance(time.Second)
	ta.wantTo(peer2, "the primary path may not work", "RE-CONFIG OUT 0")
	ta.recvFrom(peer2, reconfig(response(0, wire.ReconfigPerformed)))
	if s := ta.a.Status().Paths[0].State; s != AddrPotentiallyFailed {
		t.Errorf("the answer to a repetition cleared the first path: state %v", s)
	}
}

// Section 5.2.7 H2: a peer at work answers so, and its time-outs are no errors.
func TestInProgressIsAskedAgainWithoutErrors(t *testing.T) {
	ta := reconfigurable(t, with(func(c *Config) { c.AssocMaxRetrans = 2 }))
	ta.resetOut(1)
	ta.want("the request", "RE-CONFIG OUT 0")
	for range 10 {
		ta.recv(reconfig(response(0, wire.ReconfigInProgress)))
		ta.wantIdle("the timer begins again")
		ta.advance(time.Second)
		ta.want("the request again", "RE-CONFIG OUT 0")
	}
	if ta.a.errors != 0 || ta.a.paths[0].Errors() != 0 {
		t.Errorf("%d errors, %d of the path", ta.a.errors, ta.a.paths[0].Errors())
	}
	ta.advance(2 * time.Second)
	if ta.a.errors != 1 {
		t.Errorf("no answer at all is an error, %d are counted", ta.a.errors)
	}
	ta.forget()
	ta.events = nil
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.wantEvent("at last", "stream-reset #1 outgoing streams=1")
}

func TestRequestsThatMakeNoSenseAreRefused(t *testing.T) {
	many := make([]uint16, 3000)
	for i := range many {
		many[i] = uint16(i)
	}
	tests := []struct {
		name string
		want error
		call func(*testAssoc) error
	}{
		{"no direction", ErrEmptyRequest, reset(ResetRequest{})},
		{"an empty list", ErrEmptyRequest, reset(ResetRequest{Outgoing: true, Streams: []uint16{}})},
		{"an outgoing stream too high", ErrBadStream, reset(ResetRequest{Outgoing: true, Streams: []uint16{0, 5000}})},
		{"an incoming stream too high", ErrBadStream, reset(ResetRequest{Incoming: true, Streams: []uint16{4000}})},
		{"more than a packet lists", ErrTooManyStreams, reset(ResetRequest{Outgoing: true, Streams: many})},
		{"no streams to add", ErrEmptyRequest, add(0, 0)},
		{"outgoing streams beyond what numbers can count", ErrTooManyStreams, add(MaxStreams-4000+1, 0)},
		{"incoming streams beyond the limit", ErrTooManyStreams, add(0, 1000)},
	}
	for _, test := range tests {
		ta := reconfigurable(t, with(func(c *Config) { c.OutStreams, c.MaxInStreams = 5000, 4500 }), peerStreams(4000))
		if err := test.call(ta); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		ta.settle()
		ta.wantIdle("nothing was asked for")
		ta.wantNoEvent("nothing was asked for")
	}
}

func reset(r ResetRequest) func(*testAssoc) error {
	return func(ta *testAssoc) error { _, err := ta.a.ResetStreams(ta.now, r); return err }
}

func add(out, in uint16) func(*testAssoc) error {
	return func(ta *testAssoc) error { _, err := ta.a.AddStreams(ta.now, out, in); return err }
}

func resetAll(ta *testAssoc) error { _, err := ta.a.ResetAssociation(ta.now); return err }

// Section 5.1.1: without support of the peer nothing may be asked of it.
func TestReconfigurationTakesBothSides(t *testing.T) {
	for name, ta := range map[string]*testAssoc{
		"the peer has none": established(t),
		"disabled":          reconfigurable(t, with(func(c *Config) { c.Disable = Reconfiguration })),
	} {
		for _, call := range []func(*testAssoc) error{reset(ResetRequest{Outgoing: true}), resetAll, add(1, 0)} {
			if err := call(ta); !errors.Is(err, ErrNotNegotiated) {
				t.Errorf("%s: %v", name, err)
			}
		}
		ta.recv(reconfig(inReset(0)))
		ta.wantIdle("a chunk of this type is skipped when it is not known")
	}
}

// A list of as many streams as a packet takes leaves in one packet, whatever is asked of them.
func TestTheLongestListFitsIntoAPacket(t *testing.T) {
	for _, r := range []ResetRequest{{Outgoing: true}, {Incoming: true}, {Outgoing: true, Incoming: true}} {
		ta := reconfigurable(t, with(func(c *Config) { c.OutStreams = MaxStreams }), peerStreams(MaxStreams))
		n := ta.a.mostStreams(&r)
		for i := range n {
			r.Streams = append(r.Streams, uint16(60000+i))
		}
		ta.resetStreams(r)
		if p := ta.forget()[0]; p.mayFragment || p.size > testMTU || p.size < testMTU-16 {
			t.Errorf("%d streams made a packet of %d bytes, want %d at most", n, p.size, testMTU)
		}
		r.Streams = append(r.Streams, 1)
		if err := reset(r)(ta); !errors.Is(err, ErrTooManyStreams) {
			t.Errorf("one more: %v", err)
		}
	}
	ta := reconfigurable(t)
	ta.a.paths[0].SetPMTU(path.MaxPMTU)
	if n := ta.a.mostStreams(&ResetRequest{Outgoing: true}); n != MaxListedStreams {
		t.Errorf("a large packet lists %d streams, want %d", n, MaxListedStreams)
	}
}

func TestAStreamIsResetOnceAtATime(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetOut(1, 3, 3, 1)
	ta.want("each stream once, in order", "RE-CONFIG OUT 0 answers=-1 last=-1 streams=1,3")
	for _, streams := range [][]uint16{{3}, {0, 1}, nil} {
		if err := reset(ResetRequest{Outgoing: true, Streams: streams})(ta); !errors.Is(err, ErrReconfigBusy) {
			t.Errorf("streams %v: %v", streams, err)
		}
	}
	ta.resetIn(3)
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("the other direction is another matter", "RE-CONFIG IN 1 streams=3")
	ta.resetOut(3)
	ta.recv(reconfig(response(1, wire.ReconfigNothingToDo)))
	ta.want("and it can be reset again", "RE-CONFIG OUT 2 answers=-1 last=-1 streams=3")
}

func TestWaitingRequestsAreLimited(t *testing.T) {
	ta := reconfigurable(t)
	for range MaxReconfigWaiting + 1 { // one is under way
		ta.addStreams(1, 0)
	}
	if err := add(1, 0)(ta); !errors.Is(err, ErrReconfigBusy) {
		t.Errorf("one more: %v", err)
	}
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	if err := add(1, 0)(ta); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}

// RFC 8260 section 2.3.2: with I-DATA it is the MIDs that begin again, those of unordered messages too.
func TestResetOfStreamsWithInterleaving(t *testing.T) {
	ta := reconfigurable(t, peerHas(Reconfiguration|Interleaving), with(func(c *Config) { c.FragmentInterleave = 2 }))
	both := func(tsn, mid string) {
		t.Helper()
		ta.sendOn(1)
		ta.want("ordered", "I-DATA "+tsn+" BE sid=1 mid="+mid)
		ta.sendMessage(Message{Stream: 1, Unordered: true, Data: []byte("x")})
		ta.forget()
	}
	both("0", "0")
	both("2", "1")
	ta.recv(sack(3))
	ta.resetOut(1)
	ta.want("the request", "RE-CONFIG OUT 0 answers=-1 last=3 streams=1")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.sendMessage(Message{Stream: 1, Unordered: true, Data: []byte("x")})
	ta.want("unordered", "I-DATA 4 BEU sid=1 mid=0")
	ta.sendOn(1)
	ta.want("ordered", "I-DATA 5 BE sid=1 mid=0")

	whole := uint8(wire.FlagBegin | wire.FlagEnd)
	ta.recv(idata(0).fragment(2, 0, 0, whole), idata(1).fragment(2, 0, 0, whole|wire.FlagUnordered))
	ta.recv(reconfig(outReset(0, 0, 1, 2)))
	ta.recv(idata(2).fragment(2, 0, 0, whole), idata(3).fragment(2, 0, 0, whole|wire.FlagUnordered))
	if got := len(ta.read()); got != 4 {
		t.Errorf("%d messages, want 4", got)
	}
}

// heap is the memory in use.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// The memory of a stream that was reset is given back, on both sides; streams that were never used have none.
func TestResetGivesMemoryBack(t *testing.T) {
	few := reconfigurable(t)
	before := heap()
	ta := reconfigurable(t, with(func(c *Config) { c.OutStreams = MaxStreams }), peerStreams(MaxStreams))
	const association = 128 << 10
	if n := heap() - before; n > association {
		t.Errorf("an association with %d streams takes %d bytes before any is used", MaxStreams, n)
	}
	const used = 1000
	buf := make([]byte, 65535)
	var d transport.Datagram
	for s := range used {
		if err := ta.a.Send(ta.now, &Message{Stream: uint16(65 * s), Data: buf[:10]}); err != nil {
			t.Fatal(err)
		}
		for ta.a.NextPacket(ta.now, buf, &d) {
		}
		ta.deliver(localTag, way1, sack(s), data(s).on(uint16(65*s), 0))
		ta.a.Receive(ta.now, buf)
	}
	full := heap() - before
	if full < 2*association {
		t.Errorf("%d streams take no more than %d bytes: the test measures nothing", used, full)
	}
	ta.events, ta.sent = nil, nil
	ta.a.events = eventQueue{}
	ta.resetOut()
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.recv(reconfig(outReset(0, 0, used-1)))
	if n := heap() - before; n > association {
		t.Errorf("%d streams took %d bytes, and after a reset of all of them %d", used, full, n)
	}
	runtime.KeepAlive(few)
	runtime.KeepAlive(ta)
}
