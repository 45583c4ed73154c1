package tx

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// prTest is a sender whose chunks go to path 0, and what was given up.
type prTest struct {
	t *testing.T
	q *Queue
	o *Outstanding
	// gone has a line for each message given up: its size and whether a part was sent.
	gone []string
}

func newPRTest(t *testing.T) *prTest { return &prTest{t: t, q: NewQueue(), o: NewOutstanding(1)} }

func (p *prTest) giveUp(m *Message) {
	p.gone = append(p.gone, fmt.Sprintf("%d %v", len(m.Data), m.Sent()))
}

// push queues a message of n bytes on stream 1.
func (p *prTest) push(n int, policy PRPolicy, value uint32) {
	p.q.Push(1000, &Properties{Stream: 1, PR: PRInfo{policy, value}}, make([]byte, n))
}

// send cuts and sends n fragments of at most 100 bytes.
func (p *prTest) send(n int) {
	for range n {
		p.o.Add(1000, p.q, 100, 0)
	}
}

// timeOut marks everything and gives up what may be.
func (p *prTest) timeOut() {
	p.o.MarkTimedOut(0)
	p.q.GiveUpLost(2000, p.o, p.giveUp)
}

func (p *prTest) wantGone(reason string, want ...string) {
	p.t.Helper()
	if !slices.Equal(p.gone, want) {
		p.t.Fatalf("%s: given up %q, want %q", reason, p.gone, want)
	}
	p.gone = nil
}

// wantSkip checks the Advanced.Peer.Ack.Point and the list of a FORWARD TSN.
func (p *prTest) wantSkip(reason string, point seq.TSN, want ...wire.SkippedStream) {
	p.t.Helper()
	got, end := p.o.AppendSkipped(nil, 10)
	if p.o.AdvancedPeerAckPoint() != point || end != point || !slices.Equal(got, want) {
		p.t.Fatalf("%s: Advanced.Peer.Ack.Point %d, list %v up to %d; want %d, %v", reason, p.o.AdvancedPeerAckPoint(), got, end, point, want)
	}
}

// RFC 3758 section 4.1 TR3: without a TSN there is nothing to skip.
func TestAMessageThatExpiresUnsentLeavesNoTrace(t *testing.T) {
	p := newPRTest(t)
	p.push(250, PRTTL, 5)
	p.push(100, PRTTL, 3)
	p.push(100, PRNone, 0)
	if at := p.q.NextDeadline(); at != mono.Time(1000).Add(3*time.Millisecond) {
		t.Errorf("next deadline %d", at)
	}
	p.q.Expire(p.q.NextDeadline()-1, p.o, p.giveUp)
	p.wantGone("it is early")
	p.q.Expire(p.q.NextDeadline(), p.o, p.giveUp)
	p.wantGone("the shorter lifetime", "100 false")
	p.q.Expire(p.q.NextDeadline(), p.o, p.giveUp)
	p.wantGone("the longer lifetime", "250 false")
	p.send(1)
	if c := p.o.at(1); c.Message.SSN != 0 || !c.Begin || p.q.NextDeadline() != 0 || p.q.Held() != 100 || p.q.Unsent() != 0 {
		t.Errorf("SSN %d, held %d bytes", c.Message.SSN, p.q.Held())
	}
	if n := p.q.StreamAbandoned(1, PRTTL); n != (Abandoned{Unsent: 2}) || p.q.Abandoned(PRAll) != n || p.q.Abandoned(PRRTX) != (Abandoned{}) {
		t.Errorf("counted as %+v", n)
	}
}

// TR4: what has a TSN is given up when it would have to be sent again.
func TestAMessageThatExpiresOutstanding(t *testing.T) {
	p := newPRTest(t)
	p.push(100, PRTTL, 5)
	p.push(100, PRNone, 0)
	p.send(2)
	late := mono.Time(1000).Add(5 * time.Millisecond)
	p.q.Expire(late, p.o, p.giveUp)
	p.q.GiveUpLost(late, p.o, p.giveUp)
	p.wantGone("it may still arrive")
	p.timeOut()
	p.wantGone("it has some time left")
	if p.o.NextDeadline() != late || p.o.Lost() != 2 {
		t.Fatalf("next deadline %d, lost %d", p.o.NextDeadline(), p.o.Lost())
	}
	p.q.GiveUpLost(late, p.o, p.giveUp)
	p.wantGone("it has none", "100 true")
	if p.o.Lost() != 1 || p.o.NextLost().TSN != 2 || p.o.NextDeadline() != 0 {
		t.Errorf("lost %d", p.o.Lost())
	}
	p.wantSkip("the other is reliable", 1, wire.SkippedStream{StreamID: 1})
	if n := p.q.StreamAbandoned(1, PRTTL); n != (Abandoned{Sent: 1}) {
		t.Errorf("counted as %+v", n)
	}
}

