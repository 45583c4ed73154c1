package rx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// testInbound tells a story: what comes, and what the reader gets. Its messages are "stream.ssn:text", or "stream.u:text"
// for unordered ones; parts of a message that are not its last end in "…".
type testInbound struct {
	t   *testing.T
	q   *Inbound
	m   *TSNMap
	buf [100000]byte
}

const testInitial = seq.TSN(1<<32 - 3) // so that every story of some length crosses zero

func newTestInbound(t *testing.T, c Config) *testInbound {
	t.Helper()
	if c.Streams == 0 {
		c.Streams = 10
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 1 << 20
	}
	ti := &testInbound{t: t, q: NewInbound(c), m: NewTSNMap(testInitial)}
	ti.q.Start(testInitial)
	return ti
}

// data builds a chunk. The header reads "offset stream.ssn flags", where flags are letters of B, E and U.
func data(header, text string) *wire.Data {
	var offset, stream, ssn int
	var letters string
	if _, err := fmt.Sscanf(header, "%d %d.%d %s", &offset, &stream, &ssn, &letters); err != nil {
		panic(fmt.Sprintf("header %q: %v", header, err))
	}
	d := &wire.Data{
		TSN: testInitial.Add(offset), StreamID: uint16(stream), SSN: seq.SSN(ssn),
		PPID: uint32(100 + stream), UserData: []byte(text),
	}
	d.Flags = flagsOf(letters)
	return d
}

func flagsOf(letters string) (flags uint8) {
	for letter, flag := range map[string]uint8{"B": wire.FlagBegin, "E": wire.FlagEnd, "U": wire.FlagUnordered} {
		if strings.Contains(letters, letter) {
			flags |= flag
		}
	}
	return flags
}

// add brings in a chunk, whose buffer is then used for something else.
func (ti *testInbound) add(header, text string) {
	ti.t.Helper()
	ti.addErr("chunk is accepted", nil, header, text)
}

func (ti *testInbound) addErr(reason string, want error, header, text string) {
	ti.t.Helper()
	var tsn seq.TSN
	var add func() error
	userData := []byte(text)
	if ti.q.interleaved {
		d := idata(header, text)
		d.UserData = userData
		tsn, add = d.TSN, func() error { return ti.q.AddInterleaved(d) }
	} else {
		d := data(header, text)
		d.UserData = userData
		tsn, add = d.TSN, func() error { return ti.q.Add(d) }
	}
	if ti.m.Status(tsn) != TSNNew {
		ti.t.Fatalf("%s: the story repeats TSN %d", header, tsn)
	}
	err := add()
	if !errors.Is(err, want) {
		ti.t.Fatalf("%s: Add(%s) = %v, want %v", reason, header, err, want)
	}
	if err == nil {
		ti.m.Record(tsn)
	}
	clear(userData)
}

// read returns what one Read hands out.
func (ti *testInbound) read(size int) string {
	ti.t.Helper()
	peeked, peekInfo, peekOK := ti.q.Peek()
	p := ti.buf[:size]
	n, info, ok := readFrom(ti.q, p)
	if ok != peekOK {
		ti.t.Fatalf("Read says %v, Peek said %v", ok, peekOK)
	}
	if !ok {
		return ""
	}
	if n != min(size, peeked) {
		ti.t.Fatalf("Read took %d of %d bytes that Peek promised", n, peeked)
	}
	if peekInfo.EOR = peekInfo.EOR && n == peeked; peekInfo != info {
		ti.t.Fatalf("Read says %+v, Peek said %+v", info, peekInfo)
	}
	if want := uint32(100 + info.Stream); info.PPID != want {
		ti.t.Fatalf("PPID %d, want %d", info.PPID, want)
	}
	s := fmt.Sprintf("%s:%s", name(info), p[:n])
	if !info.EOR {
		s += "…"
	}
	return s
}

// name is how a story calls a message.
func name(i Info) string {
	switch {
	case i.Unordered && i.SSN == 0:
		return fmt.Sprintf("%d.u", i.Stream)
	case i.Unordered:
		return fmt.Sprintf("%d.u%d", i.Stream, i.MID)
	case i.MID != 0:
		return fmt.Sprintf("%d.%d", i.Stream, i.MID)
	}
	return fmt.Sprintf("%d.%d", i.Stream, i.SSN)
}

// wantCut says of which messages the reader has a part and will not get the rest.
func (ti *testInbound) wantCut(reason string, messages ...string) {
	ti.t.Helper()
	var got []string
	for c, ok := ti.q.NextCut(); ok; c, ok = ti.q.NextCut() {
		if want := uint32(100 + c.Stream); c.PPID != want {
			ti.t.Fatalf("%s: PPID %d, want %d", reason, c.PPID, want)
		}
		got = append(got, name(c))
	}
	if !slices.Equal(got, messages) {
		ti.t.Fatalf("%s: %q were cut, want %q", reason, got, messages)
	}
}

