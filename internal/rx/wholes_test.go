package rx

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// receiver takes packets as an association does, with AddWholes or without.
type receiver struct {
	q      *Inbound
	m      *TSNMap
	wholes bool
	taken  int // by AddWholes
}

func newReceiver(c Config, lax, wholes bool) *receiver {
	r := &receiver{q: NewInbound(c), m: NewTSNMap(testInitial), wholes: wholes}
	r.q.SetLax(lax)
	r.q.Start(testInitial)
	return r
}

// packet says what became of the chunks of a packet.
func (r *receiver) packet(chunks []byte) (outcome string) {
	for len(chunks) > 0 {
		if r.wholes && !r.m.HasGaps() {
			var w Wholes
			first := r.m.CumTSN() + 1
			w, chunks = r.q.AddWholes(first, chunks)
			r.m.Advance(first.Add(w.Messages - 1))
			r.taken += w.Messages
			for t := first; t != first.Add(w.Messages); t++ {
				outcome += fmt.Sprintf("%d <nil>\n", t)
			}
			if len(chunks) == 0 {
				break
			}
		}
		var c wire.Chunk
		c, chunks, _ = wire.NextChunk(chunks)
		d, err := wire.ParseData(c)
		if r.m.Status(d.TSN) != TSNNew {
			continue
		}
		if err == nil {
			err = r.q.Add(&d)
		}
		if err == nil {
			r.m.Record(d.TSN)
		}
		outcome += fmt.Sprintf("%d %v\n", d.TSN, err)
	}
	return outcome
}

// state is what can be seen of it.
func (r *receiver) state() string {
	n, info, ok := r.q.Peek()
	return fmt.Sprintf("%d bytes held, %d arrived, next %d of %+v %v, awaits %v, cum %d, highest %d, fits %v", r.q.Bytes(), r.q.Arrived(), n, info, ok,
		r.q.Awaits(r.m.CumTSN()+1), r.m.CumTSN(), r.m.Highest(), r.q.Fits(100))
}

// FuzzWholes compares AddWholes with Add, for packets of any chunks, between reads of any size, with little memory.
//
// The first byte has the configuration. Three more are an operation: a read, messages given up, the end of a packet, or a chunk. A chunk is the next whole message of
// its stream and by TSN unless its bits say otherwise.
func FuzzWholes(f *testing.F) {
	f.Add(uint8(0), []byte{0, 0, 1, 0, 0, 2, 0, 0, 3, 255, 0, 0, 0, 16, 1, 255, 0, 0, 254, 9, 0})
	f.Add(uint8(1), []byte{0, 0, 1, 0, 1, 2, 255, 0, 0, 0, 2, 200, 0, 0, 3, 255, 0, 0, 0, 1, 9, 255, 0, 0, 254, 200, 0})
	f.Add(uint8(6), []byte{0, 4, 1, 0, 8, 2, 255, 0, 0, 0, 32, 1, 255, 0, 0, 253, 1, 0, 0, 0, 9, 255, 0, 0, 254, 200, 0})
	f.Fuzz(func(t *testing.T, kind uint8, ops []byte) {
		c := Config{Streams: 3, MaxBytes: 4000, PartialDeliveryPoint: int(kind&1) * 100, Level: int(kind & 2)}
		a, b := newReceiver(c, kind&4 != 0, false), newReceiver(c, kind&4 != 0, true)
		next := testInitial
		var ssn [4]seq.SSN
		var packet []byte
		for ; len(ops) >= 3; ops = ops[3:] {
			switch ops[0] {
			case 255:
				if got, want := b.packet(packet), a.packet(packet); got != want {
					t.Fatalf("with AddWholes:\n%swithout:\n%s", got, want)
				}
				packet = packet[:0]
			case 254:
				var p, r [255]byte
				n, info, ok := readFrom(a.q, p[:ops[1]])
				if k, other, also := readFrom(b.q, r[:ops[1]]); k != n || other != info || also != ok || !bytes.Equal(p[:n], r[:k]) {
					t.Fatalf("read %q, %+v, %v; without AddWholes %q, %+v, %v", r[:k], other, also, p[:n], info, ok)
				}
			case 253:
				for _, r := range [...]*receiver{a, b} {
					hostileSkip(r.q, r.m, []byte{0, ops[1] & 15, ops[2], 0})
				}
			default:
				stream := ops[1] & 3
				d := wire.Data{TSN: next, StreamID: uint16(stream), SSN: ssn[stream], PPID: uint32(ops[2]), Flags: wire.FlagBegin | wire.FlagEnd}
				d.Flags ^= ops[1] >> 2 & 7 // of them E, B and U
				if ops[1]&0x20 != 0 {
					d.TSN++
				}
				if ops[1]&0xc0 == 0xc0 {
					d.SSN++
				}
				d.UserData = bytes.Repeat([]byte{ops[2]}, int(ops[0])+1)
				if next = d.TSN + 1; d.End() && !d.Unordered() {
					ssn[stream] = d.SSN + 1
				}
				packet = d.Append(packet)
			}
			if got, want := b.state(), a.state(); got != want {
				t.Fatalf("with AddWholes:\n%s\nwithout:\n%s", got, want)
			}
			checkBooks(t, b.q)
		}
	})
}

