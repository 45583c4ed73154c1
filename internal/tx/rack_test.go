package tx

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// sentEach is a list of n chunks of 100 bytes with TSNs from 1 on, sent to path 0 at times 10, 20 and so on.
func sentEach(n int) (*Outstanding, *Queue) {
	q := NewQueue()
	o := NewOutstanding(1)
	for i := range n {
		push(q, make([]byte, 100))
		o.Add(mono.Time(10*(i+1)), q, 100, 0)
	}
	return o, q
}

// RFC 8985 section 6.2 step 5.
func TestWhatWasSentBeforeAndIsOverdueIsLost(t *testing.T) {
	o, q := sentEach(5)
	if n, _, next := o.MarkOverdue(0, 1000, 0, 0, nil); n != 0 || !next.IsZero() {
		t.Fatalf("nothing has arrived: %d lost, the next at %v", n, next)
	}
	o.Ack(0, blocks(3, 3), q) // TSN 3, after 100-30 = 70
	o.Delivered(0, 100, 0)
	if n, again, next := o.MarkOverdue(0, 99, 20, 0, nil); n != 0 || again || next != 10+70+20 {
		t.Errorf("patience of 20: %d lost, again %v, next at %v", n, again, next)
	}
	if n, _, next := o.MarkOverdue(0, 105, 20, 0, nil); n != 1 || next != 20+70+20 {
		t.Errorf("at 105 TSN 1 is overdue, TSN 2 not yet: %d lost, next at %v", n, next)
	}
	if n, _, next := o.MarkOverdue(0, 110, 20, 0, nil); n != 1 || !next.IsZero() {
		t.Errorf("at 110: %d lost, next at %v; what was sent after TSN 3 is not in doubt", n, next)
	}
	if c := o.NextLost(); o.Lost() != 2 || c.TSN != 1 || c.TimedOut {
		t.Errorf("%d lost, the first is TSN %d, timed out %v", o.Lost(), c.TSN, c.TimedOut)
	}
}

func TestLossOfARetransmissionIsFoundAndTold(t *testing.T) {
	o, q := sentEach(4)
	o.Ack(0, blocks(2, 2), q)
	o.Delivered(0, 120, 0) // a round trip of 100
	if n, again, _ := o.MarkOverdue(0, 120, 0, 0, nil); n != 1 || again {
		t.Fatalf("%d lost, again %v", n, again)
	}
	o.Retransmitted(130, o.NextLost(), 0)
	o.Ack(0, blocks(2, 4), q)
	o.Delivered(0, 140, 0)
	if n, _, next := o.MarkOverdue(0, 140, 0, 120, nil); n != 0 || !next.IsZero() {
		t.Errorf("sent again after all that arrived: %d lost, next at %v", n, next)
	}
	push(q, make([]byte, 100))
	o.Add(150, q, 100, 0)
	o.Ack(0, blocks(2, 5), q)
	o.Delivered(0, 250, 0)
	for _, c := range []struct {
		since mono.Time
		again bool
	}{{130, false}, {129, true}} {
		copied := *o
		copied.ring = append([]Chunk(nil), o.ring...)
		copied.paths = append([]pathRecord(nil), o.paths...)
		if n, again, _ := copied.MarkOverdue(0, 250, 0, c.since, nil); n != 1 || again != c.again {
			t.Errorf("%d lost, again %v, want %v: sent again at 130, asked since %d", n, again, c.again, c.since)
		}
	}
}

func TestAcknowledgementOfTheFirstTransmissionMeasuresNothing(t *testing.T) {
	o, q := sentEach(3)
	o.MarkTimedOut(0)
	o.Retransmitted(1000, o.NextLost(), 0)
	o.Retransmitted(1001, o.NextLost(), 0)
	o.Ack(1, noGaps, q)
	o.Delivered(0, 1005, 50)
	if n := o.paths[0].newest; !n.at.IsZero() {
		t.Errorf("5 after it was sent again, where 50 is the least: %+v", n)
	}
	o.Ack(2, noGaps, q)
	o.Delivered(0, 1060, 50)
	if n := o.paths[0].newest; n != (newest{1001, 2, 59}) {
		t.Errorf("59 after it was sent again: %+v", n)
	}
}

func TestPathsAreSearchedByThemselves(t *testing.T) {
	q := NewQueue()
	o := NewOutstanding(1)
	for i := range 4 {
		push(q, make([]byte, 100))
		o.Add(mono.Time(10*(i+1)), q, 100, i%2)
	}
	o.Ack(0, blocks(4, 4), q) // TSN 4 went to path 1
	for path := range 2 {
		o.Delivered(path, 1000, 0)
	}
	if n, _, _ := o.MarkOverdue(0, 10000, 0, 0, nil); n != 0 {
		t.Errorf("%d lost on the path that has delivered nothing", n)
	}
	if n, _, _ := o.MarkOverdue(1, 10000, 0, 0, nil); n != 1 || o.NextLost().TSN != 2 {
		t.Errorf("%d lost on the other one, want TSN 2", n)
	}
}

func TestGapsAreSkippedInTheSearch(t *testing.T) {
	o, q := sentEach(8)
	o.Ack(0, blocks(2, 3, 6, 7), q)
	o.Delivered(0, 200, 0)
	if n, _, _ := o.MarkOverdue(0, 200, time.Millisecond, 0, nil); n != 0 {
		t.Errorf("patience: %d lost", n)
	}
	if n, _, next := o.MarkOverdue(0, 200, 0, 0, nil); n != 3 || !next.IsZero() || o.Flight(0) != chunkSize {
		t.Errorf("%d lost, next at %v, %d bytes in flight: want TSNs 1, 4 and 5 lost, 8 in flight", n, next, o.Flight(0))
	}
}