// want says what the reader gets next, message by message.
func (ti *testInbound) want(reason string, messages ...string) {
	ti.t.Helper()
	for _, m := range messages {
		if got := ti.read(len(ti.buf)); got != m {
			ti.t.Fatalf("%s: read %q, want %q", reason, clip(got), clip(m))
		}
	}
}

// wantIdle says that there is nothing to read.
func (ti *testInbound) wantIdle(reason string) {
	ti.t.Helper()
	if ti.q.Readable() {
		ti.t.Fatalf("%s: yet there is %q", reason, clip(ti.read(len(ti.buf))))
	}
	if got := ti.read(1); got != "" {
		ti.t.Fatalf("%s: Read returned %q although nothing is readable", reason, got)
	}
}

// wantDrained says that no memory is held.
func (ti *testInbound) wantDrained(reason string) {
	ti.t.Helper()
	ti.wantIdle(reason)
	if got := ti.q.Bytes(); got != 0 {
		ti.t.Fatalf("%s: %d bytes are still held", reason, got)
	}
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "(more)"
	}
	return s
}

func TestMessagesAreHandedOutAsTheyCome(t *testing.T) {
	ti := newTestInbound(t, Config{})
	ti.wantDrained("nothing has come")
	ti.add("0 1.0 BE", "a")
	ti.add("1 2.0 BE", "b")
	ti.add("2 1.1 BE", "c")
	ti.add("3 2.9 BEU", "d")
	ti.want("order of arrival, whichever the stream", "1.0:a", "2.0:b", "1.1:c", "2.u:d")
	ti.wantDrained("all has been read")
}

// RFC 9260 section 6.6: within a stream ordered messages are delivered by SSN; other streams do not wait.
func TestOrderIsKeptWithinAStreamOnly(t *testing.T) {
	ti := newTestInbound(t, Config{})
	ti.add("1 1.1 BE", "second")
	ti.add("2 1.2 BE", "third")
	ti.wantIdle("SSN 0 of stream 1 is missing")
	ti.add("3 2.0 BE", "other")
	ti.want("stream 2 does not wait for stream 1", "2.0:other")
	ti.add("0 1.0 BE", "first")
	ti.want("the gap is closed", "1.0:first", "1.1:second", "1.2:third")
	ti.wantDrained("all has been read")
}

func TestUnorderedMessagesOvertake(t *testing.T) {
	ti := newTestInbound(t, Config{})
	ti.add("1 1.1 BE", "late")
	ti.add("2 1.0 BU", "un")
	ti.wantIdle("neither is complete or due")
	ti.add("3 1.7 EU", "ordered") // "the receiver MUST ignore the field" SSN
	ti.want("unordered data bypasses the order", "1.u:unordered")
	ti.add("0 1.0 BE", "first")
	ti.want("and does not count in it", "1.0:first", "1.1:late")
	ti.wantDrained("all has been read")
}

func TestSSNWrapsAround(t *testing.T) {
	ti := newTestInbound(t, Config{})
	d := data("0 1.0 BE", "x")
	for range 1 << 16 {
		if err := ti.q.Add(d); err != nil {
			t.Fatalf("SSN %d is next: %v", d.SSN, err)
		}
		if _, info, ok := readFrom(ti.q, ti.buf[:1]); !ok || info.SSN != d.SSN {
			t.Fatalf("read SSN %d, %v; want %d", info.SSN, ok, d.SSN)
		}
		d.TSN++
		d.SSN++
	}
	ti.m.Advance(d.TSN - 1)
	ti.add("65537 1.1 BE", "b")
	ti.wantIdle("SSN 0 follows 65535")
	ti.add("65536 1.0 BE", "a")
	ti.want("the order goes on from 0", "1.0:a", "1.1:b")
	ti.wantDrained("all has been read")
}

// Every order in which five fragments and their neighbours can arrive gives the same messages.
func TestFragmentsArriveInAnyOrder(t *testing.T) {
	chunks := []struct{ header, text string }{
		{"0 1.0 BE", "before"},
		{"1 1.1 B", "a"}, {"2 1.1 X", "b"}, {"3 1.1 X", "c"}, {"4 1.1 E", "d"},
		{"5 1.2 BE", "after"},
	}
	permutations(len(chunks), func(order []int) {
		ti := newTestInbound(t, Config{})
		for i, n := range order {
			if i == len(order)-1 {
				for ti.read(100) != "" {
					continue
				}
			}
			ti.add(chunks[n].header, chunks[n].text)
		}
		switch order[len(order)-1] {
		case 0:
			ti.want("the first was late", "1.0:before", "1.1:abcd", "1.2:after")
		case 5:
			ti.want("the last was late", "1.2:after")
		default:
			ti.want("a fragment was late", "1.1:abcd", "1.2:after")
		}
		ti.wantDrained(fmt.Sprintf("order %v", order))
	})
}

