package tx

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/sched"
	"github.com/gosctp/sctp/internal/seq"
)

// on queues a message of n bytes on a stream.
func on(q *Queue, stream uint16, n int) *Message {
	return q.Push(1, &Properties{Stream: stream}, make([]byte, n))
}

// take cuts fragments of at most 10 bytes until there are no more, and acknowledges them. Each is written as its stream, an opening bracket
// if it begins a message, and a closing one if it ends it.
func take(q *Queue) string {
	var text strings.Builder
	for q.Head() != nil {
		f := cut(q, 10)
		if f.Begin {
			text.WriteByte('(')
		}
		fmt.Fprint(&text, f.Message.Stream)
		if f.End {
			text.WriteByte(')')
		}
		q.Acked(f.Message)
	}
	return text.String()
}

// RFC 8260 section 3: schedulers choose between messages, or between chunks when these may alternate.
func TestSchedulersChooseMessagesOrChunks(t *testing.T) {
	for _, test := range []struct {
		name              string
		scheduler         sched.Scheduler
		messages, chunked string
	}{
		{"first come", sched.FCFS(), "(111)(1)(222)(3)", "(111)(1)(222)(3)"},
		{"turns", sched.RoundRobin(), "(111)(222)(3)(1)", "(1(2(3)1212)(1)"},
		{"priority", sched.Priority(), "(3)(222)(111)(1)", "(3)(222)(111)(1)"},
	} {
		for _, interleaving := range []bool{false, true} {
			q := NewQueue()
			q.SetScheduler(test.scheduler)
			q.SetInterleaving(interleaving)
			for stream, value := range map[uint16]uint16{1: 3, 2: 2, 3: 1} {
				q.SetValue(stream, value)
			}
			on(q, 1, 30)
			on(q, 1, 5)
			on(q, 2, 30)
			on(q, 3, 10)
			want := test.messages
			if interleaving {
				want = test.chunked
				if test.name == "turns" {
					want = "(1(2(3)121)2)(1)"
				}
			}
			if got := take(q); got != want {
				t.Errorf("%s, interleaving %v: %s, want %s", test.name, interleaving, got, want)
			}
		}
	}
}

func TestAnUrgentMessageWaitsForNoMoreThanAChunk(t *testing.T) {
	q := NewQueue()
	q.SetScheduler(sched.Priority())
	q.SetInterleaving(true)
	q.SetValue(1, 1)
	on(q, 1, 1000)
	cut(q, 10)
	on(q, 0, 10)
	if f := cut(q, 10); f.Message.Stream != 0 {
		t.Error("the large message goes on")
	}
	q.SetInterleaving(false)
	cut(q, 10)
	on(q, 0, 10)
	if f := cut(q, 10); f.Message.Stream != 1 {
		t.Error("without interleaving a message was begun within another")
	}
}

func TestASchedulerCanBeChanged(t *testing.T) {
	q := NewQueue()
	q.SetInterleaving(true)
	for stream := range uint16(3) {
		q.SetValue(stream, 3-stream)
		on(q, stream, 20)
	}
	cut(q, 10)
	q.SetScheduler(sched.Priority())
	q.SetValue(1, 0) // while it has something to send
	if got := take(q); got != "(11)(22)0)" {
		t.Errorf("%s", got)
	}
	if q.Value(0) != 3 || q.Value(9) != 0 {
		t.Errorf("values %d, %d", q.Value(0), q.Value(9))
	}
}

// wrong is a scheduler that names streams that it does not have.
type wrong struct{ sched.Scheduler }

func (wrong) Next() *sched.Stream { return &sched.Stream{ID: 5} }

func TestAWrongSchedulerSendsNothing(t *testing.T) {
	q := NewQueue()
	q.SetScheduler(wrong{sched.FCFS()})
	on(q, 1, 10)
	if q.Head() != nil || q.NextSize(10) != 0 {
		t.Error("a message was found on an empty stream")
	}
}

