package rx

import (
	"errors"
	"fmt"
	"testing"
	"unsafe"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

func TestMemoryLimitIsReached(t *testing.T) {
	const fits = 7
	ti := newTestInbound(t, Config{MaxBytes: fits * (100 + ChunkOverhead)})
	text := string(make([]byte, 100))
	for i := range fits {
		ti.add(fmt.Sprintf("%d 1.%d BE", i, i), text)
	}
	if got, want := ti.q.Bytes(), fits*(100+ChunkOverhead); got != want {
		t.Errorf("%d bytes held, want %d", got, want)
	}
	ti.addErr("the buffer is full", ErrNoMemory, "7 1.7 BE", "x")
	if got, want := ti.q.Bytes(), fits*(100+ChunkOverhead); got != want {
		t.Errorf("%d bytes held after a refusal, want %d", got, want)
	}
	ti.read(100)
	ti.add("7 1.7 BE", "x")
}

// A chunk that closes a gap is taken beyond the limit: everything behind the gap waits for it.
func TestGapIsClosedBeyondTheLimit(t *testing.T) {
	ti := newTestInbound(t, Config{MaxBytes: 3000})
	ti.add("1 1.1 BE", string(make([]byte, 1000)))
	ti.add("2 1.2 BE", string(make([]byte, 900)))
	ti.addErr("there is no room for more", ErrNoMemory, "3 1.3 BE", string(make([]byte, 500)))
	ti.add("0 1.0 BE", string(make([]byte, 1000)))
	for _, want := range []int{1000, 1000, 900} {
		if n := len(ti.read(2000)) - len("1.0:"); n != want {
			t.Errorf("read %d bytes, want %d", n, want)
		}
	}
	ti.wantDrained("all has been read")
}

// A peer that breaks every rule about the window, with the smallest chunks or the largest, in the order that helps it most:
// it gets the overhead of MaxBytes, its user data, and one chunk more.
func TestHostilePeerCannotExceedTwiceTheLimit(t *testing.T) {
	const limit = 1 << 18
	for _, size := range []int{1, 200, 1000, 60000} {
		q, m := NewInbound(Config{Streams: 1, MaxBytes: limit}), NewTSNMap(0)
		q.Start(0)
		d := wire.Data{Flags: wire.FlagBegin | wire.FlagEnd, UserData: make([]byte, size)}
		for _, base := range []int{0, 30000, 60000} {
			for offset := 5000; offset >= 0; offset-- {
				d.TSN, d.SSN = seq.TSN(base+offset), seq.SSN(1+offset) // SSN 0 never comes, so nothing is ever readable
				if m.Status(d.TSN) != TSNNew {
					continue
				}
				switch err := q.Add(&d); {
				case err == nil:
					m.Record(d.TSN)
				case !errors.Is(err, ErrNoMemory) && !errors.Is(err, ErrDuplicateNumber):
					t.Fatal(err)
				}
			}
		}
		if got, worst := q.Bytes(), 2*limit+maxChunkData; got > worst || got < limit-size-ChunkOverhead {
			t.Errorf("chunks of %d bytes: the peer got %d bytes, want about %d and at most %d", size, got, limit, worst)
		}
	}
}

// Every second TSN as far as a TSNMap reaches: the largest ring of seams there can be.
func TestSeamLimitIsReached(t *testing.T) {
	q := NewInbound(Config{Streams: 1, MaxBytes: 1 << 30})
	q.Start(0)
	for offset := 1; offset < MaxGapTSNs; offset += 2 {
		if err := q.Add(&wire.Data{TSN: seq.TSN(offset), Flags: 7, UserData: []byte{1}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(q.seams.ring); n != maxSeams {
		t.Errorf("the ring has %d slots, want %d", n, maxSeams)
	}
	for offset := 0; offset < 3*MaxGapTSNs; offset++ {
		if offset < MaxGapTSNs && offset%2 == 1 {
			continue
		}
		if err := q.Add(&wire.Data{TSN: seq.TSN(offset), Flags: 7, UserData: []byte{1}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(q.seams.ring); n != maxSeams {
		t.Errorf("the ring has %d slots, want %d", n, maxSeams)
	}
}

func TestSeamsFollowTheReorderingOnly(t *testing.T) {
	q := NewInbound(Config{Streams: 1, MaxBytes: 1 << 30})
	q.Start(0)
	const block = 8
	for offset := range 100 * block {
		tsn := seq.TSN(offset ^ (block - 1)) // each block backwards
		if err := q.Add(&wire.Data{TSN: tsn, Flags: 7, UserData: []byte{1}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(q.seams.ring); n != 2*block {
		t.Errorf("the ring has %d slots, want %d", n, 2*block)
	}
}

// A peer negotiated every stream there is: those that it does not use cost nothing, and all of them little.
func TestStreamStateIsAllocatedWhenUsed(t *testing.T) {
	q := NewInbound(Config{Streams: 65535, MaxBytes: 1 << 20})
	d := wire.Data{StreamID: 7, Flags: 3, UserData: []byte{1}}
	add := func() {
		t.Helper()
		if err := q.Add(&d); err != nil {
			t.Fatal(err)
		}
		readFrom(q, make([]byte, 1))
		d.TSN++
	}
	add()
	if n := len(q.order.lines.pages); n != 1 {
		t.Errorf("%d pages for stream 7", n)
	}
	for d.StreamID = 8; d.StreamID < 65535; d.StreamID++ {
		add()
	}
	if n := len(q.order.lines.pages) * streamsPerPage; n > 65535+streamsPerPage {
		t.Errorf("state for %d streams", n)
	}
}

// The same with I-DATA, of messages that are begun and read in part on every stream: what is open costs something, what is over nothing but
// its number.
func TestStreamsCostNothingWhenTheirMessagesAreOver(t *testing.T) {
	q := NewInbound(Config{Streams: 65535, MaxBytes: 1 << 20, Level: 2, PartialDeliveryPoint: 1})
	q.SetInterleaving(true)
	q.Start(0)
	if n := len(q.order.lines.pages) + len(q.order.given.pages) + len(q.assemblies.open) + len(q.partial.byStream); n != 0 {
		t.Errorf("%d entries for streams that were never used", n)
	}
	p := make([]byte, 1)
	for fsn, flags := range []uint8{wire.FlagBegin, wire.FlagEnd} {
		for stream := range 65535 {
			d := wire.IData{TSN: seq.TSN(fsn*65535 + stream), StreamID: uint16(stream), FSN: uint32(fsn), Flags: flags, UserData: []byte{1}}
			if err := q.AddInterleaved(&d); err != nil {
				t.Fatal(err)
			}
			readFrom(q, p)
		}
	}
	if n := len(q.assemblies.open) + len(q.assemblies.loose) + len(q.partial.byStream) + len(q.order.held); n != 0 || q.Bytes() != 0 {
		t.Errorf("%d entries and %d bytes are left", n, q.Bytes())
	}
	q.ResetStreams(nil)
	if n := len(q.order.lines.pages); n != 0 {
		t.Errorf("%d pages after a reset of all streams", n)
	}
}

// What was in use at one time is kept for the next time, until Trim.
func TestPoolIsBounded(t *testing.T) {
	q := NewInbound(Config{Streams: 1, MaxBytes: 64 << 20})
	const n = 4 * poolRuns
	d := wire.Data{Flags: 7}
	p := make([]byte, 2000)
	cycle := func(size int) {
		d.UserData = p[:size]
		for range n {
			if err := q.Add(&d); err != nil {
				t.Fatal(err)
			}
			d.TSN++
			d.SSN++
		}
		for q.Readable() {
			readFrom(q, p)
		}
	}
	for _, size := range []int{1000, 2000, 1000, 1} { // each also frees what others have left
		cycle(size)
		if allocs := testing.AllocsPerRun(3, func() { cycle(size) }); allocs != 0 {
			t.Errorf("%v allocations for %d chunks of %d bytes", allocs, n, size)
		}
		if q.pool.bytes < n*size || q.pool.bytes > PoolBytes+q.pool.peak {
			t.Errorf("the pool keeps %d bytes after %d chunks of %d bytes, with a peak of %d", q.pool.bytes, n, size, q.pool.peak)
		}
		if q.pool.nRuns != n {
			t.Errorf("the pool keeps %d runs, want %d", q.pool.nRuns, n)
		}
	}
	q.Trim()
	if q.pool.bytes > PoolBytes || q.pool.bytes < PoolBytes/2 {
		t.Errorf("the pool keeps %d bytes, want nearly %d", q.pool.bytes, PoolBytes)
	}
	if q.pool.nRuns != poolRuns {
		t.Errorf("the pool keeps %d runs, want %d", q.pool.nRuns, poolRuns)
	}
	cycle(1000)
	if q.pool.bytes < n*1000 {
		t.Errorf("the pool keeps %d bytes after %d chunks of 1000", q.pool.bytes, n)
	}
}

func TestBufferClasses(t *testing.T) {
	last := 0
	for n := 1; n <= maxChunkData; n++ {
		class, size := bufferClass(n)
		if size < n || n > 1<<minBufferBits && size-n >= size/4 {
			t.Fatalf("%d bytes get a buffer of %d", n, size)
		}
		if class < last || class > last+1 || class >= bufferClasses {
			t.Fatalf("%d bytes are of class %d, after %d", n, class, last)
		}
		if c, s := bufferClass(size); c != class || s != size {
			t.Fatalf("a buffer of %d, class %d, goes back to class %d", size, class, c)
		}
		last = class
	}
	if last != bufferClasses-1 {
		t.Errorf("classes end at %d, want %d", last, bufferClasses-1)
	}
}

// The window is computed from ChunkOverhead, so it may not be less than what a chunk of one byte costs.
func TestChunkOverheadIsHonest(t *testing.T) {
	const (
		mapSlot  = unsafe.Sizeof(key{}) + unsafe.Sizeof((*run)(nil)) + 1 // key, value and control byte of Go's map
		mapSlots = 3                                                     // per entry, right after the map grew
		seams    = 2                                                     // slots per TSN, right after the ring grew
	)
	cost := unsafe.Sizeof(run{}) + unsafe.Sizeof(chunk{}) + 1<<minBufferBits + mapSlots*mapSlot + seams*unsafe.Sizeof(seam{})
	if cost > ChunkOverhead {
		t.Errorf("a chunk of one byte costs %d, but is charged %d", cost, ChunkOverhead)
	}
	const looseSlot = unsafe.Sizeof(position{}) + unsafe.Sizeof((*run)(nil)) + 1
	cost = unsafe.Sizeof(run{}) + unsafe.Sizeof(chunk{}) + 1<<minBufferBits + mapSlots*looseSlot
	if cost > ChunkOverhead {
		t.Errorf("a fragment of one byte costs %d, but is charged %d", cost, ChunkOverhead)
	}
	if cost = unsafe.Sizeof(assembly{}) + 2*mapSlots*mapSlot; cost > ChunkOverhead { // in open and in held
		t.Errorf("an open message costs %d, but is charged %d", cost, ChunkOverhead)
	}
}
