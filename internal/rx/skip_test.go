package rx

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// skipped is what a story's peer gives up in a stream: up to a number, of the ordered or of the unordered messages.
type skipped struct {
	stream    uint16
	number    uint32
	unordered bool
}

// skip brings in a FORWARD TSN or I-FORWARD-TSN. Cum counts from the first TSN.
func (ti *testInbound) skip(cum int, list ...skipped) {
	ti.t.Helper()
	to := testInitial.Add(cum)
	skipTo(ti.q, ti.m, to)
	if ti.q.interleaved {
		var messages []wire.SkippedMessage
		for _, s := range list {
			messages = append(messages, wire.SkippedMessage{StreamID: s.stream, Unordered: s.unordered, MID: seq.MID(s.number)})
		}
		c, _, _ := wire.NextChunk(wire.AppendIForwardTSN(nil, to, messages))
		f, err := wire.ParseIForwardTSN(c)
		if err != nil {
			ti.t.Fatal(err)
		}
		ti.q.SkipInterleaved(&f)
	} else {
		var streams []wire.SkippedStream
		for _, s := range list {
			streams = append(streams, wire.SkippedStream{StreamID: s.stream, SSN: seq.SSN(s.number)})
		}
		c, _, _ := wire.NextChunk(wire.AppendForwardTSN(nil, to, streams))
		f, err := wire.ParseForwardTSN(c)
		if err != nil {
			ti.t.Fatal(err)
		}
		ti.q.Skip(&f)
	}
	checkBooks(ti.t, ti.q)
}

// skipTo gives up all TSNs up to cum that have not come.
func skipTo(q *Inbound, m *TSNMap, cum seq.TSN) {
	for first, last, ok := m.NextMissing(m.CumTSN(), cum); ok; first, last, ok = m.NextMissing(last, cum) {
		q.SkipTSNs(first, last)
	}
	m.Advance(cum)
}

// newTestLax returns the pipe of an association whose peer may give messages up.
func newTestLax(t *testing.T, c Config) *testInbound {
	t.Helper()
	ti := newTestInbound(t, c)
	ti.q.SetLax(true)
	return ti
}

func newTestLaxInterleaved(t *testing.T, c Config) *testInbound {
	t.Helper()
	ti := newTestInterleaved(t, c)
	ti.q.SetLax(true)
	return ti
}

// RFC 3758 section 3.6: what waited for messages that were given up is made available.
func TestSkipLetsTheStreamGoOn(t *testing.T) {
	ti := newTestLax(t, Config{})
	ti.add("1 1.1 BE", "one")
	ti.add("3 1.3 BE", "three")
	ti.add("5 2.1 BE", "other")
	ti.wantIdle("0 is missing in both streams")
	ti.skip(0, skipped{stream: 1, number: 0})
	ti.want("0 was given up", "1.1:one")
	ti.wantIdle("2 is still to come")
	ti.skip(4, skipped{stream: 1, number: 2}, skipped{stream: 2, number: 0})
	ti.want("they follow", "1.3:three", "2.1:other")
	ti.add("6 1.4 BE", "four")
	ti.want("the stream goes on", "1.4:four")
	ti.wantDrained("all has been read")
}

// Section 3.6: messages up to the number named are available although some before them are missing.
func TestSkipHandsOutStrandedMessagesInOrder(t *testing.T) {
	ti := newTestLax(t, Config{})
	ti.add("5 1.5 BE", "5")
	ti.add("3 1.3 BE", "3")
	ti.add("1 1.1 BE", "1")
	ti.add("7 1.7 BE", "7")
	ti.skip(6, skipped{stream: 1, number: 6})
	ti.want("everything up to 6, then what follows", "1.1:1", "1.3:3", "1.5:5", "1.7:7")
	ti.wantDrained("all has been read")
}