// RFC 8260 section 2.1: ordered and unordered messages of a stream are counted apart, fragments from 0.
func TestMIDsAndFSNs(t *testing.T) {
	q := NewQueue()
	q.SetInterleaving(true)
	for _, unordered := range []bool{false, true, true, false} {
		q.Push(1, &Properties{Stream: 1, Unordered: unordered}, make([]byte, 25))
	}
	on(q, 2, 5)
	var got []string
	for q.Head() != nil {
		f := cut(q, 10)
		got = append(got, fmt.Sprint(f.Message.Stream, " ", f.Message.MID, f.FSN))
	}
	if want := []string{
		"1 0 0", "1 0 1", "1 0 2", "1 0 0", "1 0 1", "1 0 2", "1 1 0", "1 1 1", "1 1 2", "1 1 0", "1 1 1", "1 1 2", "2 0 0",
	}; !slices.Equal(got, want) {
		t.Errorf("stream, MID, FSN: %q, want %q", got, want)
	}
	q.streams.at(1).ordered = 1<<32 - 1
	on(q, 1, 1)
	on(q, 1, 1)
	if a, b := cut(q, 10).Message, cut(q, 10).Message; a.MID != 1<<32-1 || a.SSN != 65535 || b.MID != 0 || b.SSN != 0 {
		t.Errorf("MIDs %d, %d; SSNs %d, %d", a.MID, b.MID, a.SSN, b.SSN)
	}
}

// RFC 6458 section 8.1.26.
func TestAMessageInPieces(t *testing.T) {
	q := NewQueue()
	piece := func(text string, more bool) {
		q.Push(1, &Properties{Stream: 1, Partial: more, PPID: uint32(len(text)), Unordered: len(text) == 3}, []byte(text))
	}
	piece("abcdefghijkl", true)
	on(q, 0, 5)
	if got := take(q); got != "(11" || q.HasData(0) != true || q.HasData(1) != true || q.Settled(1) {
		t.Errorf("%s: another message begins before the one in pieces ends", got)
	}
	if q.NextSize(10) != 0 {
		t.Error("there is nothing to send")
	}
	piece("mno", true)
	piece("p", false)
	f := cut(q, 10)
	if string(f.Data) != "mno" || f.Begin || f.End || f.FSN != 2 || f.Message.PPID != 12 || f.Message.Unordered {
		t.Errorf("the second piece: %+v", f)
	}
	q.Acked(f.Message)
	f = cut(q, 10)
	if string(f.Data) != "p" || f.Begin || !f.End || f.FSN != 3 || f.Message.SSN != 0 {
		t.Errorf("the last piece: %+v", f)
	}
	q.Acked(f.Message)
	if got := take(q); got != "(0)" {
		t.Errorf("%s, want the other message", got)
	}
	if q.Held() != 0 || q.Unsent() != 0 || q.HasData(1) {
		t.Errorf("all acknowledged: held %d, unsent %d", q.Held(), q.Unsent())
	}
	on(q, 1, 5)
	if m := q.Head(); m.SSN != 0 || m.whole != m || cut(q, 10).Message.SSN != 1 {
		t.Error("what follows the last piece is another message, with the next sequence number")
	}
}

func TestPiecesOfMessagesAlternate(t *testing.T) {
	q := NewQueue()
	q.SetInterleaving(true)
	q.Push(1, &Properties{Stream: 1, Partial: true}, []byte("a"))
	on(q, 2, 5)
	if got := take(q); got != "(1(2)" {
		t.Errorf("%s: a message in pieces holds up another stream", got)
	}
	q.Push(1, &Properties{Stream: 1}, []byte("z"))
	if got := take(q); got != "1)" {
		t.Errorf("%s, want its end", got)
	}
}

func TestTheRestOfALostMessageIsRefused(t *testing.T) {
	q, o := NewQueue(), NewOutstanding(1)
	q.Push(1, &Properties{Stream: 1, Partial: true}, []byte("a"))
	o.Add(1, q, 10, 0)
	q.Push(1, &Properties{Stream: 1, Partial: true}, []byte("bc"))
	on(q, 2, 7)
	var got []int
	q.DropSent(o, func(m *Message) { got = append(got, len(m.Data)) })
	if !slices.Equal(got, []int{1, 2}) {
		t.Errorf("pieces of %v bytes given back", got)
	}
	if !q.Broken(1) || q.Broken(1) || q.Broken(7) {
		t.Error("the user is told once that there is nothing to continue")
	}
	q.Restart()
	if got := take(q); got != "(2)" {
		t.Errorf("%s is left", got)
	}
}