// RFC 7496 section 3.1.
func TestRetransmissionsAreLimited(t *testing.T) {
	for limit := range uint32(3) {
		p := newPRTest(t)
		p.push(100, PRRTX, limit)
		p.send(1)
		for range limit {
			p.timeOut()
			p.wantGone("it may be sent again")
			p.o.Retransmitted(0, p.o.NextLost(), 0)
		}
		p.timeOut()
		p.wantGone("once too often", "100 true")
	}
}

// RFC 3758 section 3.5 A3: all chunks of a message go, also those that a gap block acknowledged.
func TestAMessageIsGivenUpWhole(t *testing.T) {
	p := newPRTest(t)
	p.push(100, PRNone, 0)
	p.push(300, PRRTX, 0)
	p.push(100, PRNone, 0)
	p.send(5)
	var marked [MaxPaths]bool
	r := p.o.Ack(1, blocks(2, 2, 4, 4), p.q)
	for range 3 {
		p.o.Missing(r.Highest, &marked, nil)
	}
	p.q.GiveUpLost(2000, p.o, p.giveUp)
	p.wantGone("its first chunk is missing", "300 true")
	if p.o.Flight(0) != 0 || p.o.Lost() != 0 || p.q.Held() != 100 {
		t.Errorf("flight %d, lost %d, held %d", p.o.Flight(0), p.o.Lost(), p.q.Held())
	}
	p.wantSkip("all three are skipped", 4, wire.SkippedStream{StreamID: 1, SSN: 1})
	// Late acknowledgements are harmless, and nothing is credited (A2).
	r = p.o.Ack(1, blocks(1, 2, 4, 4), p.q)
	if !r.Any || r.Highest != 2 || r.Paths[0].Bytes != 0 || r.Paths[0].InFlight {
		t.Errorf("a late gap block: %+v", r.Paths[0])
	}
	r = p.o.Ack(1, noGaps, p.q)
	if p.o.Flight(0) != chunkSize || !r.Paths[0].Reneged {
		t.Errorf("reneged: flight %d, want the last chunk", p.o.Flight(0))
	}
	r = p.o.Ack(5, noGaps, p.q)
	if r.Paths[0].Bytes != chunkSize || p.o.Len() != 0 || p.q.Held() != 0 || p.q.Outstanding(1) != 0 {
		t.Errorf("all acknowledged: %d bytes, %d outstanding, %d held", r.Paths[0].Bytes, p.o.Len(), p.q.Held())
	}
	p.wantSkip("nothing is left to skip", 5)
}

// The peer may have, and have acknowledged, all that was sent of a message: a TSN that is never sent tells it that the rest will not come, and
// keeps the next message from beginning where this one would go on.
func TestAMessageGivenUpInTheMiddle(t *testing.T) {
	for _, acked := range []seq.TSN{0, 1, 2} {
		p := newPRTest(t)
		p.push(500, PRTTL, 5)
		p.push(100, PRNone, 0)
		p.send(2)
		p.o.Ack(acked, noGaps, p.q)
		p.q.Expire(p.q.NextDeadline(), p.o, p.giveUp)
		p.wantGone("its time is over", "500 true")
		p.wantSkip("the TSN that stands for the rest is skipped too", 3, wire.SkippedStream{StreamID: 1})
		if p.o.Flight(0) != 0 || p.q.Unsent() != 100 || p.q.Held() != 100 {
			t.Errorf("flight %d, unsent %d, held %d", p.o.Flight(0), p.q.Unsent(), p.q.Held())
		}
		p.send(1)
		if c := p.o.at(4); !c.Begin || !c.End || c.Message.SSN != 1 {
			t.Errorf("the next message: %+v", c)
		}
		p.o.Ack(4, noGaps, p.q)
		if p.o.Len() != 0 || p.q.Held() != 0 || p.q.Outstanding(1) != 0 {
			t.Errorf("%d outstanding, %d held", p.o.Len(), p.q.Held())
		}
	}
}