// Section 3.6: a message of which a TSN was given up goes, whichever part of it is there.
func TestSkipDropsIncompleteMessages(t *testing.T) {
	for _, flags := range []string{"", "U"} {
		ti := newTestLax(t, Config{})
		ti.add("0 1.0 B"+flags, "a")
		ti.add("2 1.0 X"+flags, "c")
		ti.add("4 1.0 E"+flags, "e")
		ti.add("6 2.0 BE", "other")
		ti.skip(3, skipped{stream: 1, number: 0})
		ti.wantCut("no part of it was read")
		ti.want("another message", "2.0:other")
		ti.add("5 1.1 BE", "next")
		ti.want("the next one", "1.1:next")
		ti.wantDrained("nothing is left of it")
	}
}

// The peer moves the cumulative TSN into the middle of a message that it gave up; what was on its way still comes.
func TestFragmentsOfAMessageGivenUpAreDiscarded(t *testing.T) {
	ti := newTestLax(t, Config{})
	ti.add("0 1.0 B", "a")
	ti.add("5 1.0 X", "f")
	ti.skip(2, skipped{stream: 1, number: 0})
	ti.add("3 1.0 X", "d")
	ti.add("6 1.0 E", "g")
	ti.add("4 1.0 X", "e")
	ti.wantDrained("it will never be complete")
	ti.add("7 1.1 BE", "next")
	ti.want("the next message", "1.1:next")
	ti.wantDrained("all has been read")
	if ti.m.HasGaps() || ti.q.seams.holes != 0 {
		t.Error("TSNs count as missing")
	}
}

func TestUnorderedFragmentsAfterASkipAreDiscarded(t *testing.T) {
	ti := newTestLax(t, Config{})
	ti.add("2 1.0 XU", "c")
	ti.skip(0)
	ti.add("1 1.0 XU", "b") // it goes on from what was given up, and takes the next one with it
	ti.wantDrained("its beginning was given up")
	ti.add("3 1.0 EU", "d")
	ti.wantDrained("and the end too")
	ti.add("4 1.0 BEU", "next")
	ti.want("the next message", "1.u:next")
}

// A sender that gives up a message may never send its last fragments: the next message begins where it had not ended.
func TestMessageMayBeginInsideOneThatIsGivenUp(t *testing.T) {
	for _, c := range []struct {
		name   string
		chunks []string
		skip   int
		want   []string
	}{
		{"after the fact", []string{"0 1.0 B", "1 1.1 BE"}, -1, nil},
		{"the other way round", []string{"1 1.1 BE", "0 1.0 B"}, -1, nil},
		{"unordered", []string{"0 1.0 BU", "1 1.0 XU", "2 1.0 BE"}, -1, []string{"1.0:2 1.0 BE"}},
		{"a late middle", []string{"0 1.0 B", "2 1.1 BE", "1 1.0 X"}, -1, nil},
		{"and its number is given up", []string{"0 1.0 B", "1 1.1 BE"}, 1, []string{"1.1:1 1.1 BE"}},
	} {
		ti := newTestLax(t, Config{})
		for _, header := range c.chunks {
			ti.add(header, header)
			checkBooks(t, ti.q)
		}
		if c.skip >= 0 {
			ti.skip(c.skip, skipped{stream: 1, number: 0})
		}
		ti.want(c.name, c.want...)
		ti.wantIdle(c.name)
	}
}

func TestSkipCutsAPartialDelivery(t *testing.T) {
	ti := newTestLax(t, Config{PartialDeliveryPoint: 4})
	ti.add("0 1.0 B", "abcd")
	ti.want("the point is reached", "1.0:abcd…")
	ti.add("6 2.0 BE", "behind")
	ti.add("3 1.0 X", "ef")
	ti.wantIdle("the second part is missing")
	ti.skip(2, skipped{stream: 1, number: 0})
	ti.wantCut("it was read in part (section 3.6)", "1.0")
	ti.want("what waited behind it", "2.0:behind")
	ti.add("4 1.1 BE", "next")
	ti.want("the stream goes on", "1.1:next")
	ti.wantDrained("nothing is left of it")
}

