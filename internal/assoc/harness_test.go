package assoc

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// The two ends of every test: the association under test and the scripted peer.
var (
	local1 = netip.MustParseAddr("192.0.2.1")
	local2 = netip.MustParseAddr("192.0.2.2")
	peer1  = netip.MustParseAddr("198.51.100.1")
	peer2  = netip.MustParseAddr("198.51.100.2")
	peer3  = netip.MustParseAddr("198.51.100.3")
)

const (
	localPort, peerPort = 1000, 2000
	localTag, peerTag   = 0x11111111, 0x22222222
	peerInitialTSN      = seq.TSN(1<<32 - 3) // TSNs wrap early in every test
	testMTU             = 1480
	// fragment is the user data of a full DATA chunk at testMTU.
	fragment = testMTU - wire.HeaderLen - wire.DataHeaderLen
)

// side is which end of the handshake the association under test plays.
type side uint8

const (
	activeSide side = iota
	passiveSide
)

// sentPacket is a packet that the association gave out.
type sentPacket struct {
	path        transport.Path
	tag         uint32
	chunks      []wire.Chunk
	mayFragment bool
	size        int
	// sealed: the checksum is right. probe: the carrier was told that it is one.
	sealed, probe bool
	ecn           transport.ECN
}

// testAssoc is one real association against a scripted peer. After each input it drains the events and pulls all packets, as the
// contract of the package asks; the test then says what it wants to have seen. TSNs are counted from the Initial TSN of their sender, so that
// the first DATA chunk of either side has TSN 0.
type testAssoc struct {
	t       *testing.T
	a       *Association
	now     mono.Time
	mtu     int
	peer    []netip.Addr // what the peer announces
	peerHas Extensions
	// streams is how many of them the peer announces in each direction: 10 if it is 0.
	streams uint16
	carrier Carrier
	// ecn is the ECN field of what the peer sends.
	ecn    transport.ECN
	sent   []sentPacket
	events []Event
	routes int // RoutesChanged events
	// localTSN is the association's Initial TSN, peerTSN the peer's.
	localTSN, peerTSN seq.TSN
	// pieces is the room for pieces of packets. gathered counts the packets that were in pieces.
	pieces   [][]byte
	gathered int
	// tag is the peer's verification tag, to which packets are expected.
	tag uint32
}

// option changes a test association before it begins.
type option func(*testAssoc, *Config, *Params)

// with sets the configuration.
func with(f func(*Config)) option { return func(_ *testAssoc, c *Config, _ *Params) { f(c) } }

// multiHomed gives the peer several addresses, all known to the user.
func multiHomed(addrs ...netip.Addr) option {
	return func(ta *testAssoc, _ *Config, p *Params) { ta.peer, p.PeerAddrs = addrs, addrs }
}

// announcing gives the peer several addresses that the user does not know: the handshake announces them.
func announcing(addrs ...netip.Addr) option {
	return func(ta *testAssoc, _ *Config, p *Params) { ta.peer, p.PeerAddrs = addrs, addrs[:1] }
}

// over makes the carrier one of these properties.
func over(c Carrier) option {
	return func(ta *testAssoc, _ *Config, p *Params) { ta.carrier, p.Carrier = c, c }
}

// peerStreams is how many streams the peer announces in each direction.
func peerStreams(n uint16) option {
	return func(ta *testAssoc, _ *Config, _ *Params) { ta.streams = n }
}

// peerHas gives the peer extensions, which it announces like this side.
func peerHas(e Extensions) option {
	return func(ta *testAssoc, _ *Config, _ *Params) { ta.peerHas = e }
}

var testIdentity = Identity{Tag: localTag, Seed: [32]byte{1}, Secret: &[32]byte{2}}

// newTestAssoc returns an association at the beginning of its handshake: as the active side it has made its INIT, as the passive side it
// has been made of the cookie that the peer is about to echo.
func newTestAssoc(t *testing.T, s side, options ...option) *testAssoc {
	t.Helper()
	ta := &testAssoc{t: t, now: mono.Time(10 * time.Hour), mtu: testMTU, peer: []netip.Addr{peer1},
		peerTSN: peerInitialTSN, tag: peerTag, pieces: make([][]byte, 0, 8)}
	cfg := Config{}
	params := Params{LocalPort: localPort, PeerPort: peerPort, LocalAddrs: []netip.Addr{local1, local2}, Wildcard: true,
		PeerAddrs: []netip.Addr{peer1}}
	for _, o := range options {
		o(ta, &cfg, &params)
	}
	if s == activeSide {
		ta.a = Connect(ta.now, &cfg, params, testIdentity)
		ta.localTSN = ta.a.initialTSN
	} else {
		ta.localTSN = 7000
		c, err := ta.jar().Open(ta.now, ta.cookieFor(&Offer{
			Config: cfg.Defaults(), Tag: localTag, TSN: ta.localTSN, LocalAddrs: params.LocalAddrs, Carrier: params.Carrier,
		}))
		if err != nil {
			t.Fatal(err)
		}
		ta.a = Accept(ta.now, &cfg, params, testIdentity, c)
	}
	ta.setMTUs()
	ta.settle()
	return ta
}

