package rx

import (
	"fmt"
	"testing"
)

// RFC 6458 section 8.1.20, level 2: other streams go on between the parts of a message, its own stream does not.
func TestLevel2LetsOtherStreamsGoOn(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4, Level: 2})
	ti.add("0 1.0 B", "abcd")
	ti.want("the point is reached", "1.0:abcd…")
	ti.add("3 2.0 BE", "other")
	ti.add("4 1.1 BE", "next")
	ti.add("5 1.5 BEU", "unordered")
	ti.want("another stream", "2.0:other")
	ti.wantIdle("stream 1 waits for the rest, unordered messages too")
	ti.add("1 1.0 X", "ef")
	ti.want("a part", "1.0:ef…")
	ti.add("2 1.0 E", "g")
	ti.want("the end, then what waited for it", "1.0:g", "1.u:unordered", "1.1:next")
	ti.wantDrained("all has been read")
}

// Several messages at once, with DATA as far as gaps between TSNs allow.
func TestLevel2HandsOutSeveralMessagesInParts(t *testing.T) {
	for _, newTest := range []func(*testing.T, Config) *testInbound{newTestInbound, newTestInterleaved} {
		ti := newTest(t, Config{PartialDeliveryPoint: 4, Level: 2})
		f := func(fsn int) string {
			if ti.q.interleaved {
				return fmt.Sprintf("/%d", fsn)
			}
			return ""
		}
		ti.add("0 1.0"+f(0)+" B", "abcd")
		ti.add("3 2.0"+f(0)+" BU", "efgh")
		ti.add("6 3.0"+f(0)+" B", "ijkl")
		ti.want("each has reached the point", "1.0:abcd…", "2.u:efgh…", "3.0:ijkl…")
		ti.add("4 2.0"+f(1)+" XU", "mn")
		ti.add("1 1.0"+f(1)+" X", "op")
		ti.want("whichever has something", "2.u:mn…", "1.0:op…")
		ti.add("7 3.0"+f(1)+" E", "q")
		ti.add("2 1.0"+f(2)+" E", "r")
		ti.add("5 2.0"+f(2)+" EU", "s")
		ti.want("they end", "3.0:q", "1.0:r", "2.u:s")
		ti.wantDrained("all has been read")
	}
}

// Two large messages of one stream, of which one is not ordered: the second begins when the first has ended.
func TestLevel2HandsOutOneMessageOfAStreamInParts(t *testing.T) {
	ti := newTestInterleaved(t, Config{PartialDeliveryPoint: 4})
	ti.add("0 1.0/0 B", "abcd")
	ti.add("1 1.0/0 BU", "efgh")
	ti.add("2 1.1/0 BU", "ijkl")
	ti.add("3 2.0/0 B", "mnop")
	ti.want("one of stream 1, and one of stream 2", "1.0:abcd…", "2.0:mnop…")
	ti.add("4 1.1/1 EU", "!")
	ti.wantIdle("complete, but not before the first has ended")
	ti.add("5 1.0/1 E", "!")
	ti.want("the first ends; the complete one was due before the next begins", "1.0:!", "1.u1:ijkl!", "1.u:efgh…")
	ti.add("6 1.0/1 EU", "!")
	ti.want("and ends", "1.u:!")
}

// A short read does not let another message in between, although level 2 would allow it: what can be read of one is read first.
func TestShortReadsAtLevel2(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4, Level: 2})
	ti.add("0 1.0 B", "abcdef")
	ti.add("2 2.0 BE", "other")
	for i, want := range []string{"1.0:abcd…", "1.0:ef…", "2.0:othe…", "2.0:r"} {
		if got := ti.read(4); got != want {
			t.Fatalf("read %d: %q, want %q", i, got, want)
		}
	}
	ti.wantIdle("the rest of the first is missing")
}

