package tx

import (
	"testing"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

var noGaps wire.Gaps

// blocks returns gap blocks as a SACK chunk would carry them: offsets from the cumulative TSN, both ends included.
func blocks(pairs ...uint16) wire.Gaps {
	var list []wire.GapBlock
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, wire.GapBlock{Start: pairs[i], End: pairs[i+1]})
	}
	c, _, err := wire.NextChunk(wire.AppendSack(nil, 0, 0, list, nil))
	if err != nil {
		panic(err)
	}
	s, err := wire.ParseSack(c)
	if err != nil {
		panic(err)
	}
	return s.Gaps
}

// sent is a list of n chunks of 100 bytes with TSNs from 1 on, all sent to path 0 at time 1000.
func sent(n int) (*Outstanding, *Queue) {
	q := NewQueue()
	o := NewOutstanding(1)
	for range n {
		push(q, make([]byte, 100))
		o.Add(1000, q, 100, 0)
	}
	return o, q
}

const chunkSize = 116

func TestCumulativeAckFreesChunks(t *testing.T) {
	o, q := sent(5)
	if o.Flight(0) != 5*chunkSize || o.DataInFlight() != 500 {
		t.Fatalf("five chunks sent: flight %d, data %d", o.Flight(0), o.DataInFlight())
	}
	r := o.Ack(3, noGaps, q)
	if !r.CumAdvanced || !r.Any || r.Highest != 3 || r.Paths[0].Bytes != 3*chunkSize || !r.Paths[0].Earliest {
		t.Errorf("SACK up to 3: %+v", r.Paths[0])
	}
	if r.Paths[0].SentAt != 1000 {
		t.Errorf("the round trip of the first chunk was not measured: sent at %d", r.Paths[0].SentAt)
	}
	if o.Len() != 2 || o.Flight(0) != 2*chunkSize || q.Held() != 200 {
		t.Errorf("two chunks left: len %d, flight %d, held %d", o.Len(), o.Flight(0), q.Held())
	}
	if r := o.Ack(3, noGaps, q); r.Any || r.CumAdvanced {
		t.Error("the same SACK again acknowledged something")
	}
}

func TestThreeMissIndicationsMarkAChunk(t *testing.T) {
	o, q := sent(6)
	var marked [MaxPaths]bool
	for i, gap := range []wire.Gaps{blocks(2, 2), blocks(2, 3), blocks(2, 4)} {
		r := o.Ack(0, gap, q)
		n := o.Missing(r.Highest, &marked, nil)
		if want := 0; i < 2 && n != want {
			t.Fatalf("indication %d marked %d chunks", i+1, n)
		} else if i == 2 && (n != 1 || !marked[0]) {
			t.Fatalf("the third indication marked %d chunks, want TSN 1", n)
		}
	}
	c := o.NextLost()
	if c == nil || c.TSN != 1 || o.Lost() != 1 || o.Flight(0) != 2*chunkSize {
		t.Fatalf("next to retransmit: %+v, lost %d, flight %d", c, o.Lost(), o.Flight(0))
	}
	if !o.Retransmitted(0, c, 1) {
		t.Error("TSN 1 is the earliest in flight on path 1")
	}
	if o.Flight(1) != chunkSize || o.Lost() != 0 {
		t.Errorf("retransmitted: flight on path 1 %d, lost %d", o.Flight(1), o.Lost())
	}
	for range 5 {
		o.Missing(7, &marked, nil)
	}
	if c.fate == lost {
		t.Error("a fast retransmitted chunk was marked again (section 7.2.4 item 5)")
	}
}

func TestHTNALimitsMissIndications(t *testing.T) {
	o, q := sent(6)
	var marked [MaxPaths]bool
	o.Ack(0, blocks(6, 6), q)
	for range 3 {
		// TSN 2 is newly acknowledged each time only in the first SACK; the others acknowledge nothing new.
		r := o.Ack(0, blocks(2, 2, 6, 6), q)
		if r.Any {
			o.Missing(r.Highest, &marked, nil)
		}
	}
	if o.Lost() != 0 {
		t.Errorf("%d chunks marked without three SACKs that acknowledge something new above them", o.Lost())
	}
	if o.at(3).misses != 0 {
		t.Error("a chunk above the highest TSN newly acknowledged got a miss indication")
	}
}