// established returns an association after its handshake, idle and with its first SACK behind it.
func established(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	ta := newTestAssoc(t, activeSide, options...)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("the cookie is echoed", "COOKIE-ECHO")
	ta.recv(cookieAck())
	ta.wantEvent("COOKIE ACK brings it up", "up")
	ta.wantIdle("there is nothing to send yet")
	return ta
}

// begun returns an established association that has received DATA 0 and acknowledged it at once, as it does with the first one.
func begun(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	ta := established(t, options...)
	ta.recv(data(0))
	ta.want("the first DATA chunk is acknowledged at once (section 5.1)", "SACK 0")
	return ta
}

func (ta *testAssoc) setMTUs() {
	for _, p := range ta.a.Paths(nil) {
		ta.a.SetMTU(ta.now, p.Remote, ta.mtu)
	}
}

// settle does what a driver does after each input.
func (ta *testAssoc) settle() {
	for e, ok := ta.a.NextEvent(); ok; e, ok = ta.a.NextEvent() {
		if _, ok := e.(RoutesChanged); ok {
			ta.routes++
			ta.setMTUs()
			continue
		}
		ta.logf("%s", eventText(e))
		ta.events = append(ta.events, e)
	}
	ta.pull()
}

// pull takes all packets.
func (ta *testAssoc) pull() {
	ta.t.Helper()
	buf := make([]byte, 65535)
	ta.a.Written()
	d := transport.Datagram{Rest: ta.pieces}
	for n := 0; ta.a.NextPacket(ta.now, buf, &d); n++ {
		if n > 5000 {
			ta.t.Fatal("NextPacket has no end")
		}
		if len(d.Rest) > 0 {
			ta.gathered++
			d.Data = d.Append(nil)
		}
		d.Rest = ta.pieces
		h, _ := wire.ParseHeader(d.Data)
		if !wire.ChecksumOK(d.Data) && (h.Checksum != 0 || !ta.a.extensions.Has(ZeroChecksum)) {
			ta.t.Errorf("a packet left with a wrong checksum: %s", wire.Describe(d.Data))
		}
		ta.logf("> %v %s", d.Path.Remote, strings.ReplaceAll(wire.Describe(d.Data), "\n", " | "))
		p := sentPacket{path: d.Path, tag: h.Tag, mayFragment: d.MayFragment, size: len(d.Data), sealed: wire.ChecksumOK(d.Data), ecn: d.ECN, probe: d.Probe}
		for rest := slices.Clone(d.Data[wire.HeaderLen:]); len(rest) > 0; {
			c, more, err := wire.NextChunk(rest)
			if err != nil {
				ta.t.Fatalf("a malformed packet left: %v", err)
			}
			p.chunks, rest = append(p.chunks, c), more
		}
		ta.sent = append(ta.sent, p)
	}
}

func (ta *testAssoc) logf(format string, args ...any) {
	if testing.Verbose() {
		ta.t.Logf("%10v "+format, append([]any{ta.now.Sub(mono.Time(10 * time.Hour))}, args...)...)
	}
}

// recv delivers a packet with these chunks from the peer's first address.
func (ta *testAssoc) recv(chunks ...chunk) { ta.recvFrom(peer1, chunks...) }

// recvFrom delivers a packet from one of the peer's addresses.
func (ta *testAssoc) recvFrom(from netip.Addr, chunks ...chunk) {
	ta.recvTagged(ta.a.LocalTag(), transport.Path{Local: local1, Remote: from}, chunks...)
}

// recvTagged delivers a packet with a verification tag, which for INIT is always 0.
func (ta *testAssoc) recvTagged(tag uint32, p transport.Path, chunks ...chunk) {
	ta.deliver(tag, p, chunks...)
	ta.settle()
}

// recvMarked delivers a packet from the peer's first address that a router marked.
func (ta *testAssoc) recvMarked(chunks ...chunk) {
	ta.ecn = transport.CE
	ta.recv(chunks...)
	ta.ecn = transport.NotECT
}

// deliver delivers a packet without pulling the answers, as happens within a batch.
func (ta *testAssoc) deliver(tag uint32, p transport.Path, chunks ...chunk) {
	var b []byte
	for _, c := range chunks {
		b = c.append(ta, b)
	}
	if first, _, err := wire.NextChunk(b); err == nil && first.Type == wire.ChunkInit && tag == ta.a.LocalTag() {
		tag = 0
	}
	packet := append(wire.Header{SrcPort: peerPort, DstPort: localPort, Tag: tag}.Append(nil), b...)
	wire.Seal(packet)
	ta.logf("< %v %s", p.Remote, strings.ReplaceAll(wire.Describe(packet), "\n", " | "))
	ta.a.Deliver(ta.now, &transport.Datagram{Path: p, Data: packet, ECN: ta.ecn})
}

