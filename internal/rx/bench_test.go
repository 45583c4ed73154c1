package rx

import (
	"fmt"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// feeder makes messages of a size, cut into fragments, without end, and reads them.
type feeder struct {
	q        *Inbound
	m        *TSNMap
	d        wire.Data
	fragment []byte
	p        []byte
	parts    int
	streams  int // with I-DATA, whose messages take turns
	mid      seq.MID
}

func newFeeder(size, fragment int) *feeder {
	f := &feeder{
		q: NewInbound(Config{Streams: 1, MaxBytes: 8 << 20, PartialDeliveryPoint: 4 << 20}), m: NewTSNMap(0), streams: 1,
		fragment: make([]byte, fragment), p: make([]byte, size), parts: (size + fragment - 1) / fragment,
	}
	f.q.Start(0)
	return f
}

// add brings in fragment i of the message that begins at f.d.TSN.
func (f *feeder) add(i int) {
	d := f.d
	d.TSN = f.d.TSN.Add(i)
	d.UserData = f.fragment
	if i == 0 {
		d.Flags |= wire.FlagBegin
	}
	if i == f.parts-1 {
		d.Flags |= wire.FlagEnd
	}
	if f.m.Status(d.TSN) != TSNNew {
		panic("TSN is not new")
	}
	if err := f.q.Add(&d); err != nil {
		panic(err)
	}
	f.m.Record(d.TSN)
}

func (f *feeder) nextMessage() {
	f.d.TSN += seq.TSN(f.parts)
	f.d.SSN++
}

func (f *feeder) inOrder() {
	for i := range f.parts {
		f.add(i)
	}
	f.nextMessage()
	f.read()
}

func (f *feeder) reversed() {
	for i := f.parts - 1; i >= 0; i-- {
		f.add(i)
	}
	f.nextMessage()
	f.read()
}

// reversedMessages brings in n messages of one fragment, the last one first.
func (f *feeder) reversedMessages(n int) {
	d := f.d
	for i := n - 1; i >= 0; i-- {
		f.d.TSN, f.d.SSN = d.TSN.Add(i), d.SSN+seq.SSN(i)
		f.add(0)
	}
	f.d.TSN, f.d.SSN = d.TSN.Add(n), d.SSN+seq.SSN(n)
	for range n {
		f.read()
	}
}

// newInterleavedFeeder makes its messages on several streams at once.
func newInterleavedFeeder(size, fragment, streams int) *feeder {
	f := newFeeder(size, fragment)
	f.q, f.streams = NewInbound(Config{Streams: streams, MaxBytes: 32 << 20, PartialDeliveryPoint: 4 << 20, Level: 2}), streams
	f.q.SetInterleaving(true)
	f.q.Start(0)
	return f
}

// interleaved brings in a message on each stream, fragment by fragment, from the first or from the last on.
func (f *feeder) interleaved(backwards bool) {
	for i := range f.parts {
		fsn := i
		if backwards {
			fsn = f.parts - 1 - i
		}
		for stream := range f.streams {
			f.addInterleaved(stream, fsn)
		}
	}
	f.mid++
	for range f.streams {
		f.read()
	}
}

func (f *feeder) addInterleaved(stream, fsn int) {
	d := wire.IData{TSN: f.d.TSN, StreamID: uint16(stream), MID: f.mid, FSN: uint32(fsn), UserData: f.fragment}
	if fsn == 0 {
		d.Flags |= wire.FlagBegin
	}
	if fsn == f.parts-1 {
		d.Flags |= wire.FlagEnd
	}
	if err := f.q.AddInterleaved(&d); err != nil {
		panic(err)
	}
	f.d.TSN++
}

// parted brings in messages that are handed out in parts.
func (f *feeder) parted() {
	for fsn := range f.parts {
		for stream := range f.streams {
			f.addInterleaved(stream, fsn)
		}
		for f.q.Readable() {
			readFrom(f.q, f.p)
		}
	}
	f.mid++
}

func (f *feeder) read() {
	if _, info, ok := readFrom(f.q, f.p); !ok || !info.EOR {
		panic("no message")
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	for _, c := range []struct {
		name           string
		size, fragment int
		step           func(*feeder)
	}{
		{"messages in order", 1024, 1024, (*feeder).inOrder},
		{"fragments in order", 64 << 10, 1024, (*feeder).inOrder},
		{"fragments backwards", 64 << 10, 1024, (*feeder).reversed},
		{"messages backwards", 1024, 1024, func(f *feeder) { f.reversedMessages(100) }},
	} {
		f := newFeeder(c.size, c.fragment)
		for range 100 {
			c.step(f)
		}
		if n := testing.AllocsPerRun(100, func() { c.step(f) }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
	for name, step := range map[string]func(*feeder){
		"in order":  func(f *feeder) { f.interleaved(false) },
		"backwards": func(f *feeder) { f.interleaved(true) },
		"in parts":  (*feeder).parted,
	} {
		f := newInterleavedFeeder(16<<10, 1024, 10)
		if name == "in parts" {
			f.q.partial.point = 1
		}
		for range 200 {
			step(f)
		}
		if n := testing.AllocsPerRun(100, func() { step(f) }); n != 0 {
			t.Errorf("interleaved, %s: %v allocations", name, n)
		}
	}
}

// A peer of which every second message is lost and given up.
func TestSkippingDoesNotAllocate(t *testing.T) {
	ti := newTestLax(t, Config{})
	tsn, ssn := testInitial, seq.SSN(0)
	text := make([]byte, 100)
	var b []byte
	list := []wire.SkippedStream{{StreamID: 1}}
	step := func() {
		d := wire.Data{TSN: tsn + 1, StreamID: 1, SSN: ssn + 1, PPID: 101, Flags: wire.FlagBegin | wire.FlagEnd, UserData: text}
		if err := ti.q.Add(&d); err != nil {
			t.Fatal(err)
		}
		ti.m.Record(d.TSN)
		list[0].SSN = ssn
		b = wire.AppendForwardTSN(b[:0], tsn, list)
		c, _, _ := wire.NextChunk(b)
		f, err := wire.ParseForwardTSN(c)
		if err != nil {
			t.Fatal(err)
		}
		skipTo(ti.q, ti.m, tsn)
		ti.q.Skip(&f)
		if _, info, ok := readFrom(ti.q, ti.buf[:]); !ok || info.SSN != d.SSN {
			t.Fatalf("read %+v, %v", info, ok)
		}
		tsn, ssn = tsn+2, ssn+2
	}
	for range 100 {
		step()
	}
	if n := testing.AllocsPerRun(100, step); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The same fragments as BenchmarkInOrder and BenchmarkReversed, found by MID and FSN.
func BenchmarkInterleaved(b *testing.B) {
	for _, c := range []struct {
		name                    string
		size, fragment, streams int
		backwards               bool
	}{
		{"64", 64, 64, 1, false},
		{"1024", 1024, 1024, 1, false},
		{"65536", 64 << 10, 1024, 1, false},
		{"65536,streams=100", 64 << 10, 1024, 100, false},
		{"fragments=1000,backwards", 64000, 64, 1, true},
		{"fragments=10000,backwards", 640000, 64, 1, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := newInterleavedFeeder(c.size, c.fragment, c.streams)
			b.SetBytes(int64(c.size * c.streams))
			b.ReportAllocs()
			for b.Loop() {
				f.interleaved(c.backwards)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*f.parts*c.streams), "ns/chunk")
		})
	}
}

func BenchmarkInOrder(b *testing.B) {
	for _, size := range []int{64, 1024, 64 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			f := newFeeder(size, min(size, 1024))
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				f.inOrder()
			}
		})
	}
}

// The worst order for a list kept sorted. The time per chunk has to stay the same however many there are.
func BenchmarkReversed(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprintf("fragments=%d", n), func(b *testing.B) {
			f := newFeeder(64*n, 64)
			for b.Loop() {
				f.reversed()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/chunk")
		})
		b.Run(fmt.Sprintf("messages=%d", n), func(b *testing.B) {
			f := newFeeder(64, 64)
			for b.Loop() {
				f.reversedMessages(n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/chunk")
		})
	}
}
