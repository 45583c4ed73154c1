package tx

import (
	"testing"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
)

func TestTailIsTheLastPacketOfAPath(t *testing.T) {
	for _, c := range []struct {
		name  string
		room  int
		alter func(o *Outstanding, q *Queue)
		last  seq.TSN // 0 if there is none
		lost  int
	}{
		{"what left together", 1000, func(*Outstanding, *Queue) {}, 6, 2},
		{"as far as there is room", chunkSize, func(*Outstanding, *Queue) {}, 6, 1},
		{"the first always", 1, func(*Outstanding, *Queue) {}, 6, 1},
		{"what arrived is left out", 1000, func(o *Outstanding, q *Queue) { o.Ack(0, blocks(6, 6), q) }, 5, 1},
		{"what may be given up is not marked", 1000, func(o *Outstanding, _ *Queue) { o.at(6).Message.PR.Policy = PRRTX }, 0, 0},
		{"nothing in flight", 1000, func(o *Outstanding, q *Queue) { o.Ack(8, noGaps, q) }, 0, 0},
	} {
		q := NewQueue()
		o := NewOutstanding(1)
		for i, path := range []int{0, 0, 0, 1, 0, 0, 1, 1} { // TSNs 5 and 6 left together
			push(q, make([]byte, 100))
			at := 10 * (i + 1)
			if i == 5 {
				at = 50
			}
			o.Add(mono.Time(at), q, 100, path)
		}
		c.alter(o, q)
		last, ok := o.MarkTail(0, c.room)
		if last != c.last || ok != (c.last != 0) || o.Lost() != c.lost {
			t.Errorf("%s: TSN %d (%v), %d marked, want %d, %d", c.name, last, ok, o.Lost(), c.last, c.lost)
		}
		if l := o.NextLost(); l != nil && l.TimedOut {
			t.Errorf("%s: it would go another way", c.name)
		}
		if o.Gaps() != (c.name == "what arrived is left out") {
			t.Errorf("%s: gaps: %v", c.name, o.Gaps())
		}
	}
}