// send gives the association a message of n bytes to send.
func (ta *testAssoc) send(n int) { ta.sendMessage(Message{Data: make([]byte, n)}) }

func (ta *testAssoc) sendMessage(m Message) {
	ta.t.Helper()
	if err := ta.a.Send(ta.now, &m); err != nil {
		ta.t.Fatalf("Send: %v", err)
	}
	ta.settle()
}

// receive reads what can be read with one call and a buffer of n bytes, and says whether it ended the message.
func (ta *testAssoc) receive(n int) (text string, eor, ok bool) {
	buf := make([]byte, n)
	got, info, ok := ta.a.Receive(ta.now, buf)
	ta.settle()
	return string(buf[:got]), info.EOR, ok
}

// advance lets time pass, expiring timers on the way.
func (ta *testAssoc) advance(d time.Duration) {
	ta.t.Helper()
	end := ta.now.Add(d)
	for n := 0; ta.a.NextDeadline().Reached(end); n++ {
		if n > 10000 {
			ta.t.Fatal("timers expire without end")
		}
		ta.now = max(ta.now, ta.a.NextDeadline())
		ta.a.Expire(ta.now)
		ta.settle()
	}
	ta.now = end
}

// advanceToTimer lets time pass up to the next deadline, and says how long that was.
func (ta *testAssoc) advanceToTimer() time.Duration {
	ta.t.Helper()
	deadline := ta.a.NextDeadline()
	if deadline.IsZero() {
		ta.t.Fatal("no timer runs")
	}
	d := max(deadline.Sub(ta.now), 0)
	ta.now = ta.now.Add(d)
	ta.a.Expire(ta.now)
	ta.settle()
	return d
}

// want checks the next packet: its tag is the peer's (0 for INIT) and each chunk's text begins with the words given.
func (ta *testAssoc) want(reason string, chunks ...string) sentPacket {
	ta.t.Helper()
	return ta.wantTo(netip.Addr{}, reason, chunks...)
}

// wantTo is want for a packet to one of the peer's addresses.
func (ta *testAssoc) wantTo(to netip.Addr, reason string, chunks ...string) sentPacket {
	ta.t.Helper()
	if len(ta.sent) == 0 {
		ta.t.Fatalf("%s: want %s, nothing was sent", reason, strings.Join(chunks, " + "))
	}
	p := ta.sent[0]
	ta.sent = ta.sent[1:]
	got := ta.texts(p)
	if !slices.EqualFunc(got, chunks, beginsWith) {
		ta.t.Fatalf("%s: want %s, got %s", reason, strings.Join(chunks, " + "), strings.Join(got, " + "))
	}
	if tag := ta.tag; p.tag != tag && p.chunks[0].Type != wire.ChunkInit || p.chunks[0].Type == wire.ChunkInit && p.tag != 0 {
		ta.t.Fatalf("%s: %s has verification tag %#x, want %#x", reason, chunks, p.tag, tag)
	}
	if to.IsValid() && p.path.Remote != to {
		ta.t.Fatalf("%s: %s went to %v, want %v", reason, chunks, p.path.Remote, to)
	}
	return p
}

// wantIdle checks that nothing more was sent.
func (ta *testAssoc) wantIdle(reason string) {
	ta.t.Helper()
	if len(ta.sent) > 0 {
		ta.t.Fatalf("%s, but %s was sent", reason, strings.Join(ta.texts(ta.sent[0]), " + "))
	}
}

// forget drops what was sent, for tests to which it does not matter, and returns it.
func (ta *testAssoc) forget() []sentPacket {
	sent := ta.sent
	ta.sent = nil
	return sent
}

// wantEvent checks the next event.
func (ta *testAssoc) wantEvent(reason, event string) {
	ta.t.Helper()
	if len(ta.events) == 0 {
		ta.t.Fatalf("%s: want event %q, there was none", reason, event)
	}
	got := eventText(ta.events[0])
	ta.events = ta.events[1:]
	if !beginsWith(got, event) {
		ta.t.Fatalf("%s: want event %q, got %q", reason, event, got)
	}
}

// wantNoEvent checks that the user was told nothing more.
func (ta *testAssoc) wantNoEvent(reason string) {
	ta.t.Helper()
	if len(ta.events) > 0 {
		ta.t.Fatalf("%s, but the user was told %q", reason, eventText(ta.events[0]))
	}
}

func (ta *testAssoc) wantState(reason string, s State) {
	ta.t.Helper()
	if ta.a.State() != s {
		ta.t.Fatalf("%s: state %v, want %v", reason, ta.a.State(), s)
	}
}

// beginsWith reports whether the words of want are the first words of got.
func beginsWith(got, want string) bool { return got == want || strings.HasPrefix(got, want+" ") }