// The same when the chunk that begins inside it is of a stream that does not exist.
func TestCutPartialDeliveryMakesRoomForTheNext(t *testing.T) {
	ti := newTestLax(t, Config{PartialDeliveryPoint: 4})
	ti.add("0 1.0 B", "abcd")
	ti.want("the point is reached", "1.0:abcd…")
	ti.add("5 2.0 B", "efgh")
	ti.addErr("there are ten streams", ErrBadStream, "1 10.0 BE", "x")
	ti.wantCut("another message began", "1.0")
	ti.want("the next is handed out in parts", "2.0:efgh…")
}

func TestSkipDropsWhatOfAPartialDeliveryWasNotRead(t *testing.T) {
	ti := newTestLax(t, Config{PartialDeliveryPoint: 4})
	ti.add("0 1.0 B", "abcd")
	ti.skip(1, skipped{stream: 1, number: 0})
	ti.wantCut("nothing of it was read")
	ti.wantDrained("and nothing can be")
}

// Nonsense in the list changes nothing, and takes no memory.
func TestSkipIgnoresNonsense(t *testing.T) {
	ti := newTestLax(t, Config{Streams: 3})
	ti.add("0 1.0 BE", "zero")
	ti.add("2 1.2 BE", "two")
	ti.skip(-1, skipped{stream: 3, number: 1}, skipped{stream: 65535, number: 1}, skipped{stream: 1, number: 0}, skipped{stream: 1, number: 0x8001})
	ti.want("stream 1 is where it was", "1.0:zero")
	ti.wantIdle("1 is still to come")
	ti.skip(1, skipped{stream: 1, number: 1}, skipped{stream: 1, number: 1}, skipped{stream: 1, number: 0})
	ti.want("listed twice, and in the wrong order", "1.2:two")
	ti.add("3 1.3 BE", "three")
	ti.want("and the stream goes on", "1.3:three")
	if n := len(ti.q.order.lines.pages); n != 1 {
		t.Errorf("%d pages of streams", n)
	}
}

// A list that goes far ahead is believed: the peer may have given up that many. The numbers between are gone.
func TestSkipFarAhead(t *testing.T) {
	ti := newTestLax(t, Config{})
	ti.skip(60000, skipped{stream: 1, number: 32766})
	if n := len(ti.q.seams.ring); n != minSeams || ti.q.seams.holes != 0 {
		t.Errorf("the ring has %d slots, %d holes", n, ti.q.seams.holes)
	}
	ti.add("60001 1.32766 BE", "stale")
	ti.wantDrained("that number was given up")
	ti.add("60002 1.32767 BE", "next")
	ti.want("the next one was not", "1.32767:next")
}

// One number, as many as are looked up one by one, and more: it makes no difference.
func TestSkipOfManyNumbers(t *testing.T) {
	for _, n := range []int{1, 2, maxWalk - 1, maxWalk, maxWalk + 1, 3 * maxWalk} {
		for _, newTest := range []func(*testing.T, Config) *testInbound{newTestLax, newTestLaxInterleaved} {
			ti := newTest(t, Config{})
			header := func(tsn, number int, flags string) string {
				if ti.q.interleaved {
					return fmt.Sprintf("%d 1.%d/0 %s", tsn, number, flags)
				}
				return fmt.Sprintf("%d 1.%d %s", tsn, number, flags)
			}
			ti.add(header(2*n+1, n, "BE"), "next")
			ti.add(header(1, 0, "B"), "cut")
			if n > 1 {
				ti.add(header(2*n-1, n-1, "BE"), "last")
			}
			ti.skip(2*n, skipped{stream: 1, number: uint32(n - 1)})
			if n > 1 {
				ti.want("complete", fmt.Sprintf("1.%d:last", n-1))
			}
			ti.want("in line", fmt.Sprintf("1.%d:next", n))
			ti.wantDrained("nothing is left")
		}
	}
}

