package assoc

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

var (
	peer6  = netip.MustParseAddr("2001:db8::1")
	local6 = netip.MustParseAddr("2001:db8::2")
)

// answer is what AnswerInit makes of the peer's INIT, without an association.
func answer(t *testing.T, from netip.Addr, local []netip.Addr, changes ...func(*wire.Init)) (wire.Header, []wire.Chunk) {
	t.Helper()
	ta := &testAssoc{t: t, now: 1, peerTSN: peerInitialTSN, tag: peerTag}
	c, _, _ := wire.NextChunk(initChunk(changes...).append(ta, nil))
	packet := AnswerInit(nil, ta.now, ta.jar(), &transport.Datagram{Path: transport.Path{Local: local1, Remote: from}},
		wire.Header{SrcPort: peerPort, DstPort: localPort}, c, &Offer{Config: Config{}.Defaults(), Tag: localTag, LocalAddrs: local})
	if len(packet) == 0 {
		return wire.Header{}, nil
	}
	h, err := wire.ParseHeader(packet)
	if err != nil || !wire.ChecksumOK(packet) {
		t.Fatalf("a bad packet: %v", err)
	}
	first, rest, err := wire.NextChunk(packet[wire.HeaderLen:])
	if err != nil || len(rest) > 0 {
		t.Fatalf("the answer is not one chunk: %s", wire.Describe(packet))
	}
	return h, []wire.Chunk{first}
}

// RFC 9260 sections 3.3.2 and 5.1: the ABORT has the tag of the INIT and no T bit.
func TestUnacceptableInitIsAborted(t *testing.T) {
	tests := []struct {
		name   string
		change func(*wire.Init)
		want   string
	}{
		{"zero outbound streams", func(in *wire.Init) { in.OutStreams = 0 }, "ABORT (Invalid Mandatory Parameter)"},
		{"zero inbound streams", func(in *wire.Init) { in.InStreams = 0 }, "ABORT (Invalid Mandatory Parameter)"},
		{"a window below 1500", func(in *wire.Init) { in.ARwnd = 1499 }, "ABORT (Invalid Mandatory Parameter)"},
		{"a host name", param(wire.ParamHostName, 'p', 0), "ABORT (Unresolvable Address)"},
		{"malformed parameters", func(in *wire.Init) { in.Params = []byte{0, 5, 0, 99} }, "ABORT (Protocol Violation)"},
		{"an address of five bytes", param(wire.ParamIPv4, 1, 2, 3, 4, 5), "ABORT (Protocol Violation)"},
	}
	for _, test := range tests {
		h, chunks := answer(t, peer1, []netip.Addr{local1}, test.change)
		if len(chunks) != 1 || chunkName(chunks[0]) != test.want || h.Tag != peerTag {
			t.Errorf("%s: %v with tag %#x, want %s", test.name, chunks, h.Tag, test.want)
		}
	}
	if _, chunks := answer(t, peer1, nil, func(in *wire.Init) { in.Tag = 0 }); chunks != nil {
		t.Error("an INIT with tag 0 was answered (section 3.3.2)")
	}
}

// RFC 9260 section 3.2.1: the two highest bits of the type.
func TestUnknownParametersOfInit(t *testing.T) {
	for typ, want := range map[wire.ParamType]struct{ reported, later bool }{
		0x3ff0: {false, false}, 0x7ff0: {true, false}, 0xbff0: {false, true}, 0xfff0: {true, true},
	} {
		_, chunks := answer(t, peer1, []netip.Addr{local1}, param(typ, 1, 2, 3), param(wire.ParamAdaptation, 0, 0, 0, 9))
		ack, _ := wire.ParseInit(chunks[0])
		reported := false
		for rest := ack.Params; len(rest) > 0; {
			p, more, err := wire.NextParam(rest)
			if err != nil {
				t.Fatal(err)
			}
			if p.Type == wire.ParamUnrecognized {
				inner, _, err := wire.NextParam(p.Value)
				reported = err == nil && inner.Type == typ && slices.Equal(inner.Value, []byte{1, 2, 3})
			}
			rest = more
		}
		ta := &testAssoc{t: t}
		c, err := ta.jar().Open(1, cookieIn(chunks[0]))
		if err != nil {
			t.Fatal(err)
		}
		if reported != want.reported || c.HasAdaptation != want.later {
			t.Errorf("%#x: reported %v, read on %v, want %v", typ, reported, c.HasAdaptation, want)
		}
	}
}

// RFC 9260 section 5.1.2: addresses of a type that the peer does not support are not announced to it.
func TestSupportedAddressTypesAreRespected(t *testing.T) {
	four, six := []netip.Addr{local1, local2}, []netip.Addr{local6, netip.MustParseAddr("2001:db8::3")}
	both := slices.Concat(four, six)
	tests := []struct {
		name   string
		from   netip.Addr
		change []func(*wire.Init)
		want   []netip.Addr
	}{
		{"says nothing", peer1, nil, both},
		{"IPv4 only", peer1, []func(*wire.Init){param(wire.ParamSupportedAddressTypes, 0, 5)}, four},
		{"IPv6 only, sent over IPv4", peer1, []func(*wire.Init){param(wire.ParamSupportedAddressTypes, 0, 6)}, both},
		{"IPv4 only, with an IPv6 address", peer1, []func(*wire.Init){param(wire.ParamSupportedAddressTypes, 0, 5), address(peer6)}, both},
		{"IPv6 only", peer6, []func(*wire.Init){param(wire.ParamSupportedAddressTypes, 0, 6)}, six},
	}
	for _, test := range tests {
		_, chunks := answer(t, test.from, both, test.change...)
		ack, _ := wire.ParseInit(chunks[0])
		p, err := parseInitParams(ack.Params)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.addrs, test.want) {
			t.Errorf("peer %s: %v are announced, want %v", test.name, p.addrs, test.want)
		}
	}
}

func TestInitNamesTheAddressTypesOfThisSide(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	in, _ := wire.ParseInit(ta.want("bound to IPv4 addresses", "INIT").chunks[0])
	p, err := parseInitParams(in.Params)
	if err != nil || !p.v4 || p.v6 {
		t.Errorf("supported address types: IPv4 %v, IPv6 %v, %v", p.v4, p.v6, err)
	}
	if !slices.Equal(p.addrs, []netip.Addr{local1, local2}) {
		t.Errorf("addresses %v", p.addrs)
	}
}

// RFC 6951 section 3.2: a host with one address lists none, so that a NAT has nothing to translate.
func TestALoneAddressIsNotAnnounced(t *testing.T) {
	lo, private, other := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.1.0.1")
	for _, c := range []struct {
		name   string
		bound  []netip.Addr
		remote netip.Addr
		want   []netip.Addr
	}{
		{"one address", []netip.Addr{local1}, peer1, nil},
		{"one and loopback, behind a NAT", []netip.Addr{lo, private}, peer1, nil},
		{"the same, to the own host", []netip.Addr{lo, private}, lo, []netip.Addr{lo, private}},
		{"two, behind a NAT", []netip.Addr{private, other}, peer1, []netip.Addr{private, other}},
	} {
		_, chunks := answer(t, c.remote, c.bound, func(in *wire.Init) { in.Params = nil })
		ack, _ := wire.ParseInit(chunks[0])
		if p, err := parseInitParams(ack.Params); err != nil || !slices.Equal(p.addrs, c.want) {
			t.Errorf("%s: %v are announced, %v; want %v", c.name, p.addrs, err, c.want)
		}
	}
}
