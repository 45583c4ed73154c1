package rx

import (
	"errors"
	"fmt"
	"testing"
)

// RFC 9260 sections 6.5 and 6.9: what no sender would have sent is noticed when its neighbour is there, whichever came first.
func TestContradictions(t *testing.T) {
	for _, c := range []struct {
		reason string
		want   error
		chunks []string // the last one is refused
	}{
		{"a message begins inside another", ErrEndMissing, []string{"0 1.0 B", "1 1.1 BE"}},
		{"the same, the other way round", ErrEndMissing, []string{"1 1.1 BE", "0 1.0 B"}},
		{"a middle before a beginning", ErrEndMissing, []string{"2 1.1 B", "1 1.0 X"}},
		{"a fragment follows an end", ErrBeginMissing, []string{"0 1.0 BE", "1 1.1 E"}},
		{"the same, the other way round", ErrBeginMissing, []string{"1 1.1 E", "0 1.0 BE"}},
		{"an end before a middle", ErrBeginMissing, []string{"2 1.1 X", "1 1.1 E"}},
		{"the first chunk of all is a middle", ErrBeginMissing, []string{"0 1.0 X"}},
		{"the stream changes", ErrMixedMessage, []string{"0 1.0 B", "1 2.0 E"}},
		{"the stream changes, the other way round", ErrMixedMessage, []string{"1 2.0 E", "0 1.0 B"}},
		{"the SSN changes", ErrMixedMessage, []string{"0 1.0 B", "1 1.1 X"}},
		{"the U bit appears", ErrMixedMessage, []string{"0 1.0 B", "1 1.0 EU"}},
		{"the U bit disappears", ErrMixedMessage, []string{"0 1.0 BU", "1 1.0 E"}},
		{"left and right differ", ErrMixedMessage, []string{"0 1.0 B", "2 2.0 E", "1 1.0 X"}},
		{"a message goes on in a stream that does not exist", ErrMixedMessage, []string{"0 1.0 B", "1 10.0 E"}},
		{"a fragment continues one of such a stream", ErrBeginMissing, []string{"1 1.0 E", "0 10.0 BE"}},
		{"an SSN again, after its message was due", ErrStaleNumber, []string{"0 1.0 BE", "1 1.0 BE"}},
		{"an SSN of the past in a middle fragment", ErrStaleNumber, []string{"0 1.0 BE", "2 1.0 X"}},
		{"an SSN half the number space away", ErrStaleNumber, []string{"0 1.32768 BE"}},
		{"an SSN again, while its message waits", ErrDuplicateNumber, []string{"0 1.1 BE", "1 1.1 BE"}},
		{"an SSN again, while its message is incomplete", ErrDuplicateNumber, []string{"0 1.0 B", "2 1.0 BE"}},
	} {
		ti := newTestInbound(t, Config{})
		last := len(c.chunks) - 1
		for _, header := range c.chunks[:last] {
			ti.add(header, "text")
		}
		held, readable := ti.q.Bytes(), ti.q.Readable()
		ti.addErr(c.reason, c.want, c.chunks[last], "text")
		if !errors.Is(c.want, ErrProtocol) {
			t.Errorf("%s: %v is not a protocol violation", c.reason, c.want)
		}
		if ti.q.Bytes() != held || ti.q.Readable() != readable {
			t.Errorf("%s: the refused chunk changed something", c.reason)
		}
	}
}

// A peer may fill in SSN and PPID as it likes where they have no significance.
func TestHarmlessDifferencesAreAccepted(t *testing.T) {
	ti := newTestInbound(t, Config{})
	ti.add("0 1.5 BU", "a")
	ti.add("1 1.6 XU", "b")
	last := data("2 1.7 EU", "c")
	last.PPID = 0
	if err := ti.q.Add(last); err != nil {
		t.Fatalf("another PPID in the last fragment: %v", err)
	}
	ti.want("the PPID is that of the first fragment", "1.u:abc")
}

func TestEmptyDataIsRefused(t *testing.T) {
	ti := newTestInbound(t, Config{})
	ti.addErr("no user data", ErrNoUserData, "0 1.0 BE", "")
}

func TestBadStreamCountsAsReceived(t *testing.T) {
	ti := newTestInbound(t, Config{Streams: 2})
	ti.addErr("streams are 0 and 1", ErrBadStream, "1 2.0 E", "text")
	ti.addErr("in whichever order they come", ErrBadStream, "0 2.0 B", "text")
	ti.m.Advance(testInitial + 1)
	if ti.q.seams.holes != 0 {
		t.Error("the TSN of a discarded chunk still counts as missing")
	}
	ti.wantDrained("the text was discarded")
	ti.add("2 1.0 BE", "next")
	ti.want("the discarded chunk is no obstacle", "1.0:next")
	ti.wantDrained("all has been read")
}

// The first chunk was lost and nobody said where the peer starts: nothing goes wrong for an honest peer.
func TestStartIsGuessedFromTheFirstChunk(t *testing.T) {
	q := NewInbound(Config{Streams: 2, MaxBytes: 1 << 20})
	for offset := 1; offset < 10*minSeams; offset++ {
		if err := q.Add(data(fmt.Sprintf("%d 1.%d BE", offset, offset), "x")); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(q.seams.ring); n != minSeams {
		t.Errorf("the ring grew to %d for chunks in order", n)
	}
	if q.Readable() {
		t.Error("readable without SSN 0")
	}
	if err := q.Add(data("0 1.0 BE", "x")); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 10)
	for want := range 10 * minSeams {
		if _, info, ok := readFrom(q, p); !ok || int(info.SSN) != want {
			t.Fatalf("read SSN %d, %v; want %d", info.SSN, ok, want)
		}
	}
}