func TestTimeoutMarksAllOfAPath(t *testing.T) {
	o, q := sent(3)
	push(q, make([]byte, 100))
	o.Add(2000, q, 100, 1)
	o.MarkTimedOut(0)
	if o.Lost() != 3 || o.Flight(0) != 0 || o.Flight(1) != chunkSize {
		t.Fatalf("lost %d, flights %d and %d", o.Lost(), o.Flight(0), o.Flight(1))
	}
	// Acknowledged late, after being marked: nothing is left to retransmit, and nothing was in flight.
	r := o.Ack(2, noGaps, q)
	if r.Paths[0].Bytes != 2*chunkSize || o.Lost() != 1 || o.NextLost().TSN != 3 {
		t.Errorf("late SACK: %d bytes, lost %d", r.Paths[0].Bytes, o.Lost())
	}
	if !r.Paths[0].SentAt.IsZero() {
		t.Error("a round trip was measured across a time-out")
	}
}

// RFC 9260 section 6.2.1 D iii and section 6.3.2 R4.
func TestRenegedChunkIsInFlightAgain(t *testing.T) {
	o, q := sent(4)
	o.Ack(1, blocks(2, 3), q)
	if o.Flight(0) != chunkSize {
		t.Fatalf("flight %d, want TSN 2 only", o.Flight(0))
	}
	r := o.Ack(1, blocks(3, 3), q)
	if !r.Paths[0].Reneged || o.Flight(0) != 2*chunkSize || o.at(3).misses != 1 {
		t.Errorf("TSN 3 taken back: reneged %v, flight %d, misses %d", r.Paths[0].Reneged, o.Flight(0), o.at(3).misses)
	}
	if r := o.Ack(4, noGaps, q); r.Paths[0].Bytes != 2*chunkSize || q.Held() != 0 {
		t.Errorf("all acknowledged: %d bytes new, held %d", r.Paths[0].Bytes, q.Held())
	}
}

// RFC 9260 section 6.3.1 C5.
func TestKarn(t *testing.T) {
	o, q := sent(2)
	o.MarkTimedOut(0)
	push(q, make([]byte, 100))
	o.Add(3000, q, 100, 0) // timed: TSN 3
	o.Retransmitted(0, o.NextLost(), 0)
	if r := o.Ack(3, noGaps, q); !r.Paths[0].SentAt.IsZero() {
		t.Error("a round trip was measured with TSN 3 although TSN 1 was retransmitted since")
	}
	push(q, make([]byte, 100))
	o.Add(4000, q, 100, 0)
	if r := o.Ack(4, noGaps, q); r.Paths[0].SentAt != 4000 {
		t.Error("new data does not measure the round trip")
	}
}

func TestDisorderlyGapBlocks(t *testing.T) {
	o, q := sent(10)
	r := o.Ack(0, blocks(7, 8, 2, 3, 3, 5, 9, 200, 4, 4, 6, 2), q)
	if got := r.Paths[0].Bytes / chunkSize; got != 8 {
		t.Errorf("%d chunks acknowledged, want TSNs 2 to 5 and 7 to 10", got)
	}
	var marked [MaxPaths]bool
	for range 3 {
		o.Missing(11, &marked, nil)
	}
	if o.Lost() != 2 || o.NextLost().TSN != 1 || o.NextLostAfter(1).TSN != 6 {
		t.Errorf("%d chunks marked, want TSNs 1 and 6", o.Lost())
	}
}

func TestMaxOutstandingIsReached(t *testing.T) {
	o, q := sent(MaxOutstanding)
	if !o.Full() || o.Len() != MaxOutstanding {
		t.Fatalf("%d chunks outstanding: full = %v", o.Len(), o.Full())
	}
	o.Ack(1, noGaps, q)
	if o.Full() {
		t.Error("still full after an acknowledgement")
	}
}

// naive is what Outstanding computes, without any of its shortcuts.
type naive struct {
	fate map[seq.TSN]fate
	path map[seq.TSN]int
	// kept are those that an NR-SACK promised to keep.
	kept map[seq.TSN]bool
}

func (n *naive) flight(path int) (sum int) {
	for t, f := range n.fate {
		if f == inFlight && n.path[t] == path {
			sum += chunkSize
		}
	}
	return sum
}

