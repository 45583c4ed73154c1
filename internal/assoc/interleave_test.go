package assoc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// interleaving makes both ends use I-DATA.
func interleaving(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	level := with(func(c *Config) { c.FragmentInterleave = 2 })
	return established(t, append([]option{level, peerHas(Interleaving)}, options...)...)
}

// idataChunk is an I-DATA chunk of the peer; without further ado a whole ordered message on stream 0, whose MID is its TSN.
type idataChunk struct {
	tsn, mid int
	sid      uint16
	fsn      uint32
	flags    uint8
	user     []byte
}

func idata(tsn int) idataChunk {
	return idataChunk{tsn: tsn, mid: tsn, flags: wire.FlagBegin | wire.FlagEnd, user: []byte("0123456789")}
}

// fragment is fragment fsn of message mid on stream sid.
func (d idataChunk) fragment(sid uint16, mid int, fsn uint32, flags uint8) idataChunk {
	d.sid, d.mid, d.fsn, d.flags = sid, mid, fsn, flags
	return d
}

func (d idataChunk) carrying(text string) idataChunk { d.user = []byte(text); return d }

func (d idataChunk) append(ta *testAssoc, b []byte) []byte {
	w := wire.IData{TSN: ta.peerTSN.Add(d.tsn), StreamID: d.sid, MID: seq.MID(d.mid), FSN: d.fsn, PPID: 46, Flags: d.flags, UserData: d.user}
	return w.Append(b)
}

// read returns what the user reads now, part by part.
func (ta *testAssoc) read() (parts []string) {
	buf := make([]byte, 100)
	for {
		n, info, ok := ta.a.Receive(ta.now, buf)
		if !ok {
			return parts
		}
		part := fmt.Sprintf("%d.%d:%s", info.Stream, info.MID, buf[:n])
		if !info.EOR {
			part += "…"
		}
		parts = append(parts, part)
	}
}

func (ta *testAssoc) wantRead(reason string, parts ...string) {
	ta.t.Helper()
	if got := ta.read(); fmt.Sprint(got) != fmt.Sprint(parts) {
		ta.t.Fatalf("%s: read %q, want %q", reason, got, parts)
	}
}

// RFC 8260 section 2.2.1: both ends have to offer it, and this one does not before its user has asked for it.
func TestIDataTakesBothEnds(t *testing.T) {
	ta := interleaving(t)
	ta.send(10)
	ta.want("both have it", "I-DATA 0 BE sid=0 mid=0 len=10")
	ta = established(t, with(func(c *Config) { c.FragmentInterleave = 2 }))
	ta.send(10)
	ta.want("the peer has not", "DATA 0 BE")
	ta = established(t, peerHas(Interleaving), with(func(c *Config) { c.FragmentInterleave, c.Enable = 1, Interleaving }))
	ta.send(10)
	ta.want("the user may not see messages alternate", "DATA 0 BE")
}

// RFC 8260 section 2.2.3: the wrong kind of chunk ends the association.
func TestDataAndIDataDoNotMix(t *testing.T) {
	ta := interleaving(t)
	ta.recv(data(0))
	ta.want("DATA where I-DATA was agreed on", "ABORT Protocol Violation")
	ta.wantState("it is over", StateClosed)
	ta = established(t)
	ta.recv(idata(0))
	ta.want("I-DATA where it was not", "ABORT Protocol Violation")
	ta.wantState("it is over", StateClosed)
}

func TestInterleavedMessagesAreReceived(t *testing.T) {
	ta := interleaving(t)
	ta.recv(idata(0).fragment(1, 0, 0, wire.FlagBegin).carrying("ab"), idata(1).fragment(2, 0, 0, wire.FlagBegin).carrying("uv"))
	ta.want("the first chunk is acknowledged at once", "SACK 1")
	ta.recv(idata(3).fragment(2, 0, 1, wire.FlagEnd).carrying("wx"))
	ta.want("TSNs have gaps as ever", "SACK 1 gaps=3-3")
	ta.wantRead("stream 2 is complete", "2.0:uvwx")
	ta.recv(idata(2).fragment(1, 0, 1, wire.FlagEnd|wire.FlagImmediate).carrying("cd"))
	ta.want("the I bit counts (section 2.2)", "SACK 3")
	ta.wantRead("stream 1 is complete", "1.0:abcd")
	if s := ta.a.Status().Stats; s.OrderedRcvd != 4 || s.BytesReceived != 8 || s.MessagesReceived != 2 || s.ControlReceived != 2 {
		t.Errorf("statistics %+v", s)
	}
}