// What is the usual case is taken, and what is not is left.
func TestWholesTakesWhatComesInOrder(t *testing.T) {
	whole := func(n int, ssn seq.SSN) *wire.Data {
		return &wire.Data{TSN: testInitial.Add(n), SSN: ssn, Flags: wire.FlagBegin | wire.FlagEnd, UserData: []byte("text")}
	}
	for _, tt := range []struct {
		reason string
		before func(*Inbound)
		third  func(*wire.Data)
		want   int
	}{
		{"all are in order", nil, nil, 4},
		{"a TSN is missing", nil, func(d *wire.Data) { d.TSN++ }, 2},
		{"a message is missing", nil, func(d *wire.Data) { d.SSN++ }, 2},
		{"a stream does not exist", nil, func(d *wire.Data) { d.StreamID = 3 }, 2},
		{"a message is cut", nil, func(d *wire.Data) { d.Flags = wire.FlagBegin }, 2},
		{"a message is unordered", nil, func(d *wire.Data) { d.Flags |= wire.FlagUnordered }, 2},
		{"a chunk has no user data", nil, func(d *wire.Data) { d.UserData = nil }, 2},
		{"there is no memory for more", func(q *Inbound) { q.SetLimits(600, 600) }, nil, 2},
		{"messages come in I-DATA", func(q *Inbound) { q.SetInterleaving(true) }, nil, 0},
		{"the last message has not ended", func(q *Inbound) {
			d := whole(-1, 0)
			d.Flags = wire.FlagBegin
			q.Start(d.TSN)
			if err := q.Add(d); err != nil {
				t.Fatal(err)
			}
		}, nil, 0},
		{"a message of another stream waits", func(q *Inbound) {
			d := whole(-1, 1)
			d.StreamID = 1
			q.Start(d.TSN)
			if err := q.Add(d); err != nil {
				t.Fatal(err)
			}
		}, nil, 0},
		{"the start is not known", func(q *Inbound) { q.Reset() }, nil, 0},
	} {
		q := NewInbound(Config{Streams: 3, MaxBytes: 1 << 20})
		q.Start(testInitial)
		if tt.before != nil {
			tt.before(q)
		}
		var packet []byte
		for i := range 4 {
			d := whole(i, seq.SSN(i))
			if i == 2 && tt.third != nil {
				tt.third(d)
			}
			packet = d.Append(packet)
		}
		arrived := q.Arrived()
		w, rest := q.AddWholes(testInitial, packet)
		if w.Messages != tt.want || w.Bytes != 4*tt.want || len(rest) != len(packet)-20*tt.want || q.Arrived() != arrived+uint64(tt.want) {
			t.Errorf("%s: %+v, and %d bytes of %d are left; want %d messages", tt.reason, w, len(rest), len(packet), tt.want)
		}
	}
}