// FuzzOutstanding runs a list of operations against the list and against a naive model.
func FuzzOutstanding(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 2, 0, 3, 0, 0, 4, 1, 1})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 1, 0, 2, 1, 0, 3, 1, 0, 4, 2, 4, 3, 0})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 5, 0, 2, 3, 1, 0, 4, 5, 4, 3, 2, 0, 5, 3, 1, 1, 2, 0, 1, 4, 0})
	f.Fuzz(func(t *testing.T, ops []byte) {
		const first = seq.TSN(1<<32 - 5) // so that TSNs wrap
		q, o := NewQueue(), NewOutstanding(first)
		n := naive{map[seq.TSN]fate{}, map[seq.TSN]int{}, map[seq.TSN]bool{}}
		next := func() byte {
			if len(ops) == 0 {
				return 0
			}
			b := ops[0]
			ops = ops[1:]
			return b
		}
		for now := mono.Time(1); len(ops) > 0 && now < 400; now++ {
			op := next() % 6
			switch op {
			case 0:
				push(q, make([]byte, 100))
				path := int(next() % 2)
				c := o.Add(now, q, 100, path)
				n.fate[c.TSN], n.path[c.TSN] = inFlight, path
			case 1, 5:
				cum := o.CumTSNAck().Add(int(next()) % (o.Len() + 1))
				start, end := uint16(next()), uint16(next())
				var gaps wire.Gaps
				if start <= end {
					gaps = blocks(start, end)
				}
				for tsn, fate := range n.fate {
					in := gaps.Len() > 0 && start > 0 && tsn.Diff(cum) >= int(start) && tsn.Diff(cum) <= int(end)
					switch {
					case tsn.LessEq(cum):
						delete(n.fate, tsn)
						delete(n.kept, tsn)
					case in:
						n.fate[tsn] = acked
						if op == 5 {
							n.kept[tsn] = true
						}
					case fate == acked && !n.kept[tsn]:
						n.fate[tsn] = inFlight
					}
				}
				r := &Acked{}
				if op == 1 {
					r = o.Ack(cum, gaps, q)
				} else {
					r = o.AckNR(cum, noGaps, gaps, q)
				}
				if r.Any && r.Highest.Less(first) {
					t.Fatalf("highest newly acknowledged %d", r.Highest)
				}
			case 2:
				path := int(next() % 2)
				o.MarkTimedOut(path)
				for tsn, fate := range n.fate {
					if fate == inFlight && n.path[tsn] == path {
						n.fate[tsn] = lost
					}
				}
			case 3:
				if c := o.NextLost(); c != nil {
					path := int(next() % 2)
					o.Retransmitted(0, c, path)
					n.fate[c.TSN], n.path[c.TSN] = inFlight, path
				}
			case 4:
				var marked [MaxPaths]bool
				o.Missing(o.CumTSNAck().Add(int(next())%(o.Len()+1)+1), &marked, nil)
				for tsn := range n.fate {
					n.fate[tsn] = o.at(tsn).fate // which of them is for the tests above
				}
			}
			lostNow, lowest := 0, map[int]seq.TSN{}
			for tsn, fate := range n.fate {
				if got := o.at(tsn); got.TSN != tsn || got.fate != fate {
					t.Fatalf("TSN %d: fate %d, want %d", tsn, got.fate, fate)
				}
				if fate == lost {
					lostNow++
				}
				if l, ok := lowest[n.path[tsn]]; fate == inFlight && (!ok || tsn.Less(l)) {
					lowest[n.path[tsn]] = tsn
				}
			}
			if o.Len() != len(n.fate) || o.Lost() != lostNow {
				t.Fatalf("len %d, lost %d; want %d, %d", o.Len(), o.Lost(), len(n.fate), lostNow)
			}
			for path := range 2 {
				if o.Flight(path) != n.flight(path) {
					t.Fatalf("path %d: flight %d, want %d", path, o.Flight(path), n.flight(path))
				}
				if l, ok := o.Lowest(path); ok != (lowest[path] != 0 || n.flight(path) > 0) || ok && l != lowest[path] {
					t.Fatalf("path %d: lowest %d, %v; want %d", path, l, ok, lowest[path])
				}
			}
			if want := 100 * (len(n.fate) - len(n.kept)); q.Held() != want {
				t.Fatalf("held %d bytes, want %d", q.Held(), want)
			}
			if c := o.NextLost(); (c != nil) != (lostNow > 0) {
				t.Fatalf("next lost %v, want %d of them", c, lostNow)
			}
		}
	})
}

func BenchmarkSendAndAck(b *testing.B) {
	q, o := NewQueue(), NewOutstanding(1)
	data := make([]byte, 1024)
	b.SetBytes(1024)
	b.ReportAllocs()
	for i := range b.N {
		push(q, data)
		o.Add(mono.Time(i+1), q, 1400, 0)
		if o.Len() == 64 {
			o.Ack(o.NextTSN()-33, noGaps, q)
		}
	}
}

// RFC 9260 section 7.2: windows count chunks with their padding.
func TestFlightCountsPadding(t *testing.T) {
	q, o := NewQueue(), NewOutstanding(1)
	for _, n := range []int{1, 4, 5} {
		push(q, make([]byte, n))
		o.Add(1000, q, 100, 0)
	}
	if got := o.Flight(0); got != 20+20+24 {
		t.Errorf("chunks of 1, 4 and 5 bytes: %d bytes in flight, want 64", got)
	}
}
