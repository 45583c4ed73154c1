package assoc

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

var errCut = fmt.Errorf("%w: cut", ErrDisconnected)

// carrierRows are what a carrier says of the way to a peer as a whole.
func carrierRows() []row {
	disconnected := func(ta *testAssoc) string { ta.a.Disconnected(ta.now, errCut); return "" }
	rerouted := func(ta *testAssoc) string { ta.a.Rerouted(ta.now, peer1); return "" }
	return []row{
		{"Disconnected", disconnected, []cell{
			in("RFC 8261 6.1", "enter CLOSED; tell cant-start (connection lost: cut)", StateCookieWait, StateCookieEchoed),
			in("RFC 8261 6.1", "enter CLOSED; tell lost (connection lost: cut)", StateEstablished, StateShutdownSent),
			in("RFC 8261 6.1", "enter CLOSED; tell send-failed sent=true len=10 (connection lost: cut); tell lost (connection lost: cut)",
				StateShutdownPending, StateShutdownReceived),
			in("9.2", "enter CLOSED; tell shutdown-complete", StateShutdownAckSent), // all else is done
			in("4", "discard", StateClosed),
		}},
		{"Rerouted", rerouted, []cell{
			in("RFC 8261 6.1", "discard", StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownSent, StateShutdownAckSent), // no data
			in("RFC 8261 6.1", "send HEARTBEAT; send HEARTBEAT+PAD", StateEstablished, StateShutdownPending, StateShutdownReceived),
		}},
	}
}

// A path that leads elsewhere now has the initial congestion window, and its MTU is tested.
func TestAnotherWayIsLearntAnew(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.HBInterval = -1 }))
	p := ta.a.paths[0]
	initial := p.CC.Cwnd()
	ta.send(8 * fragment)
	for acked := -1; acked < 7; {
		acked += len(ta.forget())
		ta.recv(sack(acked))
	}
	if p.CC.Cwnd() <= initial {
		t.Fatalf("the window did not grow from %d", initial)
	}
	ta.forget()
	ta.a.Rerouted(ta.now, peer1)
	ta.settle()
	if p.CC.Cwnd() != initial {
		t.Errorf("the window is %d, want the initial %d", p.CC.Cwnd(), initial)
	}
	small, probe := ta.take("small"), ta.take("probe")
	if len(small.chunks) != 1 || len(probe.chunks) != 2 || probe.chunks[1].Type != wire.ChunkPad {
		t.Errorf("sent %v, then %v, want a HEARTBEAT, and one with padding", small.chunks, probe.chunks)
	}
	ta.wantSearch("RFC 8261 section 6.1", path.SearchConfirming, testMTU)
	ta.answerProbe(probe)
	ta.wantSearch("the new way takes as much", path.SearchComplete, testMTU)
	ta.a.Rerouted(ta.now, peer2)
	ta.settle()
	ta.wantIdle("that is another's address")
}

func TestEndOfTheCarriersConnectionHasItsReason(t *testing.T) {
	ta := established(t)
	ta.a.Disconnected(ta.now, errCut)
	ta.settle()
	for _, e := range ta.events {
		if c, ok := e.(AssocChange); ok && !errors.Is(c.Err, ErrDisconnected) {
			t.Errorf("the error is %v", c.Err)
		}
	}
	ta.wantEvent("the user hears why", "lost (connection lost: cut)")
}
