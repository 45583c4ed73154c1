package tx

import (
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// What was in flight to a path that goes is sent again elsewhere; the others keep what they have under their new numbers.
func TestARemovedPathLosesWhatWasInFlight(t *testing.T) {
	q, o := NewQueue(), NewOutstanding(10)
	var sizes [6]int
	for i := range sizes {
		q.Push(0, &Properties{}, make([]byte, 4+4*i))
		sizes[i] = o.Add(1, q, 1000, i%3).Size()
	}
	o.RemovePath(1, 1)
	if o.Lost() != 2 || o.Flight(0) != sizes[0]+sizes[3] || o.Flight(1) != sizes[2]+sizes[5] || o.Flight(2) != 0 {
		t.Fatalf("%d chunks are lost, in flight are %d, %d, %d bytes", o.Lost(), o.Flight(0), o.Flight(1), o.Flight(2))
	}
	if low, any := o.Lowest(1); !any || low != 12 {
		t.Errorf("the earliest on what was path 2 is %d, %v", low, any)
	}
	for _, want := range []seq.TSN{11, 14} {
		c := o.NextLost()
		if c == nil || c.TSN != want || c.TimedOut || c.Path != 1 {
			t.Fatalf("the next to send again is %+v, want %d", c, want)
		}
		o.Retransmitted(0, c, 1)
	}
	r := o.Ack(15, wire.Gaps{}, q)
	if r.Paths[0].Bytes != sizes[0]+sizes[3] || r.Paths[1].Bytes != sizes[1]+sizes[2]+sizes[4]+sizes[5] || o.Len() != 0 || o.Flight(0)+o.Flight(1) != 0 {
		t.Errorf("acknowledged are %d and %d bytes, %d chunks are left", r.Paths[0].Bytes, r.Paths[1].Bytes, o.Len())
	}
}

// The last of all paths there can be has none behind it.
func TestTheLastPathCanBeRemoved(t *testing.T) {
	q, o := NewQueue(), NewOutstanding(1)
	q.Push(0, &Properties{}, make([]byte, 10))
	o.Add(1, q, 1000, MaxPaths-1)
	o.RemovePath(MaxPaths-1, 0)
	if c := o.NextLost(); c == nil || c.Path != 0 || o.Flight(MaxPaths-1) != 0 {
		t.Errorf("the chunk is %+v, %d bytes are in flight", c, o.Flight(MaxPaths-1))
	}
}
