package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// wantSealed checks whether packets have a checksum.
func wantSealed(t *testing.T, why string, sealed bool, packets ...sentPacket) {
	t.Helper()
	for _, p := range packets {
		if p.sealed != sealed {
			t.Errorf("%s: the packet with %v has a right checksum: %v, want %v", why, p.chunks[0].Type, p.sealed, sealed)
		}
	}
}

// RFC 9653 section 5.2: the restrictions in their order, and zero where none applies.
func TestZeroChecksumOnceThePeerAccepts(t *testing.T) {
	ta := newTestAssoc(t, activeSide, over(dtls), peerHas(ZeroChecksum))
	wantSealed(t, "an INIT", true, ta.want("INIT", "INIT"))
	ta.recv(initAck())
	wantSealed(t, "a COOKIE ECHO", true, ta.want("the cookie is echoed", "COOKIE-ECHO"))
	ta.advanceToTimer()
	wantSealed(t, "a COOKIE ECHO again", true, ta.want("T1-cookie", "COOKIE-ECHO"))
	ta.recv(cookieAck())
	if got := ta.a.Status().Extensions; got != ZeroChecksum {
		t.Errorf("extensions in use: %v", got)
	}
	ta.send(100)
	wantSealed(t, "DATA", false, ta.want("DATA", "DATA 0"))
	ta.recv(data(0))
	wantSealed(t, "SACK", false, ta.want("SACK", "SACK 0"))
}

func TestZeroChecksumOfThePassiveSide(t *testing.T) {
	ta := newTestAssoc(t, passiveSide, over(dtls), peerHas(ZeroChecksum))
	ta.recv(cookieEcho(ta.cookieFor(&Offer{Config: Config{}.Defaults(), Tag: localTag, TSN: ta.localTSN, Carrier: dtls})))
	wantSealed(t, "COOKIE ACK", false, ta.want("up", "COOKIE-ACK"))
}

// RFC 9653 section 5.2 item 1: a peer that said nothing, or another method, gets checksums.
func TestChecksumsForAPeerWithoutTheMethod(t *testing.T) {
	for name, change := range map[string]func(*wire.Init){
		"no parameter":   func(*wire.Init) {},
		"another method": param(wire.ParamZeroChecksum, 0, 0, 0, 2),
		"no method":      param(wire.ParamZeroChecksum, 0, 0, 0, 0),
	} {
		ta := newTestAssoc(t, activeSide, over(dtls))
		ta.recv(initAck(change))
		ta.recv(cookieAck())
		ta.send(100)
		wantSealed(t, name, true, ta.forget()...)
	}
}

// RFC 9653 section 5.1: the method is announced in INIT and, whatever the INIT said, in INIT ACK; over a carrier without one, or
// when it is disabled, in neither.
func TestZeroChecksumIsAnnounced(t *testing.T) {
	for _, test := range []struct {
		name    string
		carrier Carrier
		disable Extensions
		want    uint32
	}{
		{"over DTLS", dtls, 0, transport.DTLS},
		{"over another method", Carrier{ErrorDetection: 7}, 0, 7},
		{"disabled", dtls, ZeroChecksum, 0},
		{"over plain packets", Carrier{ECN: true}, 0, 0},
	} {
		cfg := Config{Disable: test.disable}
		if got := AcceptsZeroChecksum(&cfg, test.carrier); got != (test.want != 0) {
			t.Errorf("%s: accepted is %v", test.name, got)
		}
		ta := newTestAssoc(t, activeSide, over(test.carrier), with(func(c *Config) { c.Disable = test.disable }))
		announced := func(c wire.Chunk) uint32 {
			in, err := wire.ParseInit(c)
			if err != nil {
				t.Fatal(err)
			}
			p, err := parseInitParams(in.Params)
			if err != nil {
				t.Fatal(err)
			}
			return p.announced.errorDetection
		}
		if got := announced(ta.want("INIT", "INIT").chunks[0]); got != test.want {
			t.Errorf("%s: INIT announces %d, want %d", test.name, got, test.want)
		}
		in, _, _ := wire.NextChunk(initChunk().append(ta, nil))
		reply := AnswerInit(nil, ta.now, ta.jar(), &transport.Datagram{Path: transport.Path{Local: local1, Remote: peer1}},
			wire.Header{SrcPort: peerPort, DstPort: localPort}, in,
			&Offer{Config: cfg.Defaults(), Tag: 1, TSN: seq.TSN(1), Carrier: test.carrier})
		if !wire.ChecksumOK(reply) {
			t.Errorf("%s: INIT ACK has a wrong checksum", test.name)
		}
		c, _, _ := wire.NextChunk(reply[wire.HeaderLen:])
		if got := announced(c); got != test.want {
			t.Errorf("%s: INIT ACK announces %d, want %d", test.name, got, test.want)
		}
	}
}

// A peer that restarts may have another opinion of checksums than its former self.
func TestARestartRenewsTheMethod(t *testing.T) {
	for before, after := range map[Extensions]Extensions{0: ZeroChecksum, ZeroChecksum: 0} {
		ta := established(t, over(dtls), peerHas(before))
		ta.peerHas = after
		ta.restart()
		ta.forget()
		ta.send(100)
		wantSealed(t, "after the restart", after == 0, ta.forget()...)
	}
}

// RFC 9653 section 5.2 item 1 b, in its wider sense: what an association says for nobody in particular has a checksum.
func TestLastWordsHaveAChecksum(t *testing.T) {
	ta := established(t, over(dtls), peerHas(ZeroChecksum))
	ta.recv(initChunk())
	wantSealed(t, "INIT ACK to an unexpected INIT", true, ta.forget()...)
	ta.a.Abort(ta.now, nil)
	ta.settle()
	wantSealed(t, "ABORT", true, ta.forget()...)
}
