package assoc

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// RFC 9260 section 5.4: rule 3 and the exceptions for COOKIE ECHO and COOKIE ACK.

// onlyFrom makes the peer list no address but this one.
func onlyFrom(addr netip.Addr) func(*wire.Init) {
	return func(in *wire.Init) {
		in.Params = wire.AppendAddress(nil, addr)
		in.Params = wire.AppendParam(in.Params, wire.ParamStateCookie, []byte("cookie"))
	}
}

func TestSourceOfInitAckIsNotConfirmed(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT", "INIT")
	ta.send(10)
	ta.recvFrom(peer2, initAck(onlyFrom(peer2)))
	echo := ta.wantTo(peer2, "no DATA goes with it, but a nonce", "COOKIE-ECHO cookie", "HEARTBEAT")
	ta.recvFrom(peer2, cookieAck())
	ta.wantEvent("it is up", "up")
	ta.wantIdle("still no DATA to an address that is unconfirmed")
	ta.recvFrom(peer2, answerHeartbeat(echo))
	ta.wantEvent("the nonce came back", "198.51.100.2 confirmed")
	ta.wantTo(peer2, "now there is an address for DATA", "DATA 0")
}

func TestCookieEchoPrefersTheAddressThatTheUserGave(t *testing.T) {
	ta := newTestAssoc(t, activeSide, announcing(peer1, peer2))
	ta.want("INIT", "INIT")
	ta.send(10)
	ta.recvFrom(peer2, initAck())
	ta.wantTo(peer1, "it is confirmed, so DATA may go along", "COOKIE-ECHO cookie", "DATA 0")
}

func TestCookieEchoToAnUnconfirmedAddressIsRepeatedWithANewNonce(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT", "INIT")
	ta.recvFrom(peer2, initAck(onlyFrom(peer2)))
	first := ta.wantTo(peer2, "COOKIE ECHO", "COOKIE-ECHO cookie", "HEARTBEAT")
	ta.advanceToTimer()
	second := ta.wantTo(peer2, "T1-cookie", "COOKIE-ECHO cookie", "HEARTBEAT")
	ta.recvFrom(peer2, cookieAck(), answerHeartbeat(first))
	ta.wantEvent("COOKIE ACK counts", "up")
	ta.wantNoEvent("the old nonce does not")
	ta.recvFrom(peer2, answerHeartbeat(second))
	ta.wantEvent("the new one does", "198.51.100.2 confirmed")
}

func TestLargeCookieDoesNotGoToAnUnconfirmedAddress(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT", "INIT")
	ta.recvFrom(peer2, initAck(func(in *wire.Init) {
		in.Params = wire.AppendParam(wire.AppendAddress(nil, peer2), wire.ParamStateCookie, make([]byte, testMTU))
	}))
	ta.wantIdle("COOKIE ECHO and HEARTBEAT exceed the path MTU")
	for range 9 {
		ta.advanceToTimer()
	}
	ta.wantEvent("T1-cookie ends it", "cant-start")
}

func TestAbortDoesNotGoToAnUnconfirmedAddress(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT", "INIT")
	ta.recvFrom(peer2, initAck(onlyFrom(peer2)))
	ta.want("COOKIE ECHO", "COOKIE-ECHO cookie", "HEARTBEAT")
	ta.a.Abort(ta.now, nil)
	ta.settle()
	ta.wantEvent("the user ends it", "cant-start")
	ta.wantIdle("no chunk but HEARTBEAT, its answer, COOKIE ECHO and COOKIE ACK may go there")
}

func TestShutdownCompleteDoesNotGoToAnUnconfirmedAddress(t *testing.T) {
	ta := established(t, announcing(peer1, peer2))
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("SHUTDOWN", "SHUTDOWN")
	ta.recvTagged(ta.a.LocalTag(), transport.Path{Local: local1, Remote: peer2}, shutdownAck())
	ta.wantTo(peer1, "the answer takes the confirmed path", "SHUTDOWN-COMPLETE")
}

func TestCookieAckToAnUnconfirmedAddressNeverLacksItsHeartbeat(t *testing.T) {
	ta := established(t, announcing(peer1, peer2))
	echo := cookieEcho(ta.tied(localTag, peerTag, 0, 0))
	ta.recvFrom(peer2, echo, heartbeat(strings.Repeat("i", 1024)), heartbeat(strings.Repeat("i", 412)))
	ta.wantTo(peer2, "answers that would fill the packet come after the nonce", "COOKIE-ACK", "HEARTBEAT", "HEARTBEAT-ACK")
	ta.wantIdle("what does not fit is not answered (section 12.4)")
	ta.recvFrom(peer2, heartbeat(strings.Repeat("i", 1024)), heartbeat(strings.Repeat("i", 1024)))
	ta.wantTo(peer2, "one packet", "HEARTBEAT-ACK")
	ta.wantIdle("nor is anything else")
}

func TestErrorsDoNotGoToAnUnconfirmedAddress(t *testing.T) {
	ta := established(t, announcing(peer1, peer2))
	ta.deliver(ta.a.LocalTag(), way1, rawChunk(0xfe, 0))
	ta.a.Expire(ta.now)
	ta.settle()
	ta.wantTo(peer2, "a probe, and nothing else", "HEARTBEAT")
	ta.wantTo(peer1, "where it is confirmed", "ERROR Unrecognized Chunk Type")
}
