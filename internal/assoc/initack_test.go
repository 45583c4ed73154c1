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

// What is announced to a peer is what it can reach.
func TestAnnouncedAddressesHaveTheScopeOfThePeer(t *testing.T) {
	parse := func(addrs ...string) (list []netip.Addr) {
		for _, a := range addrs {
			list = append(list, netip.MustParseAddr(a))
		}
		return list
	}
	bound := parse("127.0.0.1", "fe80::1", "10.0.0.1", "192.0.2.1", "224.0.0.1", "2001:db8::2")
	for remote, want := range map[string][]netip.Addr{
		"127.0.0.1":    parse("127.0.0.1", "10.0.0.1", "192.0.2.1", "2001:db8::2"),
		"10.9.9.9":     parse("10.0.0.1", "192.0.2.1", "2001:db8::2"),
		"198.51.100.1": parse("192.0.2.1", "2001:db8::2"),
	} {
		if got := Announceable(nil, bound, netip.MustParseAddr(remote)); !slices.Equal(got, want) {
			t.Errorf("to %s: %v, want %v", remote, got, want)
		}
	}
	if got := Announceable(nil, bound[:3], peer1); !slices.Equal(got, bound[2:3]) {
		t.Errorf("behind a NAT: %v, want the private address, which is all there is", got)
	}
	if got := usablePeers(nil, peer1, parse("127.0.0.1", "224.0.0.1", "0.0.0.0", "fe80::1", "198.51.100.1", "198.51.100.2", "2001:db8::9"),
		parse("192.0.2.1")); !slices.Equal(got, []netip.Addr{peer1, peer2}) {
		t.Errorf("of the peer's list %v are used, want unicast addresses of our family, each once", got)
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

func TestLinkLocalSourceKeepsItsZone(t *testing.T) {
	from := netip.MustParseAddr("fe80::9%eth0")
	if got := usablePeers(nil, from, nil, nil); len(got) != 1 || got[0] != from {
		t.Errorf("%v", got)
	}
}
