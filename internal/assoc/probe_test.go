package assoc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// suspected is an association that has had two time-outs with large packets: the probes are in ta.sent.
func suspected(t *testing.T, options ...option) *testAssoc {
	ta := established(t, append(options, with(func(c *Config) { c.HBInterval = -1 }))...)
	ta.send(fragment)
	ta.want("a full packet", "DATA 0 BE")
	ta.advanceToTimer()
	ta.want("the first time-out is an ordinary loss", "DATA 0 BEI")
	ta.wantIdle("no probe yet")
	ta.advanceToTimer()
	return ta
}

// take returns the oldest packet that was sent.
func (ta *testAssoc) take(why string) sentPacket {
	ta.t.Helper()
	if len(ta.sent) == 0 {
		ta.t.Fatalf("%s: nothing was sent", why)
	}
	p := ta.sent[0]
	ta.sent = ta.sent[1:]
	return p
}

// answerProbe answers the HEARTBEAT of a packet.
func (ta *testAssoc) answerProbe(p sentPacket) {
	ta.a.Deliver(ta.now, ta.packet(wire.AppendChunk(nil, wire.ChunkHeartbeatAck, 0, p.chunks[0].Value)))
	ta.settle()
}

func (ta *testAssoc) packet(chunks []byte) *transport.Datagram {
	b := append(wire.Header{SrcPort: peerPort, DstPort: localPort, Tag: ta.a.LocalTag()}.Append(nil), chunks...)
	wire.Seal(b)
	return &transport.Datagram{Path: way1, Data: b}
}

func (ta *testAssoc) wantSearch(why string, s path.SearchState, pmtu int) {
	ta.t.Helper()
	if p := ta.a.Status().Paths[0]; p.Search != s || p.PMTU != pmtu {
		ta.t.Errorf("%s: state %d, path MTU %d, want state %d, %d", why, p.Search, p.PMTU, s, pmtu)
	}
}

func TestProbesAreHeartbeatsWithPadding(t *testing.T) {
	ta := suspected(t)
	small, probe := ta.take("small"), ta.take("probe")
	if len(small.chunks) != 1 || small.chunks[0].Type != wire.ChunkHeartbeat {
		t.Errorf("the small one has %v", small.chunks)
	}
	if len(probe.chunks) != 2 || probe.chunks[0].Type != wire.ChunkHeartbeat || probe.chunks[1].Type != wire.ChunkPad {
		t.Errorf("the probe has %v", probe.chunks)
	}
	if probe.size != testMTU || probe.mayFragment {
		t.Errorf("a probe of %d bytes, may be fragmented: %v", probe.size, probe.mayFragment)
	}
	ta.wantSearch("RFC 8899 section 4.3", path.SearchConfirming, testMTU)
	ta.answerProbe(probe)
	ta.wantSearch("the probe arrived", path.SearchComplete, testMTU)
}

// Open5GS issue 4483: HEARTBEATs are answered, and data does not arrive, until the association fails.
func TestStalledAssociationIsCured(t *testing.T) {
	ta := suspected(t)
	errors := ta.a.Status().Paths[0].Errors
	for n := 0; ta.a.Status().Paths[0].Search == path.SearchConfirming; n++ {
		if n > 50 {
			t.Fatal("the black hole is not found")
		}
		for len(ta.sent) > 0 {
			if p := ta.take("probe"); len(p.chunks) == 1 && p.chunks[0].Type == wire.ChunkHeartbeat {
				ta.answerProbe(p)
			}
		}
		if n == 0 && ta.a.Status().Paths[0].Errors >= errors {
			t.Error("the answer to a HEARTBEAT clears the path's errors")
		}
		ta.advance(time.Second)
	}
	ta.wantSearch("the black hole is found", path.SearchBase, path.BasePMTU)
	if got := ta.a.Stats().BlackHoles; got != 1 {
		t.Errorf("%d black holes", got)
	}
	again := false
	for len(ta.sent) > 0 {
		p := ta.take("again")
		again = again || p.chunks[0].Type == wire.ChunkData && p.mayFragment
	}
	if !again {
		t.Error("what was in flight is not sent again in packets that may be fragmented")
	}
	ta.recv(sack(0))
	ta.send(3000)
	for _, p := range ta.sent {
		if p.chunks[0].Type == wire.ChunkData && p.size > path.BasePMTU {
			t.Errorf("a packet of %d bytes", p.size)
		}
	}
}

