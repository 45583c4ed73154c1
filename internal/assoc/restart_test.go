package assoc

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// restart has the peer begin anew (RFC 9260 section 5.2.4 action A), with other chunks behind its COOKIE ECHO, and leaves the answer to be
// wanted. From then on TSNs count from the new Initial TSNs.
func (ta *testAssoc) restart(behind ...chunk) {
	ta.t.Helper()
	ta.recv(initChunk(retagged))
	ack, sealed, _ := ta.wantInitAck("INIT of the new incarnation", newPeerTag)
	ta.tag, ta.peerTSN, ta.localTSN = newPeerTag, peerInitialTSN.Add(1000), ack.InitialTSN
	ta.recvTagged(ack.Tag, transport.Path{Local: local1, Remote: peer1}, append([]chunk{cookieEcho(sealed)}, behind...)...)
}

func TestRestartGivesBackWhatWasSentAndSendsTheRest(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.SendBuffer, c.MaxBurst = 20000, 1 }))
	ta.send(100)
	ta.send(5000)
	ta.send(3000)
	ta.forget()
	ta.restart()
	ta.wantEvent("what was not acknowledged is given back", "send-failed sent=true len=100 (peer restarted)")
	ta.wantEvent("also if it was sent in part", "send-failed sent=true len=5000 (peer restarted)")
	ta.wantEvent("the user is told of the restart", "restart out=10 in=10")
	ta.want("the new incarnation's cookie is good", "COOKIE-ACK")
	ta.want("what was not sent goes to it, from SSN 0 (section 6.5)", "DATA 0 BI sid=0 ssn=0")
	if want := 20000 - 3000; ta.a.SendSpace() != want {
		t.Errorf("send space %d, want %d: what was given back takes no room", ta.a.SendSpace(), want)
	}
	for i := range 3 {
		ta.recv(sack(i))
	}
	ta.wantEvent("and arrives", "dry")
}

func TestRestartKeepsWhatIsCompleteAndCutsWhatIsNot(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.PartialDeliveryPoint = 100 }))
	if got, eor, _ := ta.receive(100); got != "0123456789" || !eor {
		t.Fatalf("read %q, %v", got, eor)
	}
	ta.recv(data(1).withFlags(wire.FlagBegin).carrying(strings.Repeat("a", 200)))
	ta.recv(data(3).on(1, 0).carrying("complete"))
	if got, eor, _ := ta.receive(1000); len(got) != 200 || eor {
		t.Fatalf("partial delivery: %d bytes, end %v", len(got), eor)
	}
	ta.forget()
	ta.restart(data(0).carrying("new"))
	ta.want("DATA behind COOKIE ECHO is the new incarnation's", "COOKIE-ACK", "SACK 0")
	ta.wantEvent("the rest of the message will not come (RFC 6458 section 6.1.7)", "partial-delivery-aborted sid=0")
	ta.wantEvent("then the restart", "restart")
	var got []string
	for {
		text, eor, ok := ta.receive(1000)
		if !ok {
			break
		}
		if !eor {
			t.Errorf("%q does not end", text)
		}
		got = append(got, text)
	}
	if strings.Join(got, ",") != "new" && strings.Join(got, ",") != "complete,new" {
		t.Errorf("read %q, want what was complete and what is new", got)
	}
}

func TestRestartMakesOtherAddressesUnconfirmed(t *testing.T) {
	ta := established(t, multiHomed(peer1, peer2))
	ta.restart()
	ta.want("the cookie is answered where it came from", "COOKIE-ACK")
	for i, want := range []bool{true, false} {
		if s := ta.a.Status().Paths[i]; s.Confirmed != want {
			t.Errorf("%v is confirmed: %v, want %v (section 5.4)", s.Path.Remote, s.Confirmed, want)
		}
	}
	ta.advance(0)
	ta.wantTo(peer2, "the other address is probed", "HEARTBEAT")
}

func TestRestartForgetsAddressesThatTheNewIncarnationDoesNotHave(t *testing.T) {
	ta := established(t, multiHomed(peer1, peer2, peer3))
	ta.peer = []netip.Addr{peer1, peer3}
	ta.restart()
	ta.want("the cookie is answered", "COOKIE-ACK")
	paths := ta.a.Paths(nil)
	if len(paths) != 2 || paths[0].Remote != peer1 || paths[1].Remote != peer3 {
		t.Errorf("paths %v, want the addresses in the new INIT", paths)
	}
	ta.send(10)
	ta.want("data flows", "DATA 0")
	ta.recv(sack(0))
}

func TestRestartDoesNotUndoTheUsersShutdown(t *testing.T) {
	for _, s := range []State{StateShutdownPending, StateShutdownSent} {
		ta := inState(t, s)
		ta.restart()
		ta.want("nothing is left to send, and the user is done", "COOKIE-ACK", "SHUTDOWN -1")
		ta.wantState("shutting down again", StateShutdownSent)
	}
}

func TestRestartInShutdownReceivedEstablishes(t *testing.T) {
	ta := inState(t, StateShutdownReceived)
	ta.restart()
	ta.want("the new incarnation has not shut down", "COOKIE-ACK")
	ta.wantState("established", StateEstablished)
	ta.send(10)
	ta.want("data flows", "DATA 0")
}

// RFC 9260 section 5.2.4 action A, last paragraph. The two chunks go in packets of their own: SHUTDOWN ACK is for the old incarnation, and the
// new one answers it as out of the blue with the tag reflected; ERROR is for the new one, which would discard it with the old tag.
func TestRestartInShutdownAckSentIsRefused(t *testing.T) {
	ta := inState(t, StateEstablished)
	ta.recv(initChunk(retagged))
	ack, sealed, _ := ta.wantInitAck("INIT came before", newPeerTag)
	ta.recv(shutdown(-1))
	ta.want("the old incarnation is gone", "SHUTDOWN-ACK")
	ta.recvTagged(ack.Tag, transport.Path{Local: local1, Remote: peer1}, cookieEcho(sealed))
	ta.tag = newPeerTag
	ta.want("the new one is told", "ERROR Cookie Received While Shutting Down")
	ta.tag = peerTag
	ta.want("SHUTDOWN ACK is repeated", "SHUTDOWN-ACK")
	ta.recvTagged(peerTag, transport.Path{Local: local1, Remote: peer1}, shutdownComplete(wire.FlagT))
	ta.wantEvent("which ends it", "shutdown")
	ta.wantEvent("which ends it", "shutdown-complete")
}

func TestRestartResetsTheCongestionWindow(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.SendBuffer = 10 << 20 }))
	initial := ta.a.Status().Paths[0]
	ta.send(100 * fragment)
	acked := -1
	for len(ta.sent) > 0 {
		acked += len(ta.forget())
		ta.recv(sack(acked))
	}
	if p := ta.a.Status().Paths[0]; p.Cwnd <= initial.Cwnd {
		t.Fatalf("cwnd %d did not grow", p.Cwnd)
	}
	ta.restart()
	if p := ta.a.Status().Paths[0]; p.Cwnd != initial.Cwnd || p.Ssthresh != initial.Ssthresh {
		t.Errorf("cwnd %d, ssthresh %d; want %d and %d as at the beginning", p.Cwnd, p.Ssthresh, initial.Cwnd, initial.Ssthresh)
	}
}
