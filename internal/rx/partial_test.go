package rx

import (
	"fmt"
	"strings"
	"testing"
)

func TestPartialDeliveryBeginsAtThePoint(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4})
	ti.add("0 1.0 B", "ab")
	ti.wantIdle("two bytes are fewer than four")
	ti.add("1 1.0 X", "cd")
	ti.want("four are enough", "1.0:abcd…")
	ti.wantIdle("the reader has everything that came")
	ti.add("3 1.0 E", "gh")
	ti.wantIdle("what has arrived does not continue it")
	ti.add("2 1.0 X", "ef")
	ti.want("the rest is there", "1.0:efgh")
	ti.wantDrained("all has been read")
}

// RFC 6458 section 8.1.20, level 0: during a partial delivery nothing else is handed out.
func TestPartialDeliveryHoldsEverythingElseBack(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4})
	ti.add("1 1.0 B", "abcd")
	ti.want("the point is reached", "1.0:abcd…")
	ti.add("0 2.0 BE", "other")
	ti.add("3 2.1 BEU", "unordered")
	ti.wantIdle("they wait for the partial delivery")
	ti.add("2 1.0 E", "e")
	ti.want("it ends; the others follow in the order in which they became due", "1.0:e", "2.0:other", "2.u:unordered")
	ti.wantDrained("all has been read")
}

func TestCompleteMessagesComeBeforeALaterPartialDelivery(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4})
	ti.add("0 1.0 BE", "a")
	ti.add("1 2.0 B", "bcde")
	ti.add("4 1.1 BE", "f")
	ti.want("as they became due", "1.0:a", "2.0:bcde…")
	ti.add("2 2.0 X", "x")
	ti.add("3 2.0 E", "y")
	ti.want("the rest, then what came meanwhile", "2.0:xy", "1.1:f")
	ti.wantDrained("all has been read")
}

func TestMessageThatCompletesBeforeItIsReadIsWhole(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4})
	ti.add("0 1.0 B", "abcd")
	ti.add("1 1.0 E", "e")
	ti.want("nobody read in between", "1.0:abcde")
}

func TestOnePartialDeliveryAtATime(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4})
	ti.add("0 1.0 B", "abcd")
	ti.add("2 2.0 BU", "efgh")
	ti.add("4 3.0 B", "ijkl")
	ti.want("the first that reached the point", "1.0:abcd…")
	ti.wantIdle("the others wait")
	ti.add("3 2.0 EU", "!") // complete before its turn, so it is not delivered in parts at all
	ti.add("1 1.0 E", "!")
	ti.want("the complete one was due first, then the next large one begins", "1.0:!", "2.u:efgh!", "3.0:ijkl…")
	ti.add("5 3.0 E", "!")
	ti.want("and ends", "3.0:!")
	ti.wantDrained("all has been read")
}

func TestMessageOutOfLineIsNotDeliveredInParts(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4})
	ti.add("1 1.1 B", "abcd")
	ti.wantIdle("SSN 0 comes first")
	ti.add("0 1.0 BE", "0")
	ti.want("now it is next in line", "1.0:0", "1.1:abcd…")
}

func TestPartialDeliveryNeedsTheBeginning(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 4})
	ti.add("1 1.0 X", "cdef")
	ti.wantIdle("the first fragment is missing")
	ti.add("0 1.0 B", "ab")
	ti.want("with it the point is reached at once", "1.0:abcdef…")
}

// A message larger than the whole buffer, and a point that it cannot reach: without partial delivery the window would stay closed.
func TestLackOfMemoryForcesPartialDelivery(t *testing.T) {
	const limit = 8000
	for _, point := range []int{0, 1 << 20} {
		ti := newTestInbound(t, Config{PartialDeliveryPoint: point, MaxBytes: limit})
		const fragments = 50
		var got strings.Builder
		for i := range fragments {
			flags := "X"
			switch i {
			case 0:
				flags = "B"
			case fragments - 1:
				flags = "E"
			}
			ti.add(fmt.Sprintf("%d 1.0 %s", i, flags), strings.Repeat(string(rune('a'+i%26)), 1000))
			if i < 2 {
				ti.wantIdle("there is memory left to wait for more")
			}
			if s, ok := strings.CutPrefix(ti.read(100000), "1.0:"); ok {
				got.WriteString(strings.TrimSuffix(s, "…"))
			}
		}
		if n := got.Len(); n != fragments*1000 {
			t.Errorf("point %d: %d bytes were read, want %d", point, n, fragments*1000)
		}
		ti.wantDrained("all has been read")
	}
}