func TestPauseHoldsBackWhatComesAfterIt(t *testing.T) {
	q := NewQueue()
	on(q, 1, 25)
	on(q, 2, 5)
	f := cut(q, 10)
	q.Pause(1)
	q.Pause(2)
	on(q, 1, 5)
	on(q, 3, 5)
	if q.Settled(1) || q.Settled(2) || !q.Settled(4) {
		t.Error("settled with messages to send")
	}
	if got := take(q); got != "11)(2)(3)" {
		t.Errorf("%s, want what was there before the pause, and other streams", got)
	}
	if q.Settled(1) || !q.Settled(2) || q.Outstanding(1) != 1 || q.Outstanding(4) != 0 {
		t.Error("a chunk of stream 1 is outstanding")
	}
	q.Acked(f.Message)
	if !q.Settled(1) || !q.HasData(1) || q.Empty() {
		t.Error("a message waits for the end of the pause")
	}
	q.ResetSSN([]uint16{1, 9})
	q.Resume(1)
	q.Resume(2)
	q.Resume(9)
	if m := cut(q, 10).Message; m.Stream != 1 || m.SSN != 0 {
		t.Errorf("stream %d SSN %d, want the first of stream 1", m.Stream, m.SSN)
	}
	on(q, 2, 1)
	on(q, 3, 1)
	if a, b := cut(q, 10).Message, cut(q, 10).Message; a.SSN != 1 || b.SSN != 1 {
		t.Errorf("SSNs %d and %d, want 1: these streams were not reset", a.SSN, b.SSN)
	}
}

func TestAMessageInPiecesIsContinuedDuringAPause(t *testing.T) {
	q := NewQueue()
	q.Push(1, &Properties{Stream: 1, Partial: true}, []byte("a"))
	take(q)
	q.Pause(1)
	if q.Settled(1) {
		t.Error("settled in the middle of a message")
	}
	q.Push(1, &Properties{Stream: 1}, []byte("z"))
	on(q, 1, 5)
	if got := take(q); got != "1)" || !q.Settled(1) {
		t.Errorf("%s, want the end of the message and nothing else", got)
	}
}

// What everything else waits for is known, so that it can be let into a full buffer: once, not for ever.
func TestAQueueAwaitsTheRestOfAnOpenMessage(t *testing.T) {
	q := NewQueue()
	piece := func(id uint16) { q.Push(1, &Properties{Stream: id, Partial: true}, []byte("a")) }
	if q.Awaits(1) {
		t.Error("awaits more of nothing")
	}
	piece(1)
	if q.Awaits(1) {
		t.Error("awaits more before what it has is sent")
	}
	take(q)
	on(q, 2, 5)
	piece(3)
	if !q.Awaits(1) || q.Awaits(2) || q.Awaits(3) {
		t.Errorf("without interleaving: %v, %v, %v; want the first only", q.Awaits(1), q.Awaits(2), q.Awaits(3))
	}
	piece(1)
	if q.Awaits(1) {
		t.Error("awaits more, though there is some")
	}
	take(q)
	q.SetInterleaving(true)
	q.Pause(3)
	q.Pause(2)
	take(q)
	on(q, 2, 5)
	if !q.Awaits(1) || !q.Awaits(3) {
		t.Error("messages that were open before the pause have to end")
	}
	q.Hold()
	q.Pause(4)
	piece(4)
	if q.Awaits(4) || !q.Awaits(3) {
		t.Error("nothing begins behind a barrier, but what began goes on")
	}
}

