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
	chunks   []sentChunk // by offset from the first TSN
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

// sentChunk is DATA, or I-DATA: then it has MID and FSN, and its SSN means nothing.
type sentChunk struct {
	wire.Data
	interleaved bool
	mid         seq.MID
	fsn         uint32
	message     int // a serial number of its message
}

func (c *sentChunk) add(q *Inbound) error {
	if !c.interleaved {
		return q.Add(&c.Data)
	}
	d := wire.IData{TSN: c.TSN, StreamID: c.StreamID, MID: c.mid, FSN: c.fsn, Flags: c.Flags, UserData: c.UserData}
	if c.Begin() {
		d.PPID = c.PPID
	}
	return q.AddInterleaved(&d)
}

// newHonestSender makes n messages of up to maxMessage bytes in fragments of up to maxFragment, first TSN first. Interleaved, the
// messages of three streams take turns, by chance.
func newHonestSender(rng *rand.Rand, first seq.TSN, n, maxMessage, maxFragment int, interleaved bool) *honestSender {
	s := &honestSender{rng: rng, messages: map[string][][]byte{}}
	var ssn, unorderedMID [3]seq.SSN
	var queues [3][]sentChunk
	for i := range n {
		text := make([]byte, 1+rng.IntN(1+rng.IntN(maxMessage)))
		for j := range text {
			text[j] = byte(i + j/3)
		}
		c := sentChunk{Data: wire.Data{StreamID: uint16(rng.IntN(len(ssn))), Flags: wire.FlagBegin}, interleaved: interleaved, message: i}
		number := &ssn[c.StreamID]
		if rng.IntN(4) == 0 {
			c.Flags |= wire.FlagUnordered
			number = &unorderedMID[c.StreamID]
		}
		if c.mid = seq.MID(*number); interleaved || !c.Unordered() {
			c.SSN = *number
		}
		*number++
		o := order(c.StreamID, c.Unordered())
		s.messages[o] = append(s.messages[o], text)
		queue := 0
		if interleaved {
			queue = int(c.StreamID)
		}
		for len(text) > 0 {
			k := 1 + rng.IntN(min(len(text), maxFragment))
			if rng.IntN(2) == 0 {
				k = min(len(text), maxFragment)
			}
			c.UserData, text = text[:k], text[k:]
			if len(text) == 0 {
				c.Flags |= wire.FlagEnd
			}
			queues[queue] = append(queues[queue], c)
			c.Flags &^= wire.FlagBegin
			c.fsn++
		}
	}
	for left := len(queues[0]) + len(queues[1]) + len(queues[2]); left > 0; {
		if i := rng.IntN(3); len(queues[i]) > 0 {
			c := queues[i][0]
			c.TSN, queues[i] = first.Add(len(s.chunks)), queues[i][1:]
			s.chunks = append(s.chunks, c)
			left--
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
	n, info, ok := readFrom(q, p)
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
// window stays closed for ever, with DATA at any level and with I-DATA at level 2. In half of the runs the window closes before the memory is full, and new chunks are refused
// from then on (RFC 9260 section 6.2).
func TestHonestSenderIsNeverStuck(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 2))
		limit := 1500 + rng.IntN(1+rng.IntN(60000))
		c := Config{Streams: 3, MaxBytes: limit, Level: 2 * rng.IntN(2)}
		interleaved := c.Level == 2 && rng.IntN(2) == 0
		strict := rng.IntN(2) == 0
		if strict {
			c.MaxBytes += limit / 3
		}
		if rng.IntN(2) == 0 {
			c.PartialDeliveryPoint = 1 + rng.IntN(limit)
		}
		first := seq.TSN(rng.Uint32())
		maxFragment := 1 + rng.IntN(min(limit-ChunkOverhead, 1400))
		s := newHonestSender(rng, first, 1+rng.IntN(100), 1+rng.IntN(min(3*limit, 100*maxFragment)), maxFragment, interleaved)
		loss := rng.IntN(80)
		q, m := NewInbound(c), NewTSNMap(first)
		q.SetInterleaving(interleaved)
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
				switch err := s.chunks[i].add(q); err {
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