// Chunks so large that the next one never fits: the refusal itself has to begin the partial delivery.
func TestRefusalForcesPartialDelivery(t *testing.T) {
	ti := newTestInbound(t, Config{MaxBytes: 4000})
	ti.add("0 1.0 B", strings.Repeat("a", 1900))
	ti.wantIdle("there is memory left")
	ti.addErr("no memory for this one", ErrNoMemory, "1 1.0 E", strings.Repeat("b", 2000))
	ti.want("the first part is handed out", "1.0:"+strings.Repeat("a", 1900)+"…")
	ti.add("1 1.0 E", strings.Repeat("b", 2000))
	ti.want("the peer repeated the rest", "1.0:"+strings.Repeat("b", 2000))
	ti.wantDrained("all has been read")
}

// A peer whose next chunk does not fit waits, and it is mostly one like the last: the window is as good as closed.
func TestWindowTooSmallForAnotherChunk(t *testing.T) {
	const size = 1000 - ChunkOverhead
	for _, c := range []struct {
		window int
		whole  bool
	}{{4000, true}, {3999, false}} {
		ti := newTestInbound(t, Config{MaxBytes: 8000, Window: c.window - ChunkOverhead})
		ti.add("0 1.0 B", strings.Repeat("a", size))
		ti.add("1 1.0 X", strings.Repeat("b", size))
		ti.wantIdle("there is room for two more")
		ti.add("2 1.0 X", strings.Repeat("c", size))
		if first := ti.read(size); (first == "") != c.whole {
			t.Errorf("window of %d: read %q", c.window, clip(first))
		}
	}
}

// Memory is short, but there is something to read: that makes room too, and costs nobody a message in parts.
func TestNoForcedPartialDeliveryWhileSomethingIsComplete(t *testing.T) {
	ti := newTestInbound(t, Config{MaxBytes: 4000})
	ti.add("0 2.0 BE", strings.Repeat("a", 1500))
	ti.add("1 1.0 B", strings.Repeat("b", 1500))
	if got := ti.read(2000); !strings.HasPrefix(got, "2.0:a") {
		t.Fatalf("read %q, want the complete message", clip(got))
	}
	ti.wantIdle("there is room for the rest of the other")
}

// The reader waits for the rest of a message in partial delivery, and complete ones that must wait for it fill the memory.
func TestPartialDeliveryGoesOnWithoutMemory(t *testing.T) {
	ti := newTestInbound(t, Config{MaxBytes: 4000, PartialDeliveryPoint: 4})
	ti.add("3 1.0 B", "abcd")
	ti.want("the point is reached", "1.0:abcd…")
	for i := range 3 {
		ti.add(fmt.Sprintf("%d 2.%d BE", i, i), strings.Repeat("x", 1200))
	}
	ti.addErr("the memory is full", ErrNoMemory, "5 2.3 BE", "x")
	for i := range 5 {
		ti.add(fmt.Sprintf("%d 1.0 X", 4+i), "ef")
		if i == 0 {
			ti.addErr("what nobody waits for is refused", ErrNoMemory, fmt.Sprintf("%d 1.0 X", 5+i), "ef")
		}
		ti.want("what the reader waits for is not", "1.0:ef…")
	}
	ti.add("9 1.0 E", "!")
	ti.want("it ends, and memory comes free", "1.0:!")
	for i := range 3 {
		ti.want("the others follow", fmt.Sprintf("2.%d:%s", i, strings.Repeat("x", 1200)))
	}
	ti.wantDrained("all has been read")
}
