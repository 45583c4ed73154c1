package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// givingUp makes an association whose peer may give messages up, with its first SACK behind it.
func givingUp(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	ta := established(t, append([]option{peerHas(PartialReliability)}, options...)...)
	ta.recv(data(0))
	ta.want("the first DATA chunk is acknowledged at once", "SACK 0")
	ta.wantRead("", "0.0:0123456789")
	return ta
}

// givingUpInterleaved is the same with I-DATA.
func givingUpInterleaved(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	ta := interleaving(t, append([]option{peerHas(Interleaving | PartialReliability)}, options...)...)
	ta.recv(idata(0))
	ta.want("the first chunk is acknowledged at once", "SACK 0")
	ta.wantRead("", "0.0:0123456789")
	return ta
}

// forwardTSN is a FORWARD TSN of the peer. The list has pairs of stream and SSN.
func forwardTSN(cum int, list ...int) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		var streams []wire.SkippedStream
		for i := 0; i < len(list); i += 2 {
			streams = append(streams, wire.SkippedStream{StreamID: uint16(list[i]), SSN: seq.SSN(list[i+1])})
		}
		return wire.AppendForwardTSN(b, ta.peerTSN.Add(cum), streams)
	})
}

// iForwardTSN is an I-FORWARD-TSN of the peer. The list has pairs of stream and MID, of ordered messages.
func iForwardTSN(cum int, list ...int) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		var messages []wire.SkippedMessage
		for i := 0; i < len(list); i += 2 {
			messages = append(messages, wire.SkippedMessage{StreamID: uint16(list[i]), MID: seq.MID(list[i+1])})
		}
		return wire.AppendIForwardTSN(b, ta.peerTSN.Add(cum), messages)
	})
}

// RFC 3758 section 3.6: the cumulative TSN moves to what the peer says, and on over what has come.
func TestForwardTSNMovesTheCumulativeTSN(t *testing.T) {
	ta := givingUp(t)
	ta.recv(data(2), data(3), data(5))
	ta.want("", "SACK 0 gaps=2-3,5-5")
	ta.wantRead("1 is missing")
	ta.recv(forwardTSN(1, 0, 1))
	ta.want("a gap was filled", "SACK 3 gaps=5-5")
	ta.wantRead("what waited for 1", "0.0:0123456789", "0.0:0123456789")
	ta.recv(forwardTSN(4, 0, 4))
	ta.want("nothing is missing", "SACK 5")
	ta.wantRead("what waited for 4", "0.0:0123456789")
	ta.recv(data(4))
	ta.want("what was given up and comes late is a duplicate", "SACK 5 gaps= dups=4")
	ta.recv(data(6))
	ta.advanceIfQuiet()
	ta.want("the stream goes on", "SACK 6")
	ta.wantRead("", "0.0:0123456789")
}

// Section 3.6: for SACKs the rules are those for DATA.
func TestForwardTSNIsAcknowledgedLikeData(t *testing.T) {
	ta := givingUp(t)
	ta.recv(forwardTSN(1, 0, 1))
	ta.wantIdle("nothing was out of order, so the SACK is delayed")
	ta.advance(ta.a.cfg.SACKDelay)
	ta.want("", "SACK 1")
	ta.recv(forwardTSN(2, 0, 2))
	ta.recv(forwardTSN(3, 0, 3))
	ta.want("every second packet is acknowledged", "SACK 3")
	ta.recv(forwardTSN(3, 0, 7))
	ta.want("out of date: the SACK may have been lost", "SACK 3")
	ta.recv(forwardTSN(-5, 0, 7))
	ta.want("long out of date", "SACK 3")
	ta.recv(data(4))
	ta.advance(ta.a.cfg.SACKDelay)
	ta.want("what is out of date has no effect", "SACK 4")
	ta.wantRead("SSN 4 was not given up", "0.0:0123456789")
}

// RFC 9260 section 9.2: what counts as DATA is answered with SHUTDOWN, which has the cumulative TSN.
func TestForwardTSNDuringShutdown(t *testing.T) {
	ta := givingUp(t)
	ta.recv(data(2))
	ta.forget()
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("nothing is outstanding here", "SHUTDOWN 0")
	ta.recv(forwardTSN(1, 0, 1))
	ta.want("", "SACK 2", "SHUTDOWN 2")
	ta.wantRead("what waited for 1", "0.0:0123456789")
}

