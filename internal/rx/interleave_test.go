package rx

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// newTestInterleaved returns the receiving pipe of an association with I-DATA. The headers of its stories read
// "offset stream.mid/fsn flags".
func newTestInterleaved(t *testing.T, c Config) *testInbound {
	t.Helper()
	c.Level = 2
	ti := newTestInbound(t, c)
	ti.q.SetInterleaving(true)
	ti.q.Start(testInitial)
	return ti
}

// idata builds an I-DATA chunk.
func idata(header, text string) *wire.IData {
	var offset, stream, mid int
	var fsn uint32
	var letters string
	if _, err := fmt.Sscanf(header, "%d %d.%d/%d %s", &offset, &stream, &mid, &fsn, &letters); err != nil {
		panic(fmt.Sprintf("header %q: %v", header, err))
	}
	d := &wire.IData{TSN: testInitial.Add(offset), StreamID: uint16(stream), MID: seq.MID(mid), FSN: fsn, Flags: flagsOf(letters), UserData: []byte(text)}
	if d.Begin() {
		d.PPID = uint32(100 + stream)
	}
	return d
}

// Figure 2 of RFC 8260: three streams take turns.
func TestInterleavedMessagesAreReassembled(t *testing.T) {
	ti := newTestInterleaved(t, Config{})
	ti.add("0 0.0/0 B", "a")
	ti.add("1 1.0/0 B", "d")
	ti.add("2 2.0/0 B", "g")
	ti.add("3 0.0/1 X", "b")
	ti.add("4 1.0/1 E", "e")
	ti.add("5 2.0/1 X", "h")
	ti.add("6 0.0/2 E", "c")
	ti.add("7 1.1/0 BE", "f")
	ti.add("8 2.0/2 E", "i")
	ti.want("as they became complete", "1.0:de", "0.0:abc", "1.1:f", "2.0:ghi")
	ti.wantDrained("all has been read")
}