func TestAMessageInPiecesIsGivenUpWhole(t *testing.T) {
	for _, acked := range []seq.TSN{0, 1, 2} {
		p := newPRTest(t)
		partial := &Properties{Stream: 1, Partial: true, PR: PRInfo{PRTTL, 5}}
		p.q.Push(1000, partial, make([]byte, 100))
		p.q.Push(9999, partial, make([]byte, 50))
		p.send(2)
		p.o.Ack(acked, noGaps, p.q)
		deadline := p.q.NextDeadline()
		if deadline != mono.Time(1000).Add(5*time.Millisecond) {
			t.Errorf("deadline %d: it is that of the beginning", deadline)
		}
		var want []string
		if acked < 2 {
			p.q.Push(1000, partial, make([]byte, 30))
			want = append([]string{"100 true", "50 true"}[acked:], "30 false")
		}
		p.q.Expire(deadline, p.o, p.giveUp)
		p.wantGone("its time is over", want...)
		if !p.q.Broken(1) {
			t.Error("it can be continued")
		}
		p.wantSkip("and skipped", 3, wire.SkippedStream{StreamID: 1})
		if n := p.q.Abandoned(PRTTL); n != (Abandoned{Sent: 1}) {
			t.Errorf("counted as %+v", n)
		}
		p.push(10, PRNone, 0)
		p.send(1)
		p.o.Ack(4, noGaps, p.q)
		if p.o.Len() != 0 || p.q.Held() != 0 || !p.q.Settled(1) {
			t.Errorf("%d outstanding, %d held", p.o.Len(), p.q.Held())
		}
	}
}

// RFC 7496 section 3.2.
func TestTheLeastImportantMessageMakesRoom(t *testing.T) {
	p := newPRTest(t)
	p.push(100, PRPrio, 2)
	p.push(110, PRPrio, 5)
	p.push(120, PRPrio, 5)
	p.push(130, PRNone, 0)
	p.push(140, PRPrio, 5)
	p.push(150, PRTTL, 1000)
	p.send(3) // the first two
	evict := func(n int, policy PRPolicy, value uint32) bool {
		return p.q.Evict(n, PRInfo{policy, value}, p.o, p.giveUp)
	}
	if evict(1, PRPrio, 5) || evict(371, PRPrio, 2) {
		t.Error("room was made by messages that are as important, or there is not enough")
	}
	p.wantGone("for nothing")
	if !evict(130, PRPrio, 3) {
		t.Error("there is no room")
	}
	p.wantGone("what was not sent goes first, and of that the oldest", "120 false", "140 false")
	if !evict(1, PRTTL, 0) {
		t.Error("a message of another policy is more important")
	}
	p.wantGone("then what was sent", "110 true")
	if !evict(100, PRNone, 0) || evict(1, PRNone, 0) {
		t.Error("a reliable message is more important, but reliable ones do not go")
	}
	p.wantGone("then what is more important", "100 true")
	if n := p.q.StreamAbandoned(1, PRPrio); n != (Abandoned{2, 2}) {
		t.Errorf("counted as %+v", n)
	}
	p.wantSkip("what was sent is skipped", 3, wire.SkippedStream{StreamID: 1, SSN: 1})
}

func TestOnlyMessagesThatHoldMemoryMakeRoom(t *testing.T) {
	p := newPRTest(t)
	piece := func(n int) {
		p.q.Push(1000, &Properties{Stream: 2, PR: PRInfo{PRPrio, 9}, Partial: true}, make([]byte, n))
	}
	piece(50)
	p.send(1)
	p.push(60, PRPrio, 5)
	p.o.Ack(1, wire.Gaps{}, p.q)
	if !p.q.Evict(60, PRInfo{}, p.o, p.giveUp) {
		t.Error("there is no room")
	}
	p.wantGone("the peer has all of the one that is less important", "60 false")
	piece(70)
	if !p.q.Evict(70, PRInfo{}, p.o, p.giveUp) {
		t.Error("there is no room in its next piece")
	}
	p.wantGone("what is continued holds memory again", "70 false")
}