// RFC 6458 section 8.1.20: at level 2 a large message does not keep others from being read between its parts.
func TestPartsOfMessagesAlternate(t *testing.T) {
	ta := interleaving(t, with(func(c *Config) { c.PartialDeliveryPoint = 4 }))
	ta.recv(idata(0).fragment(1, 0, 0, wire.FlagBegin).carrying("abcd"), idata(1).fragment(2, 0, 0, wire.FlagBegin).carrying("uvwx"))
	ta.wantRead("both have reached the point", "1.0:abcd…", "2.0:uvwx…")
	ta.recv(idata(2).fragment(3, 0, 0, wire.FlagBegin|wire.FlagEnd), idata(3).fragment(1, 0, 1, 0).carrying("ef"))
	ta.wantRead("none waits for another", "3.0:0123456789", "1.0:ef…")
	ta.recv(abortChunk(0))
	ta.wantEvent("the rest of one", "partial-delivery-aborted sid=1")
	ta.wantEvent("and of the other will not come", "partial-delivery-aborted sid=2")
	ta.wantEvent("", "lost")
}

// What a peer may get wrong with I-DATA, and what it gets for it.
func TestBadIData(t *testing.T) {
	const begin, end = wire.FlagBegin, wire.FlagEnd
	violation := []string{"ABORT Protocol Violation"}
	for _, c := range []struct {
		name   string
		chunks []chunk
		want   []string
	}{
		{"truncated", []chunk{rawChunk(wire.ChunkIData, begin|end, make([]byte, 15)...)}, violation},
		{"without user data", []chunk{idata(1).carrying("")}, []string{"ABORT No User Data"}},
		{"a stream that does not exist", []chunk{idata(1).fragment(10, 0, 0, begin|end|wire.FlagImmediate)}, []string{"ERROR Invalid Stream Identifier", "SACK 1"}},
		{"replayed", []chunk{idata(1), idata(1)}, []string{"SACK 1 gaps= dups=1"}},
		{"a TSN too far ahead", []chunk{idata(70000)}, []string{"SACK 0"}},
		{"a MID of the past", []chunk{idata(1).fragment(0, 0, 0, begin|end)}, violation},
		{"a MID twice", []chunk{idata(1).fragment(0, 5, 0, begin|end), idata(2).fragment(0, 5, 0, begin|end)}, violation},
		{"an FSN twice", []chunk{idata(1).fragment(1, 0, 3, 0), idata(2).fragment(1, 0, 3, 0)}, violation},
		{"fragments in the wrong order", []chunk{idata(1).fragment(1, 0, 9, end), idata(2).fragment(1, 0, 12, 0)}, violation},
		{"the largest numbers", []chunk{idata(1).fragment(9, 1<<31-1, 1<<32-1, 0)}, []string{"SACK 1"}},
	} {
		ta := interleaving(t)
		ta.recv(idata(0))
		ta.forget()
		ta.recv(c.chunks...)
		ta.advanceIfQuiet()
		ta.want(c.name, c.want...)
		ta.wantIdle(c.name)
	}
}

// advanceIfQuiet lets the delayed acknowledgement go if nothing was sent.
func (ta *testAssoc) advanceIfQuiet() {
	if len(ta.sent) == 0 {
		ta.advance(ta.a.cfg.SACKDelay)
	}
}

// The reader has everything that came of a message in parts, and one that was sent before it on the same stream, unordered, comes late and has to
// wait for its end. By now the window is closed. What comes next has to get in, whichever stream it is of: else nobody could go on.
func TestClosedWindowLetsInWhatTheReaderWaitsFor(t *testing.T) {
	ta := interleaving(t, with(func(c *Config) { c.RecvBuffer, c.PartialDeliveryPoint = 4096, 1000 }))
	const begin, end, now = wire.FlagBegin, wire.FlagEnd, wire.FlagImmediate
	large := strings.Repeat("x", 1000)
	ta.recv(idata(4).fragment(1, 0, 0, begin).carrying(large))
	if n := len(ta.read()); n != 10 {
		t.Fatalf("%d parts were read of what has reached the point", n)
	}
	for fsn, flags := range []uint8{begin, 0, 0, end} {
		ta.recv(idata(fsn).fragment(1, 0, uint32(fsn), wire.FlagUnordered|flags).carrying(large))
	}
	ta.wantRead("it waits for the other")
	if ta.a.rwnd() != 0 {
		t.Fatalf("the window is %d", ta.a.rwnd())
	}
	ta.forget()
	ta.recv(idata(6).fragment(3, 0, 0, begin|end|now))
	ta.want("this is not next", "SACK 4 gaps= dups= rwnd=0")
	ta.recv(idata(5).fragment(2, 0, 0, begin|end|now).carrying("b"))
	ta.want("this is", "SACK 5")
	ta.wantRead("another stream", "2.0:b")
	ta.recv(idata(6).fragment(1, 0, 1, end|now).carrying("c"))
	ta.want("and this", "SACK 6")
	if got := ta.read(); len(got) != 1+40 || got[0] != "1.0:c" {
		t.Errorf("read %d parts, the first of them %q", len(got), got[:1])
	}
}
