package assoc

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
)

// RFC 9260 sections 3.3.2 and 3.3.3: the flags are sent as 0 and ignored.
func TestFlagsOfInitAreIgnored(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	if p := ta.want("INIT opens the association", "INIT"); p.chunks[0].Flags != 0 {
		t.Errorf("INIT with flags %#x", p.chunks[0].Flags)
	}
	ta.recv(flagged(initChunk()))
	ta.wantInitAck("an INIT with flags", peerTag)
	ta.recv(flagged(initAck()))
	ta.want("an INIT ACK with flags", "COOKIE-ECHO")
	_, answered := answer(t, peer1, nil)
	if answered[0].Flags != 0 {
		t.Errorf("INIT ACK with flags %#x", answered[0].Flags)
	}
}

// flagged is a chunk with all flags set.
func flagged(c chunk) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		flags := len(b) + 1
		b = c.append(ta, b)
		b[flags] = 0xff
		return b
	})
}

// RFC 9260 section 3.3.3: no more outbound streams than the INIT allows.
func TestInitAckAsksForNoMoreStreamsThanThePeerAllows(t *testing.T) {
	for allowed, want := range map[uint16]uint16{3: 3, 10: 10, 65535: 10} {
		_, chunks := answer(t, peer1, nil, func(in *wire.Init) { in.InStreams = allowed })
		if ack, err := wire.ParseInit(chunks[0]); err != nil || ack.OutStreams != want {
			t.Errorf("the peer allows %d streams and is asked for %d, %v; want %d", allowed, ack.OutStreams, err, want)
		}
	}
}

// RFC 9260 section 5.1.2 A.
func TestPeerWithoutAddressParametersHasItsSourceAlone(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.peer = nil
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	if paths := ta.a.Paths(nil); len(paths) != 1 || paths[0].Remote != peer1 {
		t.Errorf("paths after INIT ACK: %v, want its source", paths)
	}
	_, chunks := answer(t, peer2, nil, func(in *wire.Init) { in.Params = nil })
	c, err := ta.jar().Open(1, cookieIn(chunks[0]))
	if err != nil || len(c.PeerAddrs) != 1 || c.PeerAddrs[0] != peer2 {
		t.Errorf("addresses of INIT: %v, %v; want its source", c.PeerAddrs, err)
	}
	if c.LocalTieTag != 0 || c.PeerTieTag != 0 {
		t.Errorf("tie-tags %#x and %#x without an association (section 5.2.2)", c.LocalTieTag, c.PeerTieTag)
	}
}

// RFC 9260 section 5.1.2: addresses of a family that this side lacks are ignored without a word.
func TestAddressesOfAnotherFamilyAreIgnored(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.peer = []netip.Addr{peer6, peer1, peer2}
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("no ERROR goes along", "COOKIE-ECHO")
	if paths := ta.a.Paths(nil); len(paths) != 2 || paths[0].Remote != peer1 || paths[1].Remote != peer2 {
		t.Errorf("paths %v, want all of this side's family", paths)
	}
}

// RFC 9260 section 16.
func TestDefaultsAreThoseOfTheRFC(t *testing.T) {
	c := Config{}.Defaults()
	for _, d := range []struct {
		name      string
		got, want any
	}{
		{"RTO.Initial", c.RTOInitial, time.Second},
		{"RTO.Min", c.RTOMin, time.Second},
		{"RTO.Max", c.RTOMax, 60 * time.Second},
		{"Max.Burst", c.MaxBurst, 4},
		{"Valid.Cookie.Life", c.ValidCookieLife, 60 * time.Second},
		{"Association.Max.Retrans", c.AssocMaxRetrans, 10},
		{"Path.Max.Retrans", c.PathMaxRetrans, 5},
		{"Max.Init.Retransmits", c.MaxInitRetransmits, 8},
		{"HB.interval", defaultHBInterval, 30 * time.Second},
		{"HB.Max.Burst", c.HBMaxBurst, 1},
		{"SACK.Delay", c.SACKDelay, 200 * time.Millisecond},
		{"PotentiallyFailed.Max.Retrans (RFC 7829 section 6)", c.PFMaxRetrans, 0},
	} {
		if d.got != d.want {
			t.Errorf("%s is %v, recommended is %v", d.name, d.got, d.want)
		}
	}
}

// RFC 9260 section 3.3.2: an INIT that is refused leaves the association as it is.
func TestUnacceptableInitChangesNoAssociation(t *testing.T) {
	for name, change := range map[string]func(*wire.Init){
		"a window below 1500":   func(in *wire.Init) { in.ARwnd = 1499 },
		"zero outbound streams": func(in *wire.Init) { in.OutStreams = 0 },
		"zero inbound streams":  func(in *wire.Init) { in.InStreams = 0 },
	} {
		for _, s := range []State{StateCookieEchoed, StateEstablished, StateShutdownSent} {
			ta := inState(t, s)
			ta.tag = newPeerTag
			ta.recv(initChunk(retagged, change))
			ta.want(name, "ABORT Invalid Mandatory Parameter")
			ta.wantState(name, s)
			ta.wantNoEvent("nothing happened")
		}
	}
}

// RFC 9260 section 3.3.2: no parameter but an address comes twice.
func TestParametersAreInInitOnce(t *testing.T) {
	code := uint32(7)
	ta := newTestAssoc(t, activeSide, over(dtls), with(func(c *Config) { c.Enable, c.AdaptationIndication = AllExtensions, &code }))
	ta.recv(initAck())
	ta.recv(staleCookie(500_000))
	_, chunks := answer(t, peer1, []netip.Addr{local1, local2}, param(0xfff0, 1, 2, 3))
	sent := ta.forget()
	for _, c := range []wire.Chunk{sent[0].chunks[0], sent[len(sent)-1].chunks[0], chunks[0]} {
		in, err := wire.ParseInit(c)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[wire.ParamType]int)
		for rest := in.Params; len(rest) > 0; {
			var p wire.Param
			if p, rest, err = wire.NextParam(rest); err != nil {
				t.Fatal(err)
			}
			if seen[p.Type]++; seen[p.Type] > 1 && p.Type != wire.ParamIPv4 {
				t.Errorf("%v has %v twice", c, p.Type)
			}
		}
		if len(seen) < 2 {
			t.Errorf("%v has only %d parameters", c, len(seen))
		}
	}
}

// RFC 9260 section 5.2.2: what a peer that may have restarted is offered is what the association has.
func TestInitAckOfAnAssociationHasItsStreams(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.recv(initAck(func(in *wire.Init) { in.InStreams = 3 }))
	ta.recv(cookieAck())
	ta.forget()
	ta.recv(initChunk(retagged, func(in *wire.Init) { in.InStreams = 100 }))
	if ack, _, c := ta.wantInitAck("the peer may have restarted", newPeerTag); ack.OutStreams != 3 || c.OutStreams != 3 {
		t.Errorf("INIT ACK asks for %d streams, its cookie has %d; want the 3 of the association", ack.OutStreams, c.OutStreams)
	}
}
