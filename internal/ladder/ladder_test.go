package ladder

import (
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

var update = flag.Bool("update", false, "rewrite testdata with what the code draws now")

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (run with -update if the new drawing is the better one):\n%s", file, diff)
	}
}

// end is an SCTP endpoint of a test: port, tag that it chose, and addresses.
type end struct {
	port  uint16
	tag   uint32
	addrs []netip.Addr
}

var (
	client = end{40001, 0xc0ffee01, addrs("192.0.2.1", "198.51.100.1")}
	server = end{13, 0x5e50e502, addrs("192.0.2.9", "198.51.100.9")}
)

func addrs(ss ...string) (as []netip.Addr) {
	for _, s := range ss {
		as = append(as, netip.MustParseAddr(s))
	}
	return as
}

// story makes packets with times of their own.
type story struct {
	now     time.Time
	packets []Packet
}

func newStory() *story { return &story{now: time.Unix(1_700_000_000, 0)} }

// packet adds a packet from a to b on their path number path.
func (s *story) packet(a, b end, path int, chunks ...[]byte) *Packet {
	h := wire.Header{SrcPort: a.port, DstPort: b.port, Tag: b.tag}
	if wire.ChunkType(chunks[0][0]) == wire.ChunkInit {
		h.Tag = 0
	}
	data := h.Append(nil)
	for _, c := range chunks {
		data = append(data, c...)
	}
	wire.Seal(data)
	s.now = s.now.Add(1500 * time.Microsecond)
	s.packets = append(s.packets, Packet{Time: s.now, Src: a.addrs[path], Dst: b.addrs[path], Data: data})
	return &s.packets[len(s.packets)-1]
}

func initChunk(t wire.ChunkType, e end, tsn seq.TSN) []byte {
	i := wire.Init{Tag: e.tag, ARwnd: 65536, OutStreams: 10, InStreams: 100, InitialTSN: tsn}
	for _, a := range e.addrs {
		i.Params = wire.AppendAddress(i.Params, a)
	}
	return i.Append(nil, t)
}

func data(tsn seq.TSN, stream uint16, ssn seq.SSN, flags uint8, text string) []byte {
	d := wire.Data{TSN: tsn, StreamID: stream, SSN: ssn, Flags: flags, UserData: []byte(text)}
	return d.Append(nil)
}

func chunk(t wire.ChunkType, value ...byte) []byte { return wire.AppendChunk(nil, t, 0, value) }

func sack(cum seq.TSN, gaps []wire.GapBlock, dups ...seq.TSN) []byte {
	return wire.AppendSack(nil, cum, 65536, gaps, dups)
}

const whole = wire.FlagBegin | wire.FlagEnd

// association is a story with everything that a diagram marks.
func association() *story {
	s := newStory()
	s.packet(client, server, 0, initChunk(wire.ChunkInit, client, 1000)).Dropped = true
	s.packet(client, server, 0, initChunk(wire.ChunkInit, client, 1000))
	s.packet(server, client, 0, initChunk(wire.ChunkInitAck, server, 0xffffffff))
	s.packet(client, server, 0, chunk(wire.ChunkCookieEcho, make([]byte, 96)...), data(1000, 0, 0, whole, "What time is it?"))
	s.packet(server, client, 0, chunk(wire.ChunkCookieAck), sack(1000, nil))
	s.packet(server, client, 0, data(0xffffffff, 0, 0, whole|wire.FlagImmediate, "noon"), data(0, 1, 0, whole, "noon GMT"))
	s.packet(client, server, 0, sack(0, nil))
	s.packet(client, server, 1, wire.AppendHeartbeat(nil, wire.ChunkHeartbeat, []byte("nonce")))
	s.packet(server, client, 1, wire.AppendHeartbeat(nil, wire.ChunkHeartbeatAck, []byte("nonce")))
	s.packet(client, server, 0, data(1001, 2, 0, wire.FlagBegin, "a long ")).Dropped = true
	s.packet(client, server, 0, data(1002, 2, 0, 0, "and tedious "))
	s.packet(client, server, 0, data(1003, 2, 0, wire.FlagEnd, "message"), data(1004, 3, 0, whole|wire.FlagUnordered, "!"))
	s.packet(server, client, 0, sack(1000, []wire.GapBlock{{Start: 2, End: 4}}, 1002))
	s.packet(client, server, 1, data(1001, 2, 0, wire.FlagBegin, "a long "))
	s.packet(server, client, 1, sack(1004, nil))
	s.packet(client, server, 1, wire.AppendShutdown(nil, 0))
	s.packet(server, client, 1, chunk(wire.ChunkShutdownAck))
	s.packet(client, server, 1, chunk(wire.ChunkShutdownComplete))
	return s
}

