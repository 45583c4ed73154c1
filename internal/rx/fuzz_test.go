package rx

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// model is the naive way to do what Inbound does with an honest peer's chunks, without partial delivery: after each chunk
// it looks at all messages again.
type model struct {
	messages []modelMessage
	arrived  map[seq.TSN]bool
	next     map[uint16]seq.SSN
	due      []int // messages that can be read, in the order in which they became so
}

type modelMessage struct {
	header      wire.Data // of the first fragment
	first, last seq.TSN
	text        []byte
	due         bool
}

func newModel(chunks []wire.Data) *model {
	m := &model{arrived: map[seq.TSN]bool{}, next: map[uint16]seq.SSN{}}
	for _, d := range chunks {
		if d.Begin() {
			m.messages = append(m.messages, modelMessage{header: d, first: d.TSN})
		}
		last := &m.messages[len(m.messages)-1]
		last.last = d.TSN
		last.text = append(last.text, d.UserData...)
	}
	return m
}

func (m *model) add(t seq.TSN) {
	m.arrived[t] = true
	for again := true; again; {
		again = false
		for i := range m.messages {
			if !m.messages[i].due && m.isDue(&m.messages[i]) {
				m.messages[i].due = true
				m.due = append(m.due, i)
				again = true
			}
		}
	}
}

func (m *model) isDue(msg *modelMessage) bool {
	for t := msg.first; t.LessEq(msg.last); t++ {
		if !m.arrived[t] {
			return false
		}
	}
	if msg.header.Unordered() {
		return true
	}
	if msg.header.SSN != m.next[msg.header.StreamID] {
		return false
	}
	m.next[msg.header.StreamID]++
	return true
}

// FuzzInbound lets an honest peer's chunks arrive in any order, between reads of any size. Without partial delivery every
// read is predicted by a naive model; with it, every byte arrives once and in order.
//
// The first bytes choose the partial delivery point and the messages. Each further one is an operation: below 128 the chunk
// that many places behind the lowest missing one arrives, otherwise a read.
func FuzzInbound(f *testing.F) {
	f.Add(uint64(1), uint8(0), []byte{0, 0, 1, 0, 200, 255, 5, 4, 3, 2, 1, 0, 255, 255})
	f.Add(uint64(2), uint8(5), []byte{3, 2, 1, 0, 200, 130, 129, 7, 200, 0, 0, 0, 0, 0, 200, 200})
	f.Fuzz(func(t *testing.T, seed uint64, point uint8, ops []byte) {
		rng := rand.New(rand.NewPCG(seed, 3))
		first := seq.TSN(rng.Uint32())
		s := newHonestSender(rng, first, 30, 30, 10)
		want := newModel(s.chunks)
		reader := &checker{want: s.messages, got: map[string][]byte{}}
		q, m := NewInbound(Config{Streams: 3, MaxBytes: 1 << 20, PartialDeliveryPoint: int(point)}), NewTSNMap(first)
		q.Start(first)
		arrive := func(offset int) {
			if offset >= len(s.chunks) || m.Status(s.chunks[offset].TSN) != TSNNew {
				return
			}
			if err := q.Add(&s.chunks[offset]); err != nil {
				t.Fatal(err)
			}
			m.Record(s.chunks[offset].TSN)
			want.add(s.chunks[offset].TSN)
			checkBooks(t, q)
		}
		read := func(size int) {
			if point == 0 {
				want.check(t, q)
			}
			if !q.Readable() {
				return
			}
			ended, err := reader.read(q, size)
			if err != nil {
				t.Fatal(err)
			}
			if ended && point == 0 {
				want.due = want.due[1:]
			}
			checkBooks(t, q)
		}
		for _, op := range ops {
			if op < 128 {
				arrive((m.CumTSN() + 1).Diff(first) + int(op))
			} else {
				read(int(op) - 127)
			}
		}
		for i := range s.chunks {
			arrive(i)
		}
		for q.Readable() {
			read(7)
		}
		if n := reader.missing(); n > 0 || q.Bytes() != 0 {
			t.Fatalf("%d messages did not arrive, %d bytes are held", n, q.Bytes())
		}
	})
}

// check compares what q would hand out with the first due message.
func (m *model) check(t *testing.T, q *Inbound) {
	t.Helper()
	size, info, ok := q.Peek()
	if ok != (len(m.due) > 0) {
		t.Fatalf("readable: %v, but %d messages are due", ok, len(m.due))
	}
	if !ok {
		return
	}
	msg := &m.messages[m.due[0]]
	h := &msg.header
	if info.Stream != h.StreamID || info.SSN != h.SSN || info.Unordered != h.Unordered() || !info.EOR || size > len(msg.text) {
		t.Fatalf("%d bytes of %+v are readable, want %d of stream %d, SSN %d", size, info, len(msg.text), h.StreamID, h.SSN)
	}
	rest := q.ready.head.bytes()
	if !bytes.HasSuffix(msg.text, rest) || len(rest) != size {
		t.Fatalf("readable is %q, want the end of %q", rest, msg.text)
	}
}

// bytes returns what of r is still to be read.
func (r *run) bytes() (b []byte) {
	for c := r.head; c != nil; c = c.next {
		b = append(b, c.unread()...)
	}
	return b
}

