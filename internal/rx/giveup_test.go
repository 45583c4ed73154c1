package rx

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// quitter is an honest sender that gives messages up.
type quitter struct {
	*honestSender
	first   seq.TSN
	givenUp map[int]bool // by number of the message
}

// giveUp gives up a message of which something has not been acknowledged.
func (s *quitter) giveUp() {
	if i := s.rng.IntN(len(s.chunks)); !s.acked[i] {
		s.givenUp[s.chunks[i].message] = true
	}
}

// flight is what to send again, and what is new.
func (s *quitter) flight(window int) []int {
	return slices.DeleteFunc(s.honestSender.flight(window), func(i int) bool { return s.givenUp[s.chunks[i].message] })
}

// forward tells the receiver of what was given up, if that moves its cumulative TSN. Sometimes it goes only a part of the way, as senders do
// that have no room for a longer list.
func (s *quitter) forward(q *Inbound, m *TSNMap) {
	from := (m.CumTSN() + 1).Diff(s.first)
	to := from
	for to < s.next && (s.acked[to] || s.givenUp[s.chunks[to].message]) {
		to++
	}
	if to > from && s.rng.IntN(3) == 0 {
		to = from + 1 + s.rng.IntN(to-from)
	}
	if to == from {
		return
	}
	cum := s.first.Add(to - 1)
	var streams []wire.SkippedStream
	var messages []wire.SkippedMessage
	for _, c := range s.chunks[from:to] {
		if !s.givenUp[c.message] {
			continue
		}
		if c.interleaved {
			messages = append(messages, wire.SkippedMessage{StreamID: c.StreamID, Unordered: c.Unordered(), MID: c.mid})
		} else if !c.Unordered() {
			streams = append(streams, wire.SkippedStream{StreamID: c.StreamID, SSN: c.SSN})
		}
	}
	skipTo(q, m, cum)
	if q.interleaved {
		c, _, _ := wire.NextChunk(wire.AppendIForwardTSN(nil, cum, messages))
		f, _ := wire.ParseIForwardTSN(c)
		q.SkipInterleaved(&f)
	} else {
		c, _, _ := wire.NextChunk(wire.AppendForwardTSN(nil, cum, streams))
		f, _ := wire.ParseForwardTSN(c)
		q.Skip(&f)
	}
	for i := range to {
		s.acked[i] = true
	}
}

// skeptic is a reader that knows which messages may be missing.
type skeptic struct {
	s   *quitter
	got map[string][]byte // parts of a message that has not ended
	// expected are the numbers of the messages that are still to come, by order.
	expected map[string][]int
	text     map[int][]byte
}

func newSkeptic(s *quitter) *skeptic {
	r := &skeptic{s: s, got: map[string][]byte{}, expected: map[string][]int{}, text: map[int][]byte{}}
	var numbers []int
	where := map[int]string{}
	for _, c := range s.chunks {
		if _, ok := where[c.message]; !ok {
			where[c.message] = order(c.StreamID, c.Unordered())
			numbers = append(numbers, c.message)
		}
		r.text[c.message] = append(r.text[c.message], c.UserData...)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		r.expected[where[n]] = append(r.expected[where[n]], n)
	}
	return r
}

// read reads a part of a message. Messages before it in its order have to be among those given up.
func (r *skeptic) read(t *testing.T, q *Inbound, size int) {
	t.Helper()
	p := make([]byte, size)
	n, info, ok := readFrom(q, p)
	if !ok {
		t.Fatal("Readable, but not by Read")
	}
	o := order(info.Stream, info.Unordered)
	r.got[o] = append(r.got[o], p[:n]...)
	if !info.EOR {
		return
	}
	message := r.got[o]
	delete(r.got, o)
	for i, number := range r.expected[o] {
		if bytes.Equal(message, r.text[number]) {
			if rest := r.expected[o][i+1:]; info.Unordered {
				r.expected[o] = slices.Delete(r.expected[o], i, i+1)
			} else {
				r.expected[o] = rest
			}
			return
		}
		if !info.Unordered && !r.s.givenUp[number] {
			t.Fatalf("%s: message %d has been skipped, but was not given up", o, number)
		}
	}
	t.Fatalf("%s: %d bytes are not a message that is due there", o, len(message))
}