// RFC 9260 section 5.2.4.1: the new incarnation of the peer may have other extensions.
func TestRestartChangesTheKindOfChunk(t *testing.T) {
	ta := givingUpInterleaved(t)
	ta.recv(idata(1).fragment(1, 0, 0, wire.FlagBegin))
	ta.recv(idata(2).fragment(2, 0, 0, wire.FlagBegin|wire.FlagEnd).carrying("whole"))
	ta.forget()
	ta.peerHas = 0
	ta.restart(data(0).carrying("new"))
	ta.wantEvent("what was incomplete had not been read", "restart")
	ta.wantRead("what was complete, and DATA of the new one", "2.0:whole", "0.0:new")
	ta.wantState("nothing contradicts", StateEstablished)
}

func TestForwardTSNCutsAPartialDelivery(t *testing.T) {
	ta := givingUp(t, with(func(c *Config) { c.PartialDeliveryPoint = 4 }))
	ta.recv(data(1).on(3, 0).withFlags(wire.FlagBegin))
	ta.wantRead("a part", "3.0:0123456789…")
	ta.recv(forwardTSN(2, 3, 0))
	ta.wantEvent("the rest will not come", "partial-delivery-aborted sid=3")
	ta.recv(data(3).on(3, 1))
	ta.wantRead("the stream goes on", "3.0:0123456789")
	ta.wantNoEvent("one message was cut")
}

func TestIForwardTSNGivesUpByMID(t *testing.T) {
	ta := givingUpInterleaved(t)
	ta.recv(idata(1).fragment(1, 0, 0, wire.FlagBegin), idata(2).fragment(1, 1, 0, wire.FlagBegin|wire.FlagEnd))
	ta.advanceIfQuiet()
	ta.want("", "SACK 2")
	ta.wantRead("MID 0 is incomplete")
	ta.recv(iForwardTSN(3, 1, 0))
	ta.wantRead("it was given up", "1.1:0123456789")
	ta.advanceIfQuiet()
	ta.want("", "SACK 3")
}

// What a peer may get wrong when it gives up, and what it gets for it.
func TestBadForwardTSN(t *testing.T) {
	violation := []string{"ABORT Protocol Violation"}
	manyStreams := make([]int, 0, 700)
	for i := range 350 {
		manyStreams = append(manyStreams, 60000+i, 9)
	}
	for _, c := range []struct {
		name        string
		interleaved bool
		chunk       chunk
		want        []string
	}{
		{"truncated", false, rawChunk(wire.ChunkForwardTSN, 0, 1, 2, 3), violation},
		{"truncated", true, rawChunk(wire.ChunkIForwardTSN, 0, 1, 2, 3), violation},
		{"half an entry", false, rawChunk(wire.ChunkForwardTSN, 0, make([]byte, 6)...), violation},
		{"half an entry", true, rawChunk(wire.ChunkIForwardTSN, 0, make([]byte, 8)...), violation},
		{"the chunk of the other kind", false, iForwardTSN(1), violation},
		{"the chunk of the other kind", true, forwardTSN(1), violation},
		{"too far ahead", false, forwardTSN(65536), []string{"SACK 0"}},
		{"too far ahead", true, iForwardTSN(65536), []string{"SACK 0"}},
		{"half the number space ahead", false, forwardTSN(1 << 31), []string{"SACK 0"}},
		{"out of date", true, iForwardTSN(0, 0, 5), []string{"SACK 0"}},
		{"streams that do not exist", false, forwardTSN(1, manyStreams...), []string{"SACK 1"}},
		{"streams that do not exist", true, iForwardTSN(1, manyStreams...), []string{"SACK 1"}},
		{"the furthest", false, forwardTSN(65535, 0, 32767), []string{"SACK 65535"}},
		{"a stream twice, in the wrong order", false, forwardTSN(1, 0, 3, 0, 1), []string{"SACK 1"}},
	} {
		ta := givingUp(t)
		if c.interleaved {
			ta = givingUpInterleaved(t)
		}
		ta.recv(c.chunk)
		ta.advanceIfQuiet()
		ta.want(c.name, c.want...)
		ta.wantIdle(c.name)
	}
}

// RFC 3758 section 3.3.1: without the extension, FORWARD TSN is a chunk like others that nobody knows. RFC 8260 section 2.3.1 makes an abort of
// I-FORWARD-TSN without I-DATA.
func TestForwardTSNWithoutTheExtension(t *testing.T) {
	ta := established(t)
	ta.recv(forwardTSN(0), heartbeat("behind"))
	ta.want("reported, and the packet is read on", "HEARTBEAT-ACK", "ERROR Unrecognized Chunk Type")
	ta.recv(iForwardTSN(0))
	ta.want("", "ABORT Protocol Violation")
	ta = interleaving(t)
	ta.recv(iForwardTSN(0))
	ta.want("I-DATA alone is reliable", "ABORT Protocol Violation")
}