// At every level: a message that nothing but its number keeps back is not begun, however large.
func TestLackOfMemoryBeginsWhatIsNextInLine(t *testing.T) {
	for _, level := range []int{0, 1, 2} {
		ti := newTestInbound(t, Config{MaxBytes: 4000, Level: level})
		ti.add("1 1.1 B", string(make([]byte, 1000)))
		ti.add("4 2.0 B", string(make([]byte, 1000)))
		ti.addErr("no memory for this one", ErrNoMemory, "7 3.0 B", string(make([]byte, 1000)))
		if got := ti.read(2000); len(got) != len("2.0:…")+1000 || got[:4] != "2.0:" {
			t.Errorf("level %d: read %q", level, clip(got))
		}
		ti.wantIdle("stream 1 waits for its number 0")
	}
}

// RFC 9260 section 5.2.4.1, with several messages in partial delivery.
func TestResetCutsEveryPartialDelivery(t *testing.T) {
	ti := newTestInterleaved(t, Config{PartialDeliveryPoint: 4})
	for _, stream := range []int{7, 3, 5} {
		ti.add(fmt.Sprintf("%d %d.0/0 B", stream, stream), "abcd")
	}
	ti.want("in parts", "7.0:abcd…", "3.0:abcd…", "5.0:abcd…")
	ti.add("8 5.0/0 BEU", "behind")
	ti.add("9 6.0/0 B", "not read")
	ti.q.Reset()
	ti.wantCut("in the order of streams", "3.0", "5.0", "7.0")
	ti.want("what is complete stays readable", "5.u:behind")
	ti.wantDrained("the rest went")
}

// Whoever closes the window lets in what the reader waits for, and nothing else.
func TestAwaits(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4, Level: 2})
	if ti.q.Awaits(testInitial) {
		t.Error("an empty buffer waits for nothing")
	}
	ti.add("0 1.0 B", "abcd")
	ti.add("3 2.0 B", "abcd")
	ti.want("in parts", "1.0:abcd…", "2.0:abcd…")
	for offset, want := range []bool{false, true, false, false, true, false} {
		if got := ti.q.Awaits(testInitial.Add(offset)); got != want {
			t.Errorf("TSN %d: %v, want %v", offset, got, want)
		}
	}
	il := newTestInterleaved(t, Config{PartialDeliveryPoint: 4})
	il.add("0 1.0/0 B", "abcd")
	if il.q.Awaits(testInitial + 1) {
		t.Error("there is something to read")
	}
	il.want("in parts", "1.0:abcd…")
	if !il.q.Awaits(testInitial+1) || il.q.Awaits(testInitial+2) {
		t.Error("whatever comes next can be read, what comes after it cannot")
	}
	il.add("2 1.1/0 BE", "x")
	if il.q.Awaits(testInitial.Add(3)) {
		t.Error("a TSN is missing, which has to come first")
	}
}

// A change waits until no message is in partial delivery: its lane is of the kind of the level it began at.
func TestLevelChangesBetweenMessages(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4})
	ti.add("0 1.0 B", "abcd")
	ti.want("a part", "1.0:abcd…")
	ti.q.SetPartialDelivery(3, 2)
	ti.add("2 2.0 BE", "other")
	ti.wantIdle("still at level 0")
	ti.add("1 1.0 E", "e")
	ti.want("the end, then the other", "1.0:e", "2.0:other")
	ti.add("3 1.1 B", "abc")
	ti.want("a part, of the new size", "1.1:abc…")
	ti.add("5 2.1 BE", "other")
	ti.want("level 2", "2.1:other")
	ti.q.SetPartialDelivery(3, 1)
	ti.add("6 2.2 BE", "more")
	ti.want("still level 2", "2.2:more")
	ti.add("4 1.1 E", "d")
	ti.want("the end", "1.1:d")
	ti.add("7 1.2 B", "abc")
	ti.add("9 2.3 BE", "other")
	ti.want("a part, and nothing else", "1.2:abc…")
	ti.add("8 1.2 E", "d")
	ti.want("the rest", "1.2:d", "2.3:other")
	ti.wantDrained("all has been read")
}
