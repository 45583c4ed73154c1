package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// Chunks that are alone or first in their packet, found elsewhere (RFC 9260 sections 3.3.7, 6.10 and 8.5.1).

func TestInitBehindOtherChunksIsNotAnswered(t *testing.T) {
	ta := established(t)
	ta.recv(heartbeat("x"), initChunk(retagged))
	ta.want("what precedes it counts", "HEARTBEAT-ACK")
	ta.wantIdle("an INIT is alone in a packet with tag 0 (section 8.5.1 A)")
}

func TestInitBeforeOtherChunksIsNotAnswered(t *testing.T) {
	ta := established(t)
	ta.recvTagged(0, way1, initChunk(retagged), heartbeat("x"))
	ta.wantIdle("an INIT is alone in its packet (section 8.5.1 A)")
}

func TestInitWithZeroTagInShutdownAckSentIsDiscarded(t *testing.T) {
	ta := inState(t, StateShutdownAckSent)
	ta.recv(initChunk(func(in *wire.Init) { in.Tag = 0 }))
	ta.wantIdle("a zero Initiate Tag is discarded silently (section 3.3.2)")
}

func TestReflectedTagCountsForAbortBehindOtherChunksToo(t *testing.T) {
	ta := established(t)
	ta.recv(heartbeat("x"), abortChunk(wire.FlagT))
	ta.wantState("the T bit says that the tag is the peer's, and it is not (section 8.5.1 B)", StateEstablished)
	ta = inState(t, StateShutdownAckSent)
	ta.recv(heartbeat("x"), shutdownComplete(wire.FlagT))
	ta.wantState("the same for SHUTDOWN COMPLETE (section 8.5.1 C)", StateShutdownAckSent)
}

func TestAbortWithFormatErrorIsDiscarded(t *testing.T) {
	ta := established(t)
	ta.recv(abortChunk(0, 0, byte(wire.CauseUserAbort), 0, 99))
	ta.wantIdle("and not answered")
	ta.wantState("a cause longer than the chunk (section 3.3.7)", StateEstablished)
}

func TestPacketWithAbortIsNotAnsweredWithAbort(t *testing.T) {
	ta := begun(t)
	ta.recv(data(1).carrying(""), abortChunk(0))
	ta.wantIdle("the peer ends it, too (section 9.1)")
	ta.wantState("it is over", StateClosed)
}

func TestUnacceptableInitAckIsAbortedWhereItCameFrom(t *testing.T) {
	ta := newTestAssoc(t, activeSide, multiHomed(peer1, peer2))
	ta.want("INIT", "INIT")
	ta.recvFrom(peer2, initAck(param(wire.ParamHostName, 'a', 0)))
	ta.wantTo(peer2, "section 5.1.2 B", "ABORT Unresolvable Address")
}

func TestShutdownIsCheckedInEveryState(t *testing.T) {
	for _, s := range []State{StateShutdownSent, StateShutdownAckSent} {
		ta := inState(t, s)
		ta.forget()
		ta.recv(shutdown(1000))
		ta.want("a Cumulative TSN Ack of what was never sent in "+s.String(), "ABORT Protocol Violation")
	}
}
