package endpoint

import (
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// Ports of hand-made packets: from a stranger to a host.
const (
	strangerPort = 5000
	hostPort     = 2000
)

// packetOf makes a whole packet of chunks that are given as their bytes.
func packetOf(src, dst uint16, tag uint32, chunks ...[]byte) []byte {
	b := wire.Header{SrcPort: src, DstPort: dst, Tag: tag}.Append(nil)
	for _, c := range chunks {
		b = append(b, c...)
	}
	wire.Seal(b)
	return b
}

// stranger makes a packet of somebody whom the host does not know.
func stranger(tag uint32, chunks ...[]byte) []byte {
	return packetOf(strangerPort, hostPort, tag, chunks...)
}

// chunk makes a chunk.
func chunk(t wire.ChunkType, value ...byte) []byte { return wire.AppendChunk(nil, t, 0, value) }

// initChunk makes an acceptable INIT with the given Initiate Tag, and addresses to announce.
func initChunk(tag uint32, addrs ...string) []byte {
	in := wire.Init{Tag: tag, ARwnd: 65536, OutStreams: 10, InStreams: 10, InitialTSN: 1}
	for _, a := range addrs {
		in.Params = wire.AppendAddress(in.Params, netip.MustParseAddr(a))
	}
	return in.Append(nil, wire.ChunkInit)
}

func dataChunk(text string) []byte {
	d := wire.Data{TSN: 1, Flags: wire.FlagBegin | wire.FlagEnd, UserData: []byte(text)}
	return d.Append(nil)
}

// errorChunk makes an ERROR with one cause.
func errorChunk(code wire.CauseCode, value ...byte) []byte {
	return chunk(wire.ChunkError, wire.AppendCause(nil, code, value)...)
}

// arriving is the datagram that a packet arrives in.
func arriving(from, to string, packet []byte) *transport.Datagram {
	return &transport.Datagram{Path: transport.Path{Remote: netip.MustParseAddr(from), Local: netip.MustParseAddr(to)}, Data: packet}
}

// chunks returns the chunks of a packet.
func chunks(packet []byte) (list []wire.Chunk) {
	for rest := packet[wire.HeaderLen:]; len(rest) > 0; {
		c, more, err := wire.NextChunk(rest)
		if err != nil {
			return list
		}
		list, rest = append(list, c), more
	}
	return list
}

// has reports whether a packet has a chunk of type t.
func has(packet []byte, t wire.ChunkType) bool {
	for _, c := range chunks(packet) {
		if c.Type == t {
			return true
		}
	}
	return false
}

// newTestEndpoint returns an endpoint that listens on hostPort at 192.0.2.1 and 2001:db8::1.
func newTestEndpoint(t testing.TB, c assoc.Config) *Endpoint {
	t.Helper()
	e := New(Config{Seed: [32]byte{7}, OOTB: true})
	e.SetLocalAddrs([]netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")})
	if err := e.Bind(&Socket{Port: hostPort, Backlog: 5, Config: new(c.Defaults())}); err != nil {
		t.Fatal(err)
	}
	return e
}

// wantDrop checks that a packet is discarded for a reason.
func wantDrop(t *testing.T, why string, v Verdict, r DropReason) {
	t.Helper()
	if v.Kind != Drop || v.Reason != r {
		t.Errorf("%s: verdict %d, reason %d; want it discarded, reason %d", why, v.Kind, v.Reason, r)
	}
}

// wantReply checks that the answer is a packet of one chunk with this tag, back from the host to the stranger.
func wantReply(t *testing.T, why string, v Verdict, tag uint32, c wire.ChunkType, flags uint8) wire.Chunk {
	t.Helper()
	if v.Kind != Reply {
		t.Fatalf("%s: verdict %d, reason %d; want an answer", why, v.Kind, v.Reason)
	}
	h, err := wire.ParseHeader(v.Reply)
	list := chunks(v.Reply)
	if err != nil || !wire.ChecksumOK(v.Reply) || len(list) != 1 {
		t.Fatalf("%s: the answer %x is no packet with one chunk", why, v.Reply)
	}
	if got, want := list[0], (wire.Header{SrcPort: hostPort, DstPort: strangerPort, Tag: tag}); got.Type != c || got.Flags != flags ||
		h.SrcPort != want.SrcPort || h.DstPort != want.DstPort || h.Tag != want.Tag {
		t.Fatalf("%s: answer %v: %v flags %d; want %v: %v flags %d", why, h, got, got.Flags, want, c, flags)
	}
	return list[0]
}

// start is when tests begin.
const start = mono.Time(1e9)
