package assoc

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

var firstHopOnly = over(Carrier{FirstHopMTU: true})

// What the first hop takes is probed before the first data that larger packets are of use for; until the answer comes data is cut for BasePMTU.
func TestFirstHopIsProbedFirst(t *testing.T) {
	ta := newTestAssoc(t, activeSide, firstHopOnly)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("the cookie is echoed", "COOKIE-ECHO")
	ta.recv(cookieAck())
	ta.send(modest)
	if p := ta.take("a small message"); p.probe {
		t.Errorf("first comes %v", p.chunks[0].Type)
	}
	ta.send(3000)
	probe := ta.take("probe")
	if probe.chunks[0].Type != wire.ChunkHeartbeat || probe.size != testMTU || !probe.probe || probe.mayFragment {
		t.Errorf("first comes %v with %d bytes", probe.chunks[0].Type, probe.size)
	}
	ta.wantSearch("until it is answered", path.Searching, path.BasePMTU)
	for len(ta.sent) > 0 {
		if p := ta.take("data"); p.size > path.BasePMTU || p.probe {
			t.Errorf("a packet of %d bytes, probe: %v", p.size, p.probe)
		}
	}
	ta.answerProbe(probe)
	ta.wantSearch("it is answered", path.SearchComplete, testMTU)
}

// Another path is probed when it is confirmed.
func TestConfirmedPathIsProbed(t *testing.T) {
	ta := newTestAssoc(t, activeSide, firstHopOnly, announcing(peer1, peer2))
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("the cookie is echoed", "COOKIE-ECHO")
	ta.recv(cookieAck())
	ta.setMTUs()
	ta.send(3000)
	ta.forget()
	p := ta.a.paths[1]
	if p.PMTU() != path.BasePMTU || p.Search.State != path.SearchComplete {
		t.Errorf("not confirmed: path MTU %d, state %d", p.PMTU(), p.Search.State)
	}
	ta.a.pathAnswered(p, true)
	ta.settle()
	if probe := ta.take("probe"); probe.path.Remote != peer2 || probe.size != testMTU {
		t.Errorf("a packet of %d bytes to %v", probe.size, probe.path.Remote)
	}
}

// The passive side is up before the peer is: COOKIE ACK comes first.
func TestProbeWaitsForCookieAck(t *testing.T) {
	ta := newTestAssoc(t, passiveSide, firstHopOnly, with(func(c *Config) { c.DisableFragments = true }))
	ta.recv(cookieEcho(ta.cookieFor(&Offer{Config: Config{}.Defaults(), Tag: localTag, TSN: ta.localTSN, Carrier: Carrier{FirstHopMTU: true}})))
	if p := ta.take("the first packet"); p.chunks[0].Type != wire.ChunkCookieAck {
		t.Errorf("first comes %v", p.chunks[0].Type)
	}
	if p := ta.take("the second"); !p.probe {
		t.Errorf("second comes %v", p.chunks[0].Type)
	}
}

// Small messages are no reason to probe; what was queued before the association came up may be.
func TestNobodyProbesForSmallMessages(t *testing.T) {
	for size, want := range map[int]bool{modest: false, modest + 1: true} {
		ta := newTestAssoc(t, activeSide, firstHopOnly)
		ta.want("INIT opens the association", "INIT")
		ta.send(size)
		ta.recv(initAck())
		ta.recv(cookieAck())
		sent := ta.forget()
		ta.recv(sack(1))
		for range 20 {
			ta.advance(time.Minute)
			sent = append(sent, ta.forget()...)
		}
		if probed := slices.ContainsFunc(sent, func(p sentPacket) bool { return p.probe }); probed != want {
			t.Errorf("a message of %d bytes: probed: %v", size, probed)
		}
	}
}

// Where messages are not cut, larger packets are of use for those that are refused.
func TestUncutMessagesAreAReasonToProbe(t *testing.T) {
	ta := established(t, firstHopOnly)
	tuning := ta.a.Tunable()
	tuning.DisableFragments = true
	ta.a.Tune(ta.now, tuning)
	if err := ta.a.Send(ta.now, &Message{Data: make([]byte, path.BasePMTU)}); !errors.Is(err, ErrMessageTooBig) {
		t.Errorf("Send: %v", err)
	}
	ta.settle()
	ta.answerProbe(ta.take("probe"))
	ta.send(path.BasePMTU)
}
