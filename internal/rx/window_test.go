package rx

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// honestSender is a peer that keeps to the rules: consecutive TSNs, the announced window, at least one chunk in flight.
// Its network loses and reorders.
type honestSender struct {
	rng      *rand.Rand
	chunks   []wire.Data // by offset from TSN 0
	messages map[string][][]byte
	acked    []bool
	next     int // the first chunk never sent
}

// order is where a message belongs: its stream's order, or the bag of the unordered ones.
func order(stream uint16, unordered bool) string {
	if unordered {
		return fmt.Sprintf("stream %d, unordered", stream)
	}
	return fmt.Sprintf("stream %d", stream)
}

// newHonestSender makes n messages of up to maxMessage bytes in fragments of up to maxFragment, first TSN first.
func newHonestSender(rng *rand.Rand, first seq.TSN, n, maxMessage, maxFragment int) *honestSender {
	s := &honestSender{rng: rng, messages: map[string][][]byte{}}
	var ssn [3]seq.SSN
	for i := range n {
		text := make([]byte, 1+rng.IntN(1+rng.IntN(maxMessage)))
		for j := range text {
			text[j] = byte(i + j/3)
		}
		d := wire.Data{StreamID: uint16(rng.IntN(len(ssn))), Flags: wire.FlagBegin}
		if rng.IntN(4) == 0 {
			d.Flags |= wire.FlagUnordered
		} else {
			d.SSN = ssn[d.StreamID]
			ssn[d.StreamID]++
		}
		o := order(d.StreamID, d.Unordered())
		s.messages[o] = append(s.messages[o], text)
		for len(text) > 0 {
			k := 1 + rng.IntN(min(len(text), maxFragment))
			if rng.IntN(2) == 0 {
				k = min(len(text), maxFragment)
			}
			d.TSN = first.Add(len(s.chunks))
			d.UserData, text = text[:k], text[k:]
			if len(text) == 0 {
				d.Flags |= wire.FlagEnd
			}
			s.chunks = append(s.chunks, d)
			d.Flags &^= wire.FlagBegin
		}
	}
	s.acked = make([]bool, len(s.chunks))
	return s
}

// flight returns the chunks to send now, given the window after the last SACK: the lost ones, and new ones as it allows.
func (s *honestSender) flight(window int) (offsets []int) {
	outstanding := 0
	for i := range s.next {
		if !s.acked[i] {
			offsets = append(offsets, i)
			outstanding += len(s.chunks[i].UserData)
		}
	}
	for s.next < len(s.chunks) && (outstanding == 0 || outstanding+len(s.chunks[s.next].UserData) <= window) {
		offsets = append(offsets, s.next)
		outstanding += len(s.chunks[s.next].UserData)
		s.next++
	}
	return offsets
}

// checker is a reader that knows what it has to get.
type checker struct {
	want map[string][][]byte
	got  map[string][]byte // parts of a message that has not ended
}

func (c *checker) read(q *Inbound, size int) (ended bool, err error) {
	p := make([]byte, size)
	n, info, ok := q.Read(p)
	if !ok {
		return false, fmt.Errorf("Readable, but not by Read")
	}
	o := order(info.Stream, info.Unordered)
	c.got[o] = append(c.got[o], p[:n]...)
	if !info.EOR {
		return false, nil
	}
	message := c.got[o]
	delete(c.got, o)
	for i, want := range c.want[o] {
		if bytes.Equal(message, want) {
			c.want[o] = append(c.want[o][:i:i], c.want[o][i+1:]...)
			return true, nil
		}
		if !info.Unordered {
			break
		}
	}
	return true, fmt.Errorf("%s: %d bytes are not a message that is due there", o, len(message))
}

func (c *checker) missing() (n int) {
	for _, m := range c.want {
		n += len(m)
	}
	return n
}

// Whatever the network loses, whatever the sizes and whenever the reader reads: an honest peer's messages all arrive, and no
// window stays closed for ever. In half of the runs the window closes before the memory is full, and new chunks are refused
// from then on (RFC 9260 section 6.2).
func TestHonestSenderIsNeverStuck(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 2))
		limit := 1500 + rng.IntN(1+rng.IntN(60000))
		c := Config{Streams: 3, MaxBytes: limit}
		strict := rng.IntN(2) == 0
		if strict {
			c.MaxBytes += limit / 3
		}
		if rng.IntN(2) == 0 {
			c.PartialDeliveryPoint = 1 + rng.IntN(limit)
		}
		first := seq.TSN(rng.Uint32())
		maxFragment := 1 + rng.IntN(min(limit-ChunkOverhead, 1400))
		s := newHonestSender(rng, first, 1+rng.IntN(100), 1+rng.IntN(min(3*limit, 100*maxFragment)), maxFragment)
		loss := rng.IntN(80)
		q, m := NewInbound(c), NewTSNMap(first)
		q.Start(first)
		reader := &checker{want: s.messages, got: map[string][]byte{}}
		progress := m.CumTSN()
		for round := 0; reader.missing() > 0; round++ {
			if m.CumTSN() != progress {
				progress, round = m.CumTSN(), 0
			}
			if round > 1000 {
				t.Fatalf("seed %d: %d messages are stuck; %d of %d bytes held", seed, reader.missing(), q.Bytes(), limit)
			}
			window := max(0, limit-q.Bytes())
			flight := s.flight(window)
			if rng.IntN(2) == 0 {
				rng.Shuffle(len(flight), func(i, j int) { flight[i], flight[j] = flight[j], flight[i] })
			}
			for _, i := range flight {
				if rng.IntN(100) < loss || m.Status(s.chunks[i].TSN) != TSNNew {
					continue
				}
				if tsn := s.chunks[i].TSN; strict && window == 0 && m.Highest().Less(tsn) && !q.Awaits(tsn) {
					continue
				}
				switch err := q.Add(&s.chunks[i]); err {
				case nil:
					m.Record(s.chunks[i].TSN)
					s.acked[i] = true
				case ErrNoMemory:
				default:
					t.Fatalf("seed %d: Add: %v", seed, err)
				}
			}
			for q.Readable() && rng.IntN(8) > 0 {
				if _, err := reader.read(q, 1+rng.IntN(3000)); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		}
		if q.Bytes() != 0 || q.Readable() {
			t.Fatalf("seed %d: all has been read, yet %d bytes are held", seed, q.Bytes())
		}
	}
}