// cut forgets the part of a message of which the rest will not come.
func (r *skeptic) cut(t *testing.T, info Info) {
	t.Helper()
	o := order(info.Stream, info.Unordered)
	part := r.got[o]
	delete(r.got, o)
	for _, number := range r.expected[o] {
		if r.s.givenUp[number] && bytes.HasPrefix(r.text[number], part) {
			return
		}
	}
	t.Fatalf("%s: a message was cut after %d bytes, but none such was given up", o, len(part))
}

// missing is the number of messages not given up that are still to come.
func (r *skeptic) missing() (n int) {
	for _, numbers := range r.expected {
		for _, number := range numbers {
			if !r.s.givenUp[number] {
				n++
			}
		}
	}
	return n
}

// Whatever the network loses and whatever the peer gives up, at any level, with DATA and with I-DATA: all other messages arrive, in
// order, none that was given up is read as if it were whole, and nothing is left of those in the end.
func TestWhatIsNotGivenUpArrives(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 5))
		limit := 1500 + rng.IntN(1+rng.IntN(60000))
		c := Config{Streams: 3, MaxBytes: limit, Level: 2 * rng.IntN(2)}
		if rng.IntN(2) == 0 {
			c.PartialDeliveryPoint = 1 + rng.IntN(limit)
		}
		interleaved := c.Level == 2 && rng.IntN(2) == 0
		first := seq.TSN(rng.Uint32())
		maxFragment := 1 + rng.IntN(min(limit-ChunkOverhead, 1400))
		s := &quitter{
			honestSender: newHonestSender(rng, first, 1+rng.IntN(100), 1+rng.IntN(min(3*limit, 100*maxFragment)), maxFragment, interleaved),
			first:        first, givenUp: map[int]bool{},
		}
		r := newSkeptic(s)
		q, m := NewInbound(c), NewTSNMap(first)
		q.SetInterleaving(interleaved)
		q.SetLax(true)
		q.Start(first)
		loss := rng.IntN(80)
		last := first.Add(len(s.chunks) - 1)
		for round := 0; r.missing() > 0 || m.CumTSN() != last; round++ {
			if round > 20000 {
				t.Fatalf("seed %d: %d messages are stuck; %d of %d bytes held", seed, r.missing(), q.Bytes(), limit)
			}
			if rng.IntN(4) == 0 {
				s.giveUp()
			}
			flight := s.flight(max(0, limit-q.Bytes()))
			if rng.IntN(2) == 0 {
				rng.Shuffle(len(flight), func(i, j int) { flight[i], flight[j] = flight[j], flight[i] })
			}
			for _, i := range flight {
				if rng.IntN(100) < loss || m.Status(s.chunks[i].TSN) != TSNNew {
					continue
				}
				switch err := s.chunks[i].add(q); err {
				case nil:
					m.Record(s.chunks[i].TSN)
					s.acked[i] = true
				case ErrNoMemory:
				default:
					t.Fatalf("seed %d: Add: %v", seed, err)
				}
				if rng.IntN(20) == 0 {
					s.giveUp()
				}
				if rng.IntN(20) == 0 {
					s.forward(q, m)
				}
			}
			if rng.IntN(100) >= loss {
				s.forward(q, m)
			}
			r.drain(t, q, rng)
		}
		for q.Readable() {
			r.read(t, q, 3000)
		}
		checkBooks(t, q)
		if n := len(q.order.held) + len(q.assemblies.open) + len(q.assemblies.loose) + len(q.partial.all()); n != 0 || q.Bytes() != 0 {
			t.Fatalf("seed %d: %d bytes and %d entries are left of messages that are gone", seed, q.Bytes(), n)
		}
	}
}

// drain takes the news of messages that were cut, then reads for a while.
func (r *skeptic) drain(t *testing.T, q *Inbound, rng *rand.Rand) {
	t.Helper()
	for info, ok := q.NextCut(); ok; info, ok = q.NextCut() {
		r.cut(t, info)
	}
	for q.Readable() && rng.IntN(8) > 0 {
		r.read(t, q, 1+rng.IntN(3000))
	}
}
