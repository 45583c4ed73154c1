package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// report delivers an ICMP report that quotes a packet of the association.
func (ta *testAssoc) report(kind transport.Kind, mtu int, quoted []byte) {
	ta.a.Deliver(ta.now, &transport.Datagram{Path: way1, Kind: kind, MTU: mtu, Data: quoted})
	ta.settle()
}

// quote is the start of a packet as a report quotes it.
func quote(src, dst uint16, tag uint32) []byte {
	return wire.Header{SrcPort: src, DstPort: dst, Tag: tag}.Append(nil)[:8]
}

// RFC 9260 section 10, ICMP5 and ICMP6: a report counts only if it quotes a packet that was sent.
func TestForgedReportsAreIgnored(t *testing.T) {
	ta := established(t)
	own := wire.Init{Tag: localTag}
	for name, quoted := range map[string][]byte{
		"a wrong tag":         quote(localPort, peerPort, peerTag+1),
		"tag 0 and no INIT":   quote(localPort, peerPort, 0),
		"other ports":         quote(localPort, peerPort+1, peerTag),
		"ports the other way": quote(peerPort, localPort, peerTag),
		"too little":          quote(localPort, peerPort, peerTag)[:7],
		"another's INIT":      (&wire.Init{Tag: localTag + 1}).Append(wire.Header{SrcPort: localPort, DstPort: peerPort}.Append(nil), wire.ChunkInit),
	} {
		ta.report(transport.PacketTooBig, 600, quoted)
		ta.report(transport.ProtocolUnreachable, 0, quoted)
		if pmtu := ta.a.Status().Paths[0].PMTU; pmtu != testMTU || ta.a.State() != StateEstablished {
			t.Errorf("%s: PMTU %d, state %v", name, pmtu, ta.a.State())
		}
	}
	ta.wantIdle("nothing happened")
	ta.report(transport.ProtocolUnreachable, 0, own.Append(wire.Header{SrcPort: localPort, DstPort: peerPort}.Append(nil), wire.ChunkInit))
	ta.wantState("a late report about the INIT (ICMP8)", StateEstablished)
}

func TestPacketTooBigLowersThePathMTU(t *testing.T) {
	ta := established(t)
	ta.report(transport.PacketTooBig, 1000, quote(localPort, peerPort, peerTag))
	ta.mtu = 1000
	ta.send(2000)
	if p := ta.want("ICMP7", "DATA 0 B"); p.size > 1000 {
		t.Errorf("a packet of %d bytes", p.size)
	}
	ta.report(transport.PacketTooBig, 1400, quote(localPort, peerPort, peerTag))
	if pmtu := ta.a.Status().Paths[0].PMTU; pmtu != 1000 {
		t.Errorf("a report raised the path MTU to %d", pmtu)
	}
	ta.report(transport.PacketTooBig, 68, quote(localPort, peerPort, peerTag))
	if pmtu := ta.a.Status().Paths[0].PMTU; pmtu < 500 {
		t.Errorf("a forged report lowered the path MTU to %d", pmtu)
	}
}

func TestPacketTooBigRepeatsWhatWasInFlight(t *testing.T) {
	ta := established(t)
	ta.send(1200)
	ta.want("for the path MTU so far", "DATA 0 BE")
	ssthresh := ta.a.Status().Paths[0].Ssthresh
	ta.report(transport.PacketTooBig, 1000, quote(localPort, peerPort, peerTag))
	if p := ta.want("at once, not after T3-rtx", "DATA 0 BE"); !p.mayFragment {
		t.Error("the chunk is larger than the path MTU, and IP may not fragment it (section 7.3)")
	}
	if now := ta.a.Status().Paths[0].Ssthresh; now != ssthresh {
		t.Errorf("ssthresh went from %d to %d: size is no congestion", ssthresh, now)
	}
}

func TestProtocolUnreachableIsBelievedOfAPathWithErrors(t *testing.T) {
	ta := established(t)
	ta.report(transport.ProtocolUnreachable, 0, quote(localPort, peerPort, peerTag))
	ta.want("the peer has shown that it has SCTP: it is asked", "HEARTBEAT")
	ta.advanceToTimer()
	ta.wantEvent("and does not answer", "198.51.100.1 potentially-failed")
	ta.report(transport.ProtocolUnreachable, 0, quote(localPort, peerPort, peerTag))
	ta.wantEvent("like an ABORT (ICMP8)", "lost (peer has no SCTP)")
}