func draw(t *testing.T, opts Options, learn bool, packets []Packet) string {
	t.Helper()
	var b strings.Builder
	d := New(&b, opts)
	if learn {
		for _, p := range packets {
			if err := d.Learn(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, p := range packets {
		if err := d.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestDiagramOfAKnownCapture(t *testing.T) {
	golden(t, "known.txt", draw(t, Options{}, true, association().packets))
}

func TestDiagramAsItHappensAddsLinesWhenNeeded(t *testing.T) {
	golden(t, "live.txt", draw(t, Options{}, false, association().packets))
}

func TestDiagramInASCIIWithAbsoluteTSNs(t *testing.T) {
	got := draw(t, Options{ASCII: true, AbsoluteTSN: true, Width: 80}, true, association().packets)
	golden(t, "ascii.txt", got)
	for _, r := range got {
		if r > 126 {
			t.Fatalf("%q is not ASCII", r)
		}
	}
}

func TestDiagramInColorIsTheSameTextWithColors(t *testing.T) {
	got := draw(t, Options{Color: true}, true, association().packets)
	golden(t, "color.txt", got)
	plain := got
	for _, e := range append(escapes[1:], "\x1b[0m") {
		plain = strings.ReplaceAll(plain, e, "")
	}
	if diff := cmp.Diff(draw(t, Options{}, true, association().packets), plain); diff != "" {
		t.Errorf("colours change the text:\n%s", diff)
	}
}

func TestDiagramFitsItsWidth(t *testing.T) {
	for _, width := range []int{MinWidth, 80, DefaultWidth, 160} {
		for line := range strings.Lines(draw(t, Options{Width: width}, true, association().packets)) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width {
				t.Errorf("width %d: line of %d: %s", width, n, line)
			}
		}
	}
}

func TestDiagramOfThreeEndpoints(t *testing.T) {
	s := newStory()
	relay := end{3868, 0xabcd, addrs("203.0.113.5")}
	near, far := end{1111, 0x1, addrs("192.0.2.1")}, end{3868, 0x3, addrs("2001:db8::7")}
	s.packet(near, relay, 0, initChunk(wire.ChunkInit, near, 1))
	s.packet(relay, far, 0, initChunk(wire.ChunkInit, relay, 5))
	s.packet(far, relay, 0, chunk(wire.ChunkCookieAck))
	s.packet(near, far, 0, data(7, 0, 0, whole, "past the relay"))
	near.tag = 0x2
	s.packet(far, near, 0, chunk(wire.ChunkAbort, 0, 12, 0, 9, 'b', 'y', 'e', '\n', 7))
	golden(t, "three.txt", draw(t, Options{}, true, s.packets))
}

func TestMoreThanMaxEndpointsIsAnError(t *testing.T) {
	d := New(&strings.Builder{}, Options{})
	s := newStory()
	for port := range uint16(MaxEndpoints) {
		s.packet(end{port + 1, 1, addrs("192.0.2.1")}, server, 0, chunk(wire.ChunkCookieAck))
		err := d.Add(s.packets[port])
		if fits := port+2 <= MaxEndpoints; fits != (err == nil) {
			t.Errorf("packet between endpoints %d and 1: %v", port+2, err)
		}
	}
}

func TestBrokenPacketsAreDrawnAsSuch(t *testing.T) {
	s := newStory()
	s.packet(client, server, 0, chunk(wire.ChunkCookieAck)).Data[15]++
	s.packet(client, server, 0, chunk(wire.ChunkCookieAck)).Data[8]++
	s.packet(client, server, 0, chunk(wire.ChunkSack, 1, 2, 3))
	p := s.packet(client, server, 0, chunk(wire.ChunkCookieAck))
	p.Data = p.Data[:7]
	golden(t, "broken.txt", draw(t, Options{}, true, s.packets))
}

func TestTextHasALinePerPacketAndChunk(t *testing.T) {
	s := association()
	p := s.packet(client, server, 0, chunk(wire.ChunkCookieAck))
	p.SrcUDP, p.DstUDP = 40000, 9899
	s.packet(client, server, 0, chunk(wire.ChunkCookieAck)).Data[8]++
	p = s.packet(client, server, 0, chunk(wire.ChunkCookieAck))
	p.Data = p.Data[:3]
	var b []byte
	for _, p := range s.packets {
		b = AppendText(b, p, s.packets[0].Time)
	}
	golden(t, "text.txt", string(b))
}

func TestIDataIsLabelledLikeData(t *testing.T) {
	s := newStory()
	d := wire.IData{TSN: 7, StreamID: 3, MID: 70000, PPID: 51, Flags: whole, UserData: []byte("hello")}
	for range 2 {
		s.packet(client, server, 0, d.Append(nil))
	}
	got := draw(t, Options{}, true, s.packets)
	for _, want := range []string{"├── I-DATA 7 stream 3/70000 ppid 51 5 B ─", "├── ↻ I-DATA 7 "} {
		if !strings.Contains(got, want) {
			t.Errorf("%q missing in\n%s", want, got)
		}
	}
}

func TestDeclaredEndpointsHaveTheirLinesFromTheStart(t *testing.T) {
	var b strings.Builder
	d := New(&b, Options{})
	d.Declare(client.port, client.addrs...)
	d.Declare(server.port, server.addrs...)
	for _, p := range association().packets {
		if err := d.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(draw(t, Options{}, true, association().packets), b.String()); diff != "" {
		t.Errorf("declared beforehand, the diagram is another:\n%s", diff)
	}
}

func TestNoteStandsBetweenThePackets(t *testing.T) {
	var b strings.Builder
	d := New(&b, Options{})
	s := association()
	for i, p := range s.packets[:3] {
		if i == 1 {
			if err := d.Note(p.Time, "path 1 is cut"); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(b.String(), "0.001500  ── path 1 is cut\n") {
		t.Errorf("note missing in\n%s", b.String())
	}
}

func FuzzDiagram(f *testing.F) {
	for _, p := range association().packets {
		f.Add(p.Data, p.Data[len(p.Data)/2:], 100)
	}
	f.Fuzz(func(t *testing.T, one, two []byte, width int) {
		a, b := client.addrs[0], server.addrs[0]
		d := New(&strings.Builder{}, Options{Width: width % 300})
		for i, p := range []Packet{{Src: a, Dst: b, Data: one}, {Src: b, Dst: a, Data: two}, {Src: a, Dst: client.addrs[1], Data: one}} {
			if err := d.Add(p); err != nil && i < MaxEndpoints/2 {
				t.Errorf("packet %d: %v", i, err)
			}
		}
	})
}