func TestFragmentsComeInAnyOrder(t *testing.T) {
	const text = "abcdef"
	orders := [][]int{{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {0, 2, 4, 5, 3, 1}, {3, 1, 5, 0, 4, 2}, {1, 2, 3, 4, 5, 0}, {2, 0, 1, 5, 3, 4}}
	for _, order := range orders {
		for _, letters := range []string{"", "U"} {
			ti := newTestInterleaved(t, Config{})
			for tsn, fsn := range order { // the TSNs say nothing (RFC 8260 section 2.2.3)
				flags := "X"
				switch fsn {
				case 0:
					flags = "B"
				case len(text) - 1:
					flags = "E"
				}
				ti.add(fmt.Sprintf("%d 1.0/%d %s", tsn, fsn, flags+letters), text[fsn:fsn+1])
			}
			if got := ti.read(10); !strings.HasSuffix(got, ":"+text) {
				t.Errorf("fragments in order %v: read %q", order, got)
			}
			ti.wantDrained("all has been read")
			if n := len(ti.q.assemblies.open) + len(ti.q.assemblies.loose); n != 0 {
				t.Errorf("order %v: %d entries are left of a message that is gone", order, n)
			}
		}
	}
}

func TestMIDsOrderAStream(t *testing.T) {
	ti := newTestInterleaved(t, Config{})
	ti.add("0 1.2/0 BE", "third")
	ti.add("1 1.0/1 E", "st")
	ti.add("2 1.1/0 BE", "second")
	ti.add("3 1.0/0 BEU", "unordered")
	ti.want("only order was missing", "1.u:unordered")
	ti.wantIdle("MID 0 is incomplete")
	ti.add("4 1.0/0 B", "fir")
	ti.want("with it the others are due", "1.0:first", "1.1:second", "1.2:third")
	ti.wantDrained("all has been read")
}

func TestMIDsAndFSNsWrapAround(t *testing.T) {
	ti := newTestInterleaved(t, Config{PartialDeliveryPoint: 1})
	ti.q.order.lines.set(1, 1<<32-1)
	ti.add("0 1.4294967295/0 B", "a")
	ti.want("the first part", fmt.Sprintf("1.%d:a…", uint32(1<<32-1)))
	m := ti.q.assemblies.open[key{stream: 1, id: 1<<32 - 1, kind: interleaved}]
	m.begun.last, m.highest = 1<<32-2, 1<<32-2 // as if four thousand million fragments had come
	ti.add("1 1.4294967295/0 E", "c")
	ti.wantIdle("one is missing")
	ti.add("2 1.0/0 BE", "d")
	ti.add("3 1.4294967295/4294967295 X", "b")
	ti.want("0 follows on 2^32-1", fmt.Sprintf("1.%d:bc", uint32(1<<32-1)), "1.0:d")
	ti.wantDrained("all has been read")
}

// RFC 8260 sections 2.1 and 2.2.2: what no sender would have sent.
func TestInterleavedContradictions(t *testing.T) {
	for _, c := range []struct {
		reason string
		want   error
		chunks []string // the last one is refused
	}{
		{"two beginnings", ErrDuplicateNumber, []string{"0 1.0/0 B", "1 1.0/0 B"}},
		{"a whole message with the MID of an open one", ErrDuplicateNumber, []string{"0 1.0/0 B", "1 1.0/0 BE"}},
		{"the same, of which the beginning is missing", ErrBeyondEnd, []string{"0 1.0/1 X", "1 1.0/0 BE"}},
		{"the same MID while the message waits", ErrDuplicateNumber, []string{"0 1.1/0 BE", "1 1.1/0 BE"}},
		{"a fragment more of a message that waits", ErrDuplicateNumber, []string{"0 1.1/0 BE", "1 1.1/1 E"}},
		{"the same MID after the message was due", ErrStaleNumber, []string{"0 1.0/0 BE", "1 1.0/0 BE"}},
		{"a fragment of the past", ErrStaleNumber, []string{"0 1.0/0 BE", "1 1.0/5 X"}},
		{"a MID half the number space away", ErrStaleNumber, []string{"0 1.2147483648/0 BE"}},
		{"a FSN twice, in line", ErrDuplicateFSN, []string{"0 1.0/0 B", "1 1.0/1 X", "2 1.0/1 X"}},
		{"FSN 0 without the B bit", ErrDuplicateFSN, []string{"0 1.0/0 B", "1 1.0/0 X"}},
		{"a FSN twice, at the end of a part", ErrDuplicateFSN, []string{"0 1.0/2 X", "1 1.0/3 X", "2 1.0/3 X"}},
		{"a FSN twice, inside a part", ErrDuplicateFSN, []string{"0 1.0/2 X", "1 1.0/3 X", "2 1.0/4 X", "3 1.0/3 X"}},
		{"the end twice", ErrDuplicateFSN, []string{"0 1.0/3 E", "1 1.0/3 E"}},
		{"a fragment beyond the end", ErrBeyondEnd, []string{"0 1.0/3 E", "1 1.0/4 X"}},
		{"an end before what has come", ErrBeyondEnd, []string{"0 1.0/4 X", "1 1.0/3 E"}},
		{"a second end", ErrBeyondEnd, []string{"0 1.0/3 E", "1 1.0/2 E"}},
		{"no user data", ErrNoUserData, []string{"0 1.0/0 BE"}},
	} {
		ti := newTestInterleaved(t, Config{})
		last := len(c.chunks) - 1
		for _, header := range c.chunks[:last] {
			ti.add(header, "text")
		}
		text := "text"
		if c.want == ErrNoUserData {
			text = ""
		}
		held, readable := ti.q.Bytes(), ti.q.Readable()
		ti.addErr(c.reason, c.want, c.chunks[last], text)
		if c.want != ErrNoUserData && !errors.Is(c.want, ErrProtocol) {
			t.Errorf("%s: %v is not a protocol violation", c.reason, c.want)
		}
		if ti.q.Bytes() != held || ti.q.Readable() != readable {
			t.Errorf("%s: the refused chunk changed something", c.reason)
		}
		checkBooks(t, ti.q)
	}
}

// RFC 8260 section 2.2.3: an association has the one or the other.
func TestDataAndIDataDoNotMix(t *testing.T) {
	ti := newTestInterleaved(t, Config{})
	if err := ti.q.Add(data("0 1.0 BE", "x")); !errors.Is(err, ErrWrongChunk) || !errors.Is(err, ErrProtocol) {
		t.Errorf("DATA where I-DATA was agreed on: %v", err)
	}
	ti = newTestInbound(t, Config{})
	if err := ti.q.AddInterleaved(idata("0 1.0/0 BE", "x")); !errors.Is(err, ErrWrongChunk) {
		t.Errorf("I-DATA where it was not: %v", err)
	}
}

func TestInterleavedBadStreamCountsAsReceived(t *testing.T) {
	ti := newTestInterleaved(t, Config{Streams: 2})
	ti.addErr("streams are 0 and 1", ErrBadStream, "1 2.0/0 B", "text")
	ti.add("0 1.0/0 BE", "text")
	ti.want("the discarded chunk is no obstacle", "1.0:text")
	if ti.q.seams.holes != 0 {
		t.Error("the TSN of a discarded chunk counts as missing")
	}
	ti.wantDrained("the text was discarded")
}

// RFC 8260 section 4.1: the SSN of a message that came in I-DATA are the low bits of its MID.
func TestInfoOfInterleavedMessages(t *testing.T) {
	ti := newTestInterleaved(t, Config{})
	ti.q.order.lines.set(1, 0x1fffe)
	ti.add("0 1.131070/0 BE", "abc")
	want := Info{Stream: 1, SSN: 0xfffe, MID: 0x1fffe, PPID: 101, TSN: testInitial, Begin: true, EOR: true}
	if _, info, _ := readFrom(ti.q, make([]byte, 10)); info != want {
		t.Errorf("info %+v, want %+v", info, want)
	}
}

// A peer that begins a message in every stream and finishes none is held to the same limit, though each costs more.
func TestHostileInterleavingKeepsTheLimit(t *testing.T) {
	const limit = 1 << 18
	for name, d := range map[string]wire.IData{
		"beginnings": {Flags: wire.FlagBegin}, "middles": {FSN: 7}, "unordered middles": {Flags: wire.FlagUnordered, FSN: 7},
	} {
		q := NewInbound(Config{Streams: 65535, MaxBytes: limit, Level: 2})
		q.SetInterleaving(true)
		q.Start(0)
		d.UserData = []byte{1}
		for range 65535 {
			if err := q.AddInterleaved(&d); err != nil && err != ErrNoMemory {
				t.Fatal(err)
			}
			d.TSN++
			d.StreamID++
		}
		if n := len(q.assemblies.open); 2*n*ChunkOverhead > limit+ChunkOverhead || 3*n*ChunkOverhead < limit {
			t.Errorf("%s: %d messages are open", name, n)
		}
		checkBooks(t, q)
	}
}

// All of it has been read, so nothing of it is held: streams that wait for the rest of a message do not keep others from beginning.
func TestDrainedMessagesLeaveRoom(t *testing.T) {
	const streams = 3000
	q := NewInbound(Config{Streams: streams, MaxBytes: 20000, Level: 2, PartialDeliveryPoint: 1})
	q.SetInterleaving(true)
	q.Start(0)
	p := make([]byte, 10)
	for round, flags := range []uint8{wire.FlagBegin, 0, wire.FlagEnd} {
		for stream := range streams {
			d := wire.IData{TSN: seq.TSN(round*streams + stream), StreamID: uint16(stream), FSN: uint32(round), Flags: flags, UserData: []byte{1}}
			if err := q.AddInterleaved(&d); err != nil {
				t.Fatalf("stream %d: %v", stream, err)
			}
			if n, info, ok := readFrom(q, p); !ok || n != 1 || info.EOR != (flags == wire.FlagEnd) {
				t.Fatalf("stream %d: read %d bytes, %+v, %v", stream, n, info, ok)
			}
		}
	}
	if n := q.partial.spares; n != poolLanes {
		t.Errorf("%d lanes are kept, want %d", n, poolLanes)
	}
	if n := q.assemblies.spares; n != poolRuns {
		t.Errorf("%d assemblies are kept, want %d", n, poolRuns)
	}
}