// RFC 8260 section 2.3.1: ordered and unordered messages are given up by number, as TSNs tell nothing about them.
func TestSkipInterleaved(t *testing.T) {
	ti := newTestLaxInterleaved(t, Config{PartialDeliveryPoint: 4})
	ti.add("0 1.1/0 B", "abcd")
	ti.want("read in part", "") // MID 0 is missing
	ti.add("1 2.1/0 BU", "efgh")
	ti.want("read in part", "2.u1:efgh…")
	ti.add("3 2.2/3 XU", "later")
	ti.add("4 1.2/0 BE", "next")
	ti.add("6 2.1/2 XU", "x")
	ti.skip(5, skipped{1, 1, false}, skipped{2, 1, true})
	ti.wantCut("the unordered one was read in part", "2.u1")
	ti.want("ordered messages go on", "1.2:next")
	ti.add("7 2.1/3 EU", "late")
	ti.add("8 1.1/1 E", "late")
	ti.wantIdle("they were given up")
	ti.add("9 2.2/0 BU", "1")
	ti.add("10 2.2/1 XU", "2")
	ti.add("11 2.2/2 XU", "3")
	ti.add("12 2.2/4 EU", "!")
	if got := ti.read(100); got != "2.u2:123later!" {
		t.Errorf("the next unordered message is %q", got)
	}
	ti.wantDrained("all has been read")
	if n := len(ti.q.assemblies.open) + len(ti.q.assemblies.loose); n != 0 {
		t.Errorf("%d entries are left", n)
	}
}

// Unordered MIDs go on for ever; those long after the last one given up are not of the past.
func TestGivenUpNumbersAreForgotten(t *testing.T) {
	ti := newTestLaxInterleaved(t, Config{})
	ti.skip(0, skipped{1, 5, true})
	mid := uint32(5)
	for tsn := 1; tsn < 12; tsn++ {
		mid += maxGivenLag - 1
		d := idata("0 1.0/0 BEU", "x")
		d.TSN, d.MID = testInitial.Add(tsn), seq.MID(mid)
		if err := ti.q.AddInterleaved(d); err != nil || !ti.q.Readable() {
			t.Fatalf("MID %d: %v", mid, err)
		}
		ti.read(10)
	}
}

// With partial reliability a number of the past is no proof of anything; without, it is.
func TestStaleNumbersAreDiscardedIfThePeerMayGiveUp(t *testing.T) {
	ti := newTestLax(t, Config{})
	ti.add("0 1.0 BE", "a")
	ti.add("1 1.0 BE", "b")
	ti.add("3 1.40000 X", "c")
	ti.want("the first", "1.0:a")
	ti.wantDrained("the others were discarded")
	il := newTestLaxInterleaved(t, Config{})
	il.add("0 1.0/0 BE", "a")
	il.add("1 1.0/0 B", "b")
	il.want("the first", "1.0:a")
	il.wantDrained("the other was discarded")
}

func TestMissingRanges(t *testing.T) {
	m := mapWith(testInitial, 0, 3, 4, 8, 70, 200)
	for _, c := range []struct {
		last int
		want []int // pairs
	}{
		{0, nil},
		{1, []int{1, 1}},
		{2, []int{1, 2}},
		{3, []int{1, 2}},
		{5, []int{1, 2, 5, 5}},
		{100, []int{1, 2, 5, 7, 9, 69, 71, 100}},
		{200, []int{1, 2, 5, 7, 9, 69, 71, 199}},
		{300, []int{1, 2, 5, 7, 9, 69, 71, 199, 201, 300}},
	} {
		var got []int
		last := testInitial.Add(c.last)
		for from, to, ok := m.NextMissing(m.CumTSN(), last); ok; from, to, ok = m.NextMissing(to, last) {
			got = append(got, from.Diff(testInitial), to.Diff(testInitial))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("up to %d: %v, want %v", c.last, got, c.want)
		}
	}
	if from, _, ok := m.NextMissing(testInitial-5, testInitial.Add(5)); !ok || from != testInitial.Add(1) {
		t.Errorf("what lies before the cumulative TSN is missing: %d, %v", from, ok)
	}
}