func permutations(n int, visit func([]int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var permute func(int)
	permute = func(k int) {
		if k == n {
			visit(order)
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			permute(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	permute(0)
}

func TestShortReadsKeepTheRest(t *testing.T) {
	ti := newTestInbound(t, Config{})
	ti.add("0 1.0 B", "abc")
	ti.add("1 1.0 E", "def")
	ti.add("2 1.1 BE", "next")
	for i, want := range []string{"1.0:ab…", "1.0:cd…", "1.0:ef", "1.1:ne…", "1.1:xt"} {
		if got := ti.read(2); got != want {
			t.Fatalf("read %d: %q, want %q", i, got, want)
		}
	}
	ti.wantDrained("all has been read")
}

func TestEmptyReadTakesNothing(t *testing.T) {
	ti := newTestInbound(t, Config{})
	ti.add("0 1.0 BE", "abc")
	if n, info, ok := readFrom(ti.q, nil); n != 0 || info.EOR || !ok {
		t.Errorf("Read(nil) = %d, EOR %v, %v; want 0, false, true", n, info.EOR, ok)
	}
	ti.want("the message is whole", "1.0:abc")
}

func TestInfoNamesTheFirstChunkRead(t *testing.T) {
	ti := newTestInbound(t, Config{})
	ti.add("0 1.0 B", "abc")
	ti.add("1 1.0 E", "def")
	p := make([]byte, 3)
	for _, want := range []Info{
		{Stream: 1, PPID: 101, TSN: testInitial, Begin: true},
		{Stream: 1, PPID: 101, TSN: testInitial + 1, EOR: true},
	} {
		if _, info, _ := readFrom(ti.q, p); info != want {
			t.Errorf("info %+v, want %+v", info, want)
		}
	}
}

// RFC 9260 section 5.2.4.1: after a restart the peer numbers from the start again.
func TestResetKeepsWhatIsCompleteAndDue(t *testing.T) {
	ti := newTestInbound(t, Config{PartialDeliveryPoint: 100})
	ti.add("0 1.0 BE", "due")
	ti.add("1 1.1 B", "two ")
	ti.add("2 1.1 E", "parts")
	ti.add("3 1.3 BE", "out of line")
	ti.add("4 2.0 B", "incomplete")
	ti.q.Reset()
	ti.wantCut("no partial delivery was under way")
	ti.m = NewTSNMap(testInitial)
	ti.q.Start(testInitial)
	ti.add("0 1.0 BE", "new")
	ti.want("old and new messages are readable", "1.0:due", "1.1:two parts", "1.0:new")
	ti.wantDrained("the rest went")
}

func TestResetCutsAPartialDelivery(t *testing.T) {
	for _, read := range []bool{false, true} {
		ti := newTestInbound(t, Config{PartialDeliveryPoint: 4})
		ti.add("0 1.0 B", "abcdef")
		if read && ti.read(2) != "1.0:ab…" {
			t.Fatal("no partial delivery")
		}
		ti.q.Reset()
		if read {
			ti.wantCut("a part was read", "1.0")
		}
		ti.wantCut("nothing else was")
		ti.wantDrained("the rest went")
	}
}

func TestResetInAShortReadKeepsTheRest(t *testing.T) {
	ti := newTestInbound(t, Config{})
	ti.add("0 1.0 BE", "abcd")
	if got := ti.read(2); got != "1.0:ab…" {
		t.Fatalf("read %q", got)
	}
	ti.q.Reset()
	ti.wantCut("it is complete")
	ti.want("it was complete", "1.0:cd")
	ti.wantDrained("all has been read")
}

func TestSourceIsThatOfTheFirstByteHandedOut(t *testing.T) {
	ti := newTestInbound(t, Config{})
	for _, c := range []struct {
		source       uint8
		header, text string
	}{{7, "0 1.0 B", "ab"}, {8, "1 1.0 E", "cd"}, {9, "2 1.1 BE", "ef"}} {
		ti.q.SetSource(c.source)
		ti.add(c.header, c.text)
	}
	for _, want := range []uint8{7, 7, 8, 8, 9} {
		var p [1]byte
		_, peeked, _ := ti.q.Peek()
		_, info, ok := readFrom(ti.q, p[:])
		if !ok || info.Source != want || peeked.Source != want {
			t.Errorf("%q is from %d, or %d, want %d", p, info.Source, peeked.Source, want)
		}
	}
}
