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
	header sentChunk // of the first fragment
	tsns   []seq.TSN
	text   []byte
	due    bool
}

func newModel(chunks []sentChunk) *model {
	m := &model{arrived: map[seq.TSN]bool{}, next: map[uint16]seq.SSN{}}
	byNumber := map[int]int{}
	for _, d := range chunks {
		if d.Begin() {
			byNumber[d.message] = len(m.messages)
			m.messages = append(m.messages, modelMessage{header: d})
		}
		msg := &m.messages[byNumber[d.message]]
		msg.tsns = append(msg.tsns, d.TSN)
		msg.text = append(msg.text, d.UserData...)
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
	for _, t := range msg.tsns {
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
// The arguments choose the partial delivery point, the messages, and whether they come in DATA or, at level 2, interleaved in I-DATA. Each further one is an operation: below 128 the chunk
// that many places behind the lowest missing one arrives, otherwise a read.
func FuzzInbound(f *testing.F) {
	f.Add(uint64(3), uint8(0), true, []byte{9, 1, 3, 0, 200, 255, 5, 4, 3, 2, 1, 0, 255, 255})
	f.Add(uint64(4), uint8(5), true, []byte{0, 0, 0, 1, 200, 0, 200, 3, 2, 200, 0, 0, 130, 129, 7, 200, 0, 0, 0, 200, 200})
	f.Add(uint64(1), uint8(0), false, []byte{0, 0, 1, 0, 200, 255, 5, 4, 3, 2, 1, 0, 255, 255})
	f.Add(uint64(2), uint8(5), false, []byte{3, 2, 1, 0, 200, 130, 129, 7, 200, 0, 0, 0, 0, 0, 200, 200})
	f.Fuzz(func(t *testing.T, seed uint64, point uint8, interleaved bool, ops []byte) {
		rng := rand.New(rand.NewPCG(seed, 3))
		first := seq.TSN(rng.Uint32())
		s := newHonestSender(rng, first, 30, 30, 10, interleaved)
		want := newModel(s.chunks)
		reader := &checker{want: s.messages, got: map[string][]byte{}}
		c := Config{Streams: 3, MaxBytes: 1 << 20, PartialDeliveryPoint: int(point)}
		if interleaved {
			c.Level = 2
		}
		q, m := NewInbound(c), NewTSNMap(first)
		q.SetInterleaving(interleaved)
		q.Start(first)
		arrive := func(offset int) {
			if offset >= len(s.chunks) || m.Status(s.chunks[offset].TSN) != TSNNew {
				return
			}
			if err := s.chunks[offset].add(q); err != nil {
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
	if info.Stream != h.StreamID || info.SSN != h.SSN || h.interleaved && info.MID != h.mid || info.Unordered != h.Unordered() || !info.EOR || size > len(msg.text) {
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

// What a hostile peer can be: the bits of its first byte.
const (
	hostileInterleaved = 1 << iota
	hostileLax
	hostileLevel2
)

// FuzzInboundHostile gives Inbound chunks with any header in any order, DATA or I-DATA, and gives up any messages. Whatever it thinks of
// them, it keeps its limits and its books.
//
// Four bytes are an operation. Most are a chunk: its TSN relative to the cumulative point, its stream and number, its flags and FSN, and
// its size.
func FuzzInboundHostile(f *testing.F) {
	f.Add(uint8(0), uint8(0), []byte{0, 0, 3, 1, 2, 0x10, 2, 9, 0, 0x10, 1, 9})
	f.Add(uint8(20), uint8(hostileLax), []byte{1, 0x11, 7, 200, 5, 0x12, 2, 80, 0, 0x10, 3, 80, 255, 0, 0, 0, 254, 3, 0x10, 2})
	f.Add(uint8(1), uint8(hostileInterleaved|hostileLevel2), []byte{0, 0, 2, 1, 2, 0x10, 0x22, 9, 0, 0x10, 0x11, 9, 0, 0, 0x11, 3, 255, 90, 0, 0})
	f.Add(uint8(1), uint8(hostileInterleaved|hostileLax), []byte{0, 0, 2, 1, 3, 0x10, 0x24, 9, 255, 1, 0, 0, 254, 2, 0x91, 0x21, 253, 1, 0, 0})
	f.Fuzz(func(t *testing.T, point, kind uint8, ops []byte) {
		const limit = 4000
		c := Config{Streams: 3, MaxBytes: limit, PartialDeliveryPoint: int(point)}
		interleaved := kind&hostileInterleaved != 0
		if interleaved || kind&hostileLevel2 != 0 {
			c.Level = 2
		}
		q, m := NewInbound(c), NewTSNMap(0)
		q.SetInterleaving(interleaved)
		q.SetLax(kind&hostileLax != 0)
		q.Start(0)
		p := make([]byte, 100)
		for ; len(ops) >= 4; ops = ops[4:] {
			held := q.Bytes()
			switch ops[0] {
			case 255:
				readFrom(q, p[:int(ops[1])%len(p)])
			case 254:
				hostileSkip(q, m, ops)
			case 253:
				q.ResetStreams([]uint16{uint16(ops[1] & 3)})
			default:
				if err := hostileAdd(q, m, ops); err != nil && q.Bytes() != held {
					t.Fatalf("a chunk refused with %v changed the memory in use from %d to %d", err, held, q.Bytes())
				}
			}
			if q.Bytes() > 2*limit+maxChunkData {
				t.Fatalf("%d bytes are held, the limit being %d", q.Bytes(), limit)
			}
			checkBooks(t, q)
			for _, ok := q.NextCut(); ok; _, ok = q.NextCut() {
			}
		}
		q.Reset()
		checkBooks(t, q)
		for q.Readable() {
			readFrom(q, p)
		}
		if q.Bytes() != 0 {
			t.Fatalf("%d bytes are held after everything was read", q.Bytes())
		}
	})
}

// hostileAdd brings in a chunk, and returns the error if it was refused.
func hostileAdd(q *Inbound, m *TSNMap, op []byte) (err error) {
	tsn, stream, number := m.CumTSN()+1+seq.TSN(op[0]), uint16(op[1]>>4&3), op[1]&15
	data := make([]byte, 4*int(op[3]))
	if m.Status(tsn) != TSNNew {
		return nil
	}
	if q.interleaved {
		d := wire.IData{TSN: tsn, StreamID: stream, MID: seq.MID(number), Flags: op[2] & 15, UserData: data}
		if !d.Begin() {
			d.FSN = uint32(op[2] >> 4)
		}
		err = q.AddInterleaved(&d)
	} else {
		err = q.Add(&wire.Data{TSN: tsn, StreamID: stream, SSN: seq.SSN(number), Flags: op[2], UserData: data})
	}
	switch {
	case err == nil, errors.Is(err, ErrBadStream):
		m.Record(tsn)
		return nil
	case errors.Is(err, ErrNoMemory), errors.Is(err, ErrProtocol):
		return err
	}
	panic(err)
}

// hostileSkip gives up messages of two streams.
func hostileSkip(q *Inbound, m *TSNMap, op []byte) {
	cum := m.CumTSN() + seq.TSN(op[1])
	if op[1] == 0 {
		return
	}
	skipTo(q, m, cum)
	if q.interleaved {
		c, _, _ := wire.NextChunk(wire.AppendIForwardTSN(nil, cum, []wire.SkippedMessage{
			{StreamID: uint16(op[2] >> 4 & 3), MID: seq.MID(op[2] & 15), Unordered: op[2]&128 != 0},
			{StreamID: uint16(op[3] >> 4 & 3), MID: seq.MID(op[3] & 15), Unordered: op[3]&128 != 0},
		}))
		f, _ := wire.ParseIForwardTSN(c)
		q.SkipInterleaved(&f)
	} else {
		c, _, _ := wire.NextChunk(wire.AppendForwardTSN(nil, cum, []wire.SkippedStream{
			{StreamID: uint16(op[2] >> 4 & 3), SSN: seq.SSN(op[2] & 15)}, {StreamID: uint16(op[3] >> 4 & 3), SSN: seq.SSN(op[3] & 15)},
		}))
		f, _ := wire.ParseForwardTSN(c)
		q.Skip(&f)
	}
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
		unread := uint32(0)
		for c := r.head; c != nil; c = c.next {
			payload += len(c.data)
			unread += uint32(len(c.unread()))
			chunks++
			if c.next == nil && c != r.tail || !q.interleaved && c.next == nil && uint32(c.tsn) != r.last {
				t.Fatalf("the run that ends at TSN %d says %d", c.tsn, r.last)
			}
			if !q.interleaved && c.next != nil && c.next.tsn != c.tsn+1 {
				t.Fatalf("TSN %d follows %d in a run", c.next.tsn, c.tsn)
			}
		}
		if unread != r.unread {
			t.Fatalf("%d bytes are unread, but the run says %d", unread, r.unread)
		}
	}
	each := func(l *runList, where place) {
		t.Helper()
		for r := l.head; r != nil; r = r.next {
			visit(r, where)
		}
	}
	each(&q.ready, placeReady)
	for r := q.ready.head; r != nil; r = r.next {
		if !r.complete() && r != q.partial.current(r.key.stream) {
			t.Fatal("an incomplete message is in the ready list")
		}
		if r.unread == 0 {
			t.Fatal("a message without anything to read is in the ready list")
		}
	}
	drained := 0
	for _, r := range q.partial.all() {
		if visit(r, r.place); r.complete() || r.place != placeReady && r.place != placeDrained {
			t.Fatalf("a message in partial delivery is at place %d", r.place)
		}
		if r.place == placeDrained {
			drained++
		}
	}
	if drained != q.partial.drained {
		t.Fatalf("%d messages are drained, but the books say %d", drained, q.partial.drained)
	}
	each(&q.partial.begun, placeBegun)
	each(&q.partial.ripe, placeRipe)
	each(&q.partial.one.behind, placeBehind)
	for _, l := range q.partial.byStream {
		each(&l.behind, placeBehind)
		each(&l.ripe, placeHeldUp)
	}
	for _, r := range q.order.held {
		visit(r, r.place)
		if q.order.inLine(r) && r.complete() {
			t.Fatal("a message that is due is held back")
		}
	}
	checkSeams(t, q, visit)
	checkAssemblies(t, q, visit)
	if q.partial.one.current == nil && q.partial.ripe.head != nil {
		t.Fatal("a message has reached the point, and nothing keeps it from being handed out")
	}
	if payload != q.payload || chunks != q.chunks {
		t.Fatalf("%d bytes in %d chunks are held, but the books say %d in %d", payload, chunks, q.payload, q.chunks)
	}
}

// checkSeams visits the runs that only the seams know.
func checkSeams(t *testing.T, q *Inbound, visit func(*run, place)) {
	t.Helper()
	for i := range q.seams.ring {
		if x := &q.seams.ring[i]; x.has(seamHeld) && x.run != nil && x.flags&(seamBegin|seamEnd) != seamBegin|seamEnd && !x.settled() {
			if r := x.run; r.place == placeLoose && r.head != nil && !r.begins {
				visit(r, placeLoose)
			}
		}
	}
}

// checkAssemblies visits the runs that only an assembly knows, and compares its fragments with the index.
func checkAssemblies(t *testing.T, q *Inbound, visit func(*run, place)) {
	t.Helper()
	loose := 0
	for k, m := range q.assemblies.open {
		if m.begun == nil && m.loose.head == nil {
			t.Fatal("an assembly has no fragments")
		}
		for r := m.loose.head; r != nil; r = r.next {
			visit(r, placeLoose)
			loose += int(r.last - r.first + 1)
			if q.assemblies.loose[position{k, r.first}] != r || q.assemblies.loose[position{k, r.last}] != r {
				t.Fatalf("the fragments from FSN %d to %d are not found", r.first, r.last)
			}
		}
		if r := m.begun; r != nil && (r.complete() || r.key != k) {
			t.Fatal("an open message is complete")
		}
	}
	if loose != len(q.assemblies.loose) {
		t.Fatalf("%d fragments are loose, but %d in the index", loose, len(q.assemblies.loose))
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
		n, info, _ := readFrom(q, p)
		fmt.Printf("stream %d, SSN %d: %s\n", info.Stream, info.SSN, p[:n])
	}
	// Output:
	// stream 1, SSN 0: first
	// stream 1, SSN 1: second
}