func TestNoProbesAfterShutdown(t *testing.T) {
	ta := established(t)
	ta.a.probeWanted = true
	ta.a.paths[0].Search.WantProbe = true
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("only that", "SHUTDOWN -1")
	ta.wantIdle("no probe")
}

// Probes of a peer that wants HEARTBEATs or padding authenticated have the size that they are to show, with AUTH.
func TestProbesAreAuthenticated(t *testing.T) {
	for _, want := range []wire.ChunkType{wire.ChunkHeartbeat, wire.ChunkPad, wire.ChunkASCONF} {
		ta, _ := authenticated(t, authentic(nil), nil, want)
		p := ta.a.paths[0]
		for !p.Search.WantProbe {
			p.TimedOut(2 * testMTU)
		}
		ta.a.probeWanted = true
		ta.settle()
		auth := 0
		for _, p := range ta.forget() {
			for _, c := range p.chunks {
				if c.Type == wire.ChunkAuth {
					auth++
				}
			}
			if p.size > 200 && p.size != testMTU {
				t.Errorf("%v: a probe of %d bytes", want, p.size)
			}
		}
		if (auth > 0) != (want != wire.ChunkASCONF) {
			t.Errorf("%v: %d chunks of AUTH", want, auth)
		}
	}
}

// Data beside COOKIE ECHO fills the packet, which may be too much for a path of which nothing is known: the next one is smaller.
func TestRepeatedCookieEchoFitsIntoABlackHole(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	for range 8 {
		ta.send(400)
	}
	ta.recv(initAck())
	if p := ta.take("cookie"); p.size <= path.BasePMTU {
		t.Errorf("the first COOKIE ECHO has %d bytes", p.size)
	}
	ta.advanceToTimer()
	if p := ta.take("again"); p.size > path.BasePMTU || len(p.chunks) < 2 {
		t.Errorf("repeated with %d bytes and %d chunks", p.size, len(p.chunks))
	}
}

// While it is being found out if anything but small packets arrives, a small one does not bring a path back, if another works.
func TestDoubtedPathIsNotBroughtBack(t *testing.T) {
	ta := established(t, multiHomed(peer1, peer2), with(func(c *Config) { c.HBInterval = -1 }))
	ta.a.paths[1].Answered(true)
	p := ta.a.paths[0]
	for range 2 {
		p.TimedOut(testMTU)
		p.Failed()
	}
	ta.a.probeWanted = true
	ta.settle()
	small, probe := ta.take("small"), ta.take("probe")
	ta.answerProbe(small)
	if p.State() != path.PotentiallyFailed || p.Errors() != 2 {
		t.Errorf("after a small answer: state %d, %d errors", p.State(), p.Errors())
	}
	ta.answerProbe(probe)
	if p.State() != path.Active || p.Errors() != 0 {
		t.Errorf("after the probe's: state %d, %d errors", p.State(), p.Errors())
	}
}

// RFC 8899 section 3 items 7 and 8: probes ask neither window, and their loss is no sign of congestion nor an error of the path.
func TestLostProbesCostNothing(t *testing.T) {
	ta := newTestAssoc(t, activeSide, firstHopOnly, with(func(c *Config) { c.HBInterval = -1 }))
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("the cookie is echoed", "COOKIE-ECHO")
	ta.recv(cookieAck())
	ta.send(modest + 1)
	ta.forget()
	ta.recv(sack(0).withRwnd(0))
	before := ta.a.Status().Paths[0]
	probes := 0
	for range 60 {
		ta.advance(time.Second)
		for _, p := range ta.forget() {
			if p.probe {
				probes++
			}
		}
	}
	after := ta.a.Status().Paths[0]
	if probes < 5 || after.Cwnd != before.Cwnd || after.Ssthresh != before.Ssthresh || after.Errors != 0 || after.State != AddrAvailable {
		t.Errorf("%d probes were lost: %+v, before %+v", probes, after, before)
	}
}