// RFC 3758 section 3.3.1: a peer that does not know FORWARD TSN gets everything.
func TestMakeReliable(t *testing.T) {
	p := newPRTest(t)
	p.push(100, PRTTL, 5)
	p.push(100, PRPrio, 5)
	p.push(100, PRRTX, 0)
	p.q.Push(1000, &Properties{Stream: 2, Partial: true, PR: PRInfo{PRTTL, 5}}, make([]byte, 10))
	p.q.MakeReliable()
	p.q.Push(1000, &Properties{Stream: 2}, make([]byte, 10))
	if p.q.NextDeadline() != 0 || p.q.Evict(1, PRInfo{}, p.o, p.giveUp) {
		t.Error("something may be given up")
	}
	p.send(5)
	p.timeOut()
	p.wantGone("all are reliable")
}

// Every stream is named once, with its last message; a list that has no room says how far it goes (RFC 3758 section 3.5 C4).
func TestTheListOfSkippedStreams(t *testing.T) {
	p := newPRTest(t)
	for _, m := range []Properties{
		{Stream: 1}, {Stream: 2}, {Stream: 1}, {Stream: 2, Unordered: true}, {Stream: 3}, {Stream: 2, Unordered: true}, {Stream: 1},
	} {
		m.PR.Policy = PRRTX
		p.q.Push(1000, &m, make([]byte, 10))
	}
	p.send(7)
	p.timeOut()
	p.wantSkip("all", 7, wire.SkippedStream{StreamID: 1, SSN: 2}, wire.SkippedStream{StreamID: 2}, wire.SkippedStream{StreamID: 3})
	list, end := p.o.AppendSkipped(nil, 2)
	if want := []wire.SkippedStream{{StreamID: 1, SSN: 1}, {StreamID: 2}}; !slices.Equal(list, want) || end != 4 {
		t.Errorf("room for two: %v up to %d, want %v up to 4", list, end, want)
	}
	messages, end := p.o.AppendSkippedMessages(nil, 10)
	if want := []wire.SkippedMessage{
		{StreamID: 1, MID: 2}, {StreamID: 2}, {StreamID: 2, Unordered: true, MID: 1}, {StreamID: 3},
	}; !slices.Equal(messages, want) || end != 7 {
		t.Errorf("I-FORWARD-TSN: %v up to %d, want %v up to 7", messages, end, want)
	}
	if messages, end = p.o.AppendSkippedMessages(messages[:0], 1); len(messages) != 1 || messages[0].MID != 0 || end != 1 {
		t.Errorf("room for one: %v up to %d", messages, end)
	}
	buffer := make([]wire.SkippedStream, 0, 10)
	if n := testing.AllocsPerRun(10, func() { p.o.AppendSkipped(buffer, 10) }); n != 0 {
		t.Errorf("%v allocations a list", n)
	}
}

// What is given up when everything else fails too is given back once.
func TestWhatWasGivenUpIsNotDroppedAgain(t *testing.T) {
	p := newPRTest(t)
	p.push(100, PRRTX, 0)
	p.push(300, PRTTL, 5)
	p.send(2)
	p.timeOut()
	p.wantGone("the first", "100 true")
	p.q.DropSent(p.o, p.giveUp)
	p.q.Drain(p.giveUp)
	p.wantGone("the second only", "300 true")
	if p.q.NextDeadline() != 0 || p.q.Held() != 0 {
		t.Error("something waits")
	}
}

// A message of limited lifetime costs no more than any other.
func TestTimedMessagesDoNotAllocate(t *testing.T) {
	for _, policy := range []PRPolicy{PRTTL, PRRTX, PRPrio} {
		q, o := NewQueue(), NewOutstanding(1)
		data := make([]byte, 3000)
		cycle := func() {
			for range 10 {
				q.Push(1000, &Properties{PR: PRInfo{policy, 1000}}, data)
			}
			for q.Head() != nil {
				o.Add(1, q, 1400, 0)
			}
			o.Ack(o.NextTSN()-1, noGaps, q)
		}
		cycle()
		if n := testing.AllocsPerRun(100, cycle); n != 0 || policy != PRRTX && len(q.mortal.evictable.messages)+len(q.mortal.timed.messages) != 0 {
			t.Errorf("policy %d: %v allocations", policy, n)
		}
	}
}
