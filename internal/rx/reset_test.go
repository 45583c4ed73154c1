package rx

import (
	"slices"
	"testing"
)

func TestResetStreamsBeginAgain(t *testing.T) {
	for _, streams := range [][]uint16{{1}, nil} {
		ti := newTestInbound(t, Config{})
		ti.add("0 1.0 BE", "a")
		ti.add("1 1.1 BE", "b")
		ti.add("2 2.0 BE", "c")
		ti.q.ResetStreams(streams)
		ti.add("3 1.0 BE", "d")
		if streams != nil {
			ti.add("4 2.1 BE", "e")
			ti.want("what was there stays readable", "1.0:a", "1.1:b", "2.0:c", "1.0:d", "2.1:e")
			continue
		}
		ti.add("4 2.0 BE", "e")
		ti.want("all begin again", "1.0:a", "1.1:b", "2.0:c", "1.0:d", "2.0:e")
	}
}

// What still waits for another message cannot be in turn any more, and would be mistaken for one of the new numbers.
func TestResetStreamsDropWhatIsOutOfTurn(t *testing.T) {
	ti := newTestInbound(t, Config{})
	ti.add("0 1.1 BE", "old")
	ti.add("1 2.1 BE", "other")
	ti.add("2 3.1 BE", "older")
	before := ti.q.Bytes()
	ti.q.ResetStreams([]uint16{1, 3})
	if n := ti.q.Bytes(); n >= before-2*ChunkOverhead {
		t.Errorf("%d bytes are held after the reset, %d before", n, before)
	}
	ti.add("3 1.0 BE", "a")
	ti.add("4 1.1 BE", "b")
	ti.add("5 2.0 BE", "c")
	ti.want("only streams not listed keep it", "1.0:a", "1.1:b", "2.0:c", "2.1:other")
	ti.wantDrained("all has been read")
}

func TestResetStreamsDropUnfinishedAssemblies(t *testing.T) {
	ti := newTestInterleaved(t, Config{PartialDeliveryPoint: 1})
	ti.add("0 1.0/0 B", "begun")
	ti.add("1 1.0/2 X", "loose")
	ti.add("2 1.1/1 E", "loose")
	ti.add("3 2.0/1 EU", "loose")
	ti.add("4 3.0/0 B", "other")
	if got := ti.read(100); got != "1.0:begun…" {
		t.Fatalf("read %q", got)
	}
	ti.q.ResetStreams([]uint16{1, 2})
	ti.wantCut("a part of it had been read", "1.0")
	if n := len(ti.q.assemblies.open); n != 1 {
		t.Errorf("%d assemblies are open, want that of stream 3", n)
	}
	ti.add("5 1.0/0 BE", "a")
	ti.add("6 2.0/0 BEU", "b")
	ti.add("7 3.0/1 E", "stream")
	ti.q.ResetStreams(nil)
	ti.add("8 3.0/0 BE", "c")
	got := []string{ti.read(100), ti.read(100), ti.read(100), ti.read(100)}
	slices.Sort(got)
	if want := []string{"1.0:a", "2.u:b", "3.0:c", "3.0:otherstream"}; !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
	ti.wantDrained("all has been read")
}

// RFC 6525 is for programs that use streams and throw them away.
func TestResetStreamsGiveMemoryBack(t *testing.T) {
	for _, streams := range [][]uint16{{130, 9000, 65000}, nil} {
		ti := newTestInbound(t, Config{Streams: 65535})
		ti.add("0 130.0 BE", "a")
		ti.add("1 9000.0 BE", "b")
		ti.add("2 65000.0 BE", "c")
		ti.want("three streams are in use", "130.0:a", "9000.0:b", "65000.0:c")
		ti.q.ResetStreams(streams)
		for i, p := range ti.q.order.lines.pages {
			if p != nil {
				t.Errorf("reset of %v: page %d is still there", streams, i)
			}
		}
	}
}

// RFC 6525 section 5.2.4 G4: as after a FORWARD TSN that gives up everything.
func TestSkipAllHandsOutWhatIsComplete(t *testing.T) {
	for _, newTest := range []func(*testing.T, Config) *testInbound{newTestInbound, newTestInterleaved} {
		ti := newTest(t, Config{PartialDeliveryPoint: 4})
		fsn := ""
		if ti.q.interleaved {
			fsn = "/0"
		}
		ti.add("9 2.7"+fsn+" BE", "seven")
		ti.add("7 2.3"+fsn+" BE", "three")
		ti.add("5 1.1"+fsn+" BE", "one")
		ti.add("3 1.2"+fsn+" B", "incomplete")
		ti.add("0 3.0"+fsn+" B", "abcd")
		ti.want("a part", "3.0:abcd…")
		ti.q.SkipAll()
		ti.q.Reset()
		ti.wantCut("the rest of it will not come", "3.0")
		ti.m = NewTSNMap(testInitial)
		ti.q.Start(testInitial)
		ti.add("0 1.0"+fsn+" BE", "new")
		ti.want("what is complete, in order", "1.1:one", "2.3:three", "2.7:seven", "1.0:new")
		ti.wantDrained("the rest went")
	}
}