func TestDropStreamsKeepsWhatWasBegun(t *testing.T) {
	q := NewQueue()
	on(q, 5, 25)
	cut(q, 10)
	on(q, 5, 1)
	on(q, 3, 2)
	on(q, 1, 3)
	on(q, 3, 4)
	q.Push(1, &Properties{Stream: 4, Partial: true}, make([]byte, 5))
	var got []int
	q.DropStreams(3, func(m *Message) { got = append(got, len(m.Data)) })
	if !slices.Equal(got, []int{1, 2, 4, 5}) {
		t.Errorf("dropped messages of %v bytes, want them in order of queueing", got)
	}
	if !q.Broken(4) {
		t.Error("the message in pieces can be continued")
	}
	if got := take(q); got != "55)(1)" {
		t.Errorf("%s is left", got)
	}
}

// Streams cost memory when they are used, and give it back.
func TestUnusedStreamsCostNothing(t *testing.T) {
	q := NewQueue()
	for id := range uint16(65535) {
		on(q, id, 1)
	}
	if n := strings.Count(take(q), "("); n != 65535 {
		t.Fatalf("%d messages left", n)
	}
	q.SetValue(65535, 7)
	q.ResetSSN(nil)
	if n := len(q.streams.pages); n != 65536/streamsPerPage || q.streams.at(65534) != nil {
		t.Errorf("%d pages, want those up to the stream with a value", n)
	}
	q.SetValue(65535, 0)
	if q.streams.pages != nil {
		t.Error("a table of streams is kept for nothing")
	}
	// The same by the heap: a used stream costs a few hundred bytes, one that was reset nothing.
	before := heap()
	used := NewQueue()
	for id := range uint16(1000) {
		on(used, 65*id, 1)
	}
	take(used)
	used.pool = pool{}
	perStream := (heap() - before) / 1000
	used.ResetSSN(nil)
	if after := heap() - before; perStream > 1000 || after > 8<<10+1000*perStream/10 {
		t.Errorf("%d bytes a stream in use, %d in all after a reset", perStream, after)
	}
	runtime.KeepAlive(used)
}

func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func TestSchedulingManyStreamsDoesNotAllocate(t *testing.T) {
	q, o := NewQueue(), NewOutstanding(1)
	q.SetInterleaving(true)
	q.SetScheduler(sched.WeightedFair())
	data := make([]byte, 3000)
	cycle := func() {
		for id := range uint16(50) {
			q.Push(1, &Properties{Stream: id}, data)
		}
		for q.Head() != nil {
			o.Add(1, q, 1400, 0)
		}
		o.Ack(o.NextTSN()-1, noGaps, q)
	}
	cycle()
	if n := testing.AllocsPerRun(100, cycle); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkSendOnManyStreams(b *testing.B) {
	for _, streams := range []int{1, 100, 65535} {
		b.Run(fmt.Sprint(streams), func(b *testing.B) {
			q := NewQueue()
			data := make([]byte, 64)
			b.ReportAllocs()
			for i := range b.N {
				q.Push(1, &Properties{Stream: uint16(i % streams)}, data)
				if q.messages == streams {
					q.Acked(cut(q, 1400).Message)
				}
			}
		})
	}
}

// RFC 8260 section 2.3.2.
func TestResetCountsBothKindsOfMessagesAnew(t *testing.T) {
	q := NewQueue()
	q.SetInterleaving(true)
	mids := func() (list []seq.MID) {
		for _, unordered := range []bool{false, true, true} {
			q.Push(1, &Properties{Stream: 1, Unordered: unordered}, make([]byte, 5))
			f := cut(q, 10)
			list = append(list, f.Message.MID)
			q.Acked(f.Message)
		}
		return list
	}
	want := []seq.MID{0, 0, 1}
	if got := mids(); !slices.Equal(got, want) {
		t.Fatalf("MIDs %d, want %d", got, want)
	}
	if got := mids(); slices.Equal(got, want) {
		t.Fatal("MIDs do not go on")
	}
	q.ResetSSN([]uint16{1})
	if got := mids(); !slices.Equal(got, want) {
		t.Errorf("after a reset MIDs %d, want %d", got, want)
	}
}