// FuzzInboundHostile gives Inbound chunks with any header in any order. Whatever it thinks of them, it keeps its limits and
// its books.
//
// Four bytes are a chunk: its TSN relative to the cumulative point, its stream and SSN, its flags, and its size.
func FuzzInboundHostile(f *testing.F) {
	f.Add(uint8(0), []byte{0, 0, 3, 1, 2, 0x10, 2, 9, 0, 0x10, 1, 9})
	f.Add(uint8(20), []byte{1, 0x11, 7, 200, 5, 0x12, 2, 80, 0, 0x10, 3, 80, 255, 0, 0, 0})
	f.Fuzz(func(t *testing.T, point uint8, ops []byte) {
		const limit = 4000
		q, m := NewInbound(Config{Streams: 3, MaxBytes: limit, PartialDeliveryPoint: int(point)}), NewTSNMap(0)
		q.Start(0)
		p := make([]byte, 100)
		for ; len(ops) >= 4; ops = ops[4:] {
			if ops[0] == 255 {
				q.Read(p[:int(ops[1])%len(p)])
				checkBooks(t, q)
				continue
			}
			d := wire.Data{
				TSN: m.CumTSN() + 1 + seq.TSN(ops[0]), StreamID: uint16(ops[1] >> 4 & 3), SSN: seq.SSN(ops[1] & 15),
				Flags: ops[2], UserData: make([]byte, 4*int(ops[3])),
			}
			if m.Status(d.TSN) != TSNNew {
				continue
			}
			held := q.Bytes()
			switch err := q.Add(&d); {
			case err == nil, errors.Is(err, ErrBadStream):
				m.Record(d.TSN)
			case errors.Is(err, ErrNoMemory), errors.Is(err, ErrProtocol):
				if q.Bytes() != held {
					t.Fatalf("a chunk refused with %v changed the memory in use from %d to %d", err, held, q.Bytes())
				}
			default:
				t.Fatal(err)
			}
			if q.Bytes() > 2*limit+maxChunkData {
				t.Fatalf("%d bytes are held, the limit being %d", q.Bytes(), limit)
			}
			checkBooks(t, q)
		}
		q.Reset()
		checkBooks(t, q)
		for q.Readable() {
			q.Read(p)
		}
		if q.Bytes() != 0 {
			t.Fatalf("%d bytes are held after everything was read", q.Bytes())
		}
	})
}

// checkBooks counts what q holds, and says where its parts contradict each other.
func checkBooks(t *testing.T, q *Inbound) {
	t.Helper()
	seen := map[*run]bool{}
	payload, chunks := 0, 0
	visit := func(r *run, where place) {
		t.Helper()
		if r.place != where {
			t.Fatalf("a run is at place %d, but says %d", where, r.place)
		}
		if seen[r] {
			return
		}
		seen[r] = true
		unread := 0
		for c := r.head; c != nil; c = c.next {
			payload += len(c.data)
			unread += len(c.unread())
			chunks++
			if c.next == nil && (c != r.tail || c.tsn != r.last) {
				t.Fatalf("the run that ends at TSN %d says %d", c.tsn, r.last)
			}
			if c.next != nil && c.next.tsn != c.tsn+1 {
				t.Fatalf("TSN %d follows %d in a run", c.next.tsn, c.tsn)
			}
		}
		if unread != r.unread {
			t.Fatalf("%d bytes are unread, but the run says %d", unread, r.unread)
		}
	}
	for r := q.ready.head; r != nil; r = r.next {
		visit(r, placeReady)
		if !r.complete() && r != q.partial.current {
			t.Fatal("an incomplete message is in the ready list")
		}
	}
	for r := q.partial.begun.head; r != nil; r = r.next {
		visit(r, placeBegun)
	}
	for r := q.partial.ripe.head; r != nil; r = r.next {
		visit(r, placeRipe)
	}
	for _, r := range q.order.held {
		visit(r, r.place)
		if q.order.inLine(r) && r.complete() {
			t.Fatal("a message that is due is held back")
		}
	}
	for i := range q.seams.ring {
		if x := &q.seams.ring[i]; x.has(seamHeld) && x.run != nil && x.flags&(seamBegin|seamEnd) != seamBegin|seamEnd && !x.settled() {
			if r := x.run; r.place == placeLoose && r.head != nil && !r.begins {
				visit(r, placeLoose)
			}
		}
	}
	if q.partial.current == nil && q.partial.ripe.head != nil {
		t.Fatal("a message has reached the point, and nothing keeps it from being handed out")
	}
	if payload != q.payload || chunks != q.chunks {
		t.Fatalf("%d bytes in %d chunks are held, but the books say %d in %d", payload, chunks, q.payload, q.chunks)
	}
}

func ExampleInbound() {
	q := NewInbound(Config{Streams: 2, MaxBytes: 1 << 16})
	q.Start(1)
	chunks := []wire.Data{
		{TSN: 3, StreamID: 1, SSN: 1, Flags: wire.FlagBegin | wire.FlagEnd, UserData: []byte("second")},
		{TSN: 2, StreamID: 1, SSN: 0, Flags: wire.FlagEnd, UserData: []byte("st")},
		{TSN: 1, StreamID: 1, SSN: 0, Flags: wire.FlagBegin, UserData: []byte("fir")},
	}
	for i := range chunks {
		if err := q.Add(&chunks[i]); err != nil {
			fmt.Println(err)
		}
	}
	p := make([]byte, 100)
	for q.Readable() {
		n, info, _ := q.Read(p)
		fmt.Printf("stream %d, SSN %d: %s\n", info.Stream, info.SSN, p[:n])
	}
	// Output:
	// stream 1, SSN 0: first
	// stream 1, SSN 1: second
}
