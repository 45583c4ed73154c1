package assoc

import (
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

var way1 = transport.Path{Local: local1, Remote: peer1}

// receives is the stimulus of a packet with the right tag.
func receives(chunks ...chunk) func(*testAssoc) string {
	return func(ta *testAssoc) string { ta.recv(chunks...); return "" }
}

// receivesTagged is the stimulus of a packet with any tag.
func receivesTagged(tag uint32, chunks ...chunk) func(*testAssoc) string {
	return func(ta *testAssoc) string { ta.recvTagged(tag, way1, chunks...); return "" }
}

func chunkRows() []row {
	const wrongTag = 0x55555555
	rows := []row{
		{"DATA", receives(data(0)), []cell{
			in("6.2", "send SACK", StateEstablished, StateShutdownPending),
			in("9.2", "send SACK+SHUTDOWN", StateShutdownSent),
			in("6", "discard", StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownReceived, StateShutdownAckSent),
		}},
		{"I-DATA", receives(idata(0)), []cell{
			in("RFC 8260 2.2.3", "send ABORT (Protocol Violation); enter CLOSED; tell lost (aborted by this side: Protocol Violation)",
				StateEstablished, StateShutdownSent),
			in("RFC 8260 2.2.3", "send ABORT (Protocol Violation); enter CLOSED; tell send-failed sent=true len=10 "+
				"(aborted by this side: Protocol Violation); tell lost (aborted by this side: Protocol Violation)", StateShutdownPending),
			in("6", "discard", StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownReceived, StateShutdownAckSent),
		}},
		{"I-FORWARD-TSN", receives(iForwardTSN(0)), []cell{
			in("RFC 8260 2.3.1", "send ABORT (Protocol Violation); enter CLOSED; tell lost (aborted by this side: Protocol Violation)",
				StateEstablished, StateShutdownSent),
			in("RFC 8260 2.3.1", "send ABORT (Protocol Violation); enter CLOSED; tell send-failed sent=true len=10 "+
				"(aborted by this side: Protocol Violation); tell lost (aborted by this side: Protocol Violation)", StateShutdownPending),
			in("6", "discard", StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownReceived, StateShutdownAckSent),
		}},
		{"INIT", receives(initChunk(retagged)), []cell{
			in("5.2.1", "send INIT ACK", StateCookieWait, StateCookieEchoed),
			in("5.2.2", "send INIT ACK", StateEstablished, StateShutdownPending, StateShutdownSent, StateShutdownReceived),
			in("9.2", "send SHUTDOWN ACK", StateShutdownAckSent),
			in("5.1", "discard", StateClosed),
		}},
		{"INIT ACK", receives(initAck()), []cell{
			in("5.1 C", "send COOKIE ECHO; enter COOKIE-ECHOED", StateCookieWait),
			in("5.2.3", "discard", except(StateCookieWait)...),
		}},
		{"SACK", receives(sack(-1)), []cell{
			in("6.2.1", "discard", StateCookieEchoed, StateEstablished, StateShutdownPending, StateShutdownReceived),
			in("6", "discard", StateClosed, StateCookieWait, StateShutdownSent, StateShutdownAckSent),
		}},
		{"SACK of everything", receives(sack(0)), []cell{
			in("9.2", "send SHUTDOWN; enter SHUTDOWN-SENT; tell dry", StateShutdownPending),
			in("9.2", "send SHUTDOWN ACK; enter SHUTDOWN-ACK-SENT; tell dry", StateShutdownReceived),
			in("6.2.1", "send ABORT (Protocol Violation); enter CLOSED; tell lost (aborted by this side: Protocol Violation)", StateEstablished),
			in("6.2.1", "send ABORT (Protocol Violation); enter CLOSED; tell cant-start (aborted by this side: Protocol Violation)", StateCookieEchoed),
			in("6", "discard", StateClosed, StateCookieWait, StateShutdownSent, StateShutdownAckSent),
		}},
		{"HEARTBEAT", receives(heartbeat("info")), []cell{
			in("8.3", "send HEARTBEAT ACK", StateCookieEchoed, StateEstablished, StateShutdownPending, StateShutdownSent, StateShutdownReceived),
			in("8.3", "discard", StateClosed, StateCookieWait, StateShutdownAckSent),
		}},
		{"HEARTBEAT ACK", receives(rawChunk(wire.ChunkHeartbeatAck, 0, wire.AppendParam(nil, wire.ParamHeartbeatInfo, make([]byte, 12))...)), []cell{
			everywhere("8.3", "discard"),
		}},
		{"ABORT", receives(abortChunk(0)), []cell{
			in("9.1", "enter CLOSED; tell cant-start (aborted by peer)", StateCookieWait, StateCookieEchoed),
			in("9.1", "enter CLOSED; tell lost (aborted by peer)", StateEstablished, StateShutdownSent, StateShutdownAckSent),
			in("9.1", "enter CLOSED; tell send-failed sent=true len=10 (aborted by peer); tell lost (aborted by peer)",
				StateShutdownPending, StateShutdownReceived),
			in("8.4", "discard", StateClosed),
		}},
		{"ABORT with T bit", receivesTagged(peerTag, abortChunk(wire.FlagT)), []cell{
			in("8.5.1 B", "enter CLOSED; tell cant-start (aborted by peer)", StateCookieEchoed),
			in("8.5.1 B", "enter CLOSED; tell lost (aborted by peer)", StateEstablished, StateShutdownSent),
			in("8.5.1 B", "enter CLOSED; tell shutdown-complete", StateShutdownAckSent), // the peer has closed, too
			in("8.5.1 B", "enter CLOSED; tell send-failed sent=true len=10 (aborted by peer); tell lost (aborted by peer)",
				StateShutdownPending, StateShutdownReceived),
			in("8.5.1 B", "discard", StateClosed, StateCookieWait), // the peer's tag is unknown
		}},
		{"ABORT with T bit and a wrong tag", receivesTagged(localTag, abortChunk(wire.FlagT)), []cell{everywhere("8.5.1 B", "discard")}},
		{"SHUTDOWN", receives(shutdown(-1)), []cell{
			in("9.2", "send SHUTDOWN ACK; enter SHUTDOWN-ACK-SENT; tell shutdown", StateEstablished),
			in("9.2", "enter SHUTDOWN-RECEIVED; tell shutdown", StateShutdownPending),
			in("9.2", "discard", StateShutdownReceived),
			in("9.2", "send SHUTDOWN ACK; enter SHUTDOWN-ACK-SENT", StateShutdownSent),
			in("9.2", "send SHUTDOWN ACK", StateShutdownAckSent),
			in("9.2", "discard", StateClosed, StateCookieWait, StateCookieEchoed),
		}},
		{"SHUTDOWN ACK", receives(shutdownAck()), []cell{
			in("8.5.1 E", "send SHUTDOWN COMPLETE T", StateCookieWait, StateCookieEchoed),
			in("9.2", "send SHUTDOWN COMPLETE; enter CLOSED; tell shutdown-complete", StateShutdownSent, StateShutdownAckSent),
			in("9.2", "discard", StateClosed, StateEstablished, StateShutdownPending, StateShutdownReceived),
		}},
		{"SHUTDOWN ACK with a wrong tag", receivesTagged(wrongTag, shutdownAck(), cookieAck()), []cell{
			in("8.5.1 E", "send SHUTDOWN COMPLETE T", StateCookieWait, StateCookieEchoed),
			in("8.5", "discard", except(StateCookieWait, StateCookieEchoed)...),
		}},
		{"SHUTDOWN COMPLETE", receives(shutdownComplete(0)), []cell{
			in("9.2", "enter CLOSED; tell shutdown-complete", StateShutdownAckSent),
			in("8.5.1 C", "discard", except(StateShutdownAckSent)...),
		}},
		{"SHUTDOWN COMPLETE with T bit", receivesTagged(peerTag, shutdownComplete(wire.FlagT), heartbeat("forged")), []cell{
			in("8.5.1 C", "enter CLOSED; tell shutdown-complete", StateShutdownAckSent),
			in("8.5.1 C", "discard", except(StateShutdownAckSent)...),
		}},
		{"SHUTDOWN COMPLETE with T bit and a wrong tag", receivesTagged(localTag, shutdownComplete(wire.FlagT)), []cell{
			everywhere("8.5.1 C", "discard"),
		}},
		{"ERROR", receives(errorChunk(wire.AppendCause(nil, wire.CauseOutOfResource, nil)...)), []cell{
			in("3.3.10", "tell remote-error Out of Resource", StateCookieEchoed, StateEstablished, StateShutdownPending, StateShutdownSent,
				StateShutdownReceived, StateShutdownAckSent),
			in("3.3.10", "discard", StateClosed, StateCookieWait),
		}},
		{"ERROR with Stale Cookie", receives(staleCookie(10)), []cell{
			in("5.2.6", "send INIT; enter COOKIE-WAIT", StateCookieEchoed),
			in("5.2.6", "discard", except(StateCookieEchoed)...),
		}},
		{"COOKIE ECHO", func(ta *testAssoc) string {
			ta.recv(cookieEcho(ta.tied(localTag, peerTag, 0, 0)))
			return ""
		}, []cell{
			in("5.2.4 B", "send COOKIE ACK; enter ESTABLISHED; tell up", StateCookieWait),
			in("5.2.4 D", "send COOKIE ACK; enter ESTABLISHED; tell up", StateCookieEchoed),
			in("5.2.4 D", "send COOKIE ACK", StateEstablished, StateShutdownPending, StateShutdownSent, StateShutdownReceived, StateShutdownAckSent),
			in("5.2.4", "discard", StateClosed),
		}},
		{"COOKIE ECHO of a restart", func(ta *testAssoc) string {
			if ta.a.opening == nil {
				ta.a.localTieTag, ta.a.peerTieTag = 1, 2
			}
			ta.recvTagged(otherTag, way1, cookieEcho(ta.tied(otherTag, newPeerTag, 1, 2)))
			return ""
		}, []cell{
			in("5.2.4 A", "send COOKIE ACK; tell restart", StateEstablished),
			in("5.2.4 A", "send COOKIE ACK+SHUTDOWN; enter SHUTDOWN-SENT; tell send-failed sent=true len=10 (peer restarted); tell restart", StateShutdownPending),
			in("5.2.4 A", "send COOKIE ACK+SHUTDOWN; tell restart", StateShutdownSent),
			in("5.2.4 A", "send COOKIE ACK; enter ESTABLISHED; tell send-failed sent=true len=10 (peer restarted); tell restart", StateShutdownReceived),
			in("5.2.4 A", "send ERROR (Cookie Received While Shutting Down); send SHUTDOWN ACK", StateShutdownAckSent),
			in("5.2.4", "discard", StateClosed, StateCookieWait, StateCookieEchoed),
		}},
		{"COOKIE ECHO with a wrong tag", func(ta *testAssoc) string {
			ta.recvTagged(wrongTag, way1, cookieEcho(ta.tied(localTag, peerTag, 0, 0)))
			return ""
		}, []cell{everywhere("5.1.5", "discard")}},
		{"COOKIE ACK", receives(cookieAck()), []cell{
			in("5.1 E", "enter ESTABLISHED; tell up", StateCookieEchoed),
			in("5.2.5", "discard", except(StateCookieEchoed)...),
		}},
		{"INIT with a wrong tag", func(ta *testAssoc) string {
			ta.deliver(wrongTag, way1, initChunk(retagged))
			return ""
		}, []cell{everywhere("8.5.1 A", "discard")}},
	}
	return append(rows, append(unknownRows(), wrongTagRows(wrongTag)...)...)
}

// wrongTagRows are the chunks without a rule of their own in section 8.5.1.
func wrongTagRows(tag uint32) []row {
	ordinary := map[wire.ChunkType]chunk{
		wire.ChunkData: data(0), wire.ChunkIData: idata(0), wire.ChunkIForwardTSN: iForwardTSN(0), wire.ChunkInitAck: initAck(), wire.ChunkSack: sack(0), wire.ChunkHeartbeat: heartbeat("x"),
		wire.ChunkHeartbeatAck: heartbeat("x"), wire.ChunkAbort: abortChunk(0), wire.ChunkShutdown: shutdown(-1),
		wire.ChunkError: staleCookie(1), wire.ChunkCookieAck: cookieAck(), wire.ChunkShutdownComplete: shutdownComplete(0),
	}
	for _, typ := range extensionTypes {
		ordinary[typ] = rawChunk(typ, 0)
	}
	var rows []row
	for i := range 256 {
		if c := ordinary[wire.ChunkType(i)]; c != nil {
			rows = append(rows, row{wire.ChunkType(i).String() + " with a wrong tag", receivesTagged(tag, c), []cell{everywhere("8.5", "discard")}})
		}
	}
	return rows
}

// extensionTypes are the chunks of extensions that are not in use here, or never: what happens depends on the highest bits of the type
// alone.
var extensionTypes = []wire.ChunkType{wire.ChunkECNE, wire.ChunkCWR, wire.ChunkAuth, wire.ChunkNRSack, wire.ChunkDTLS,
	wire.ChunkASCONFAck, wire.ChunkPktDrop, wire.ChunkReConfig, wire.ChunkPad, wire.ChunkForwardTSN, wire.ChunkASCONF}

// unknownRows are chunks with a HEARTBEAT behind them, whose answer shows whether the packet was read on.
func unknownRows() []row {
	rows := make([]row, 0, len(extensionTypes)+4)
	for i, typ := range []wire.ChunkType{0x3e, 0x7e, 0xbe, 0xfe} {
		rows = append(rows, unknownRow("unknown chunk: "+wire.Action(i).String(), typ))
	}
	for _, typ := range extensionTypes {
		rows = append(rows, unknownRow(typ.String(), typ))
	}
	return rows
}

func unknownRow(name string, typ wire.ChunkType) row {
	r := row{name: name, apply: receives(rawChunk(typ, 0, 1, 2, 3, 4), heartbeat("behind"))}
	up := []State{StateEstablished, StateShutdownPending, StateShutdownReceived, StateShutdownSent}
	const report = "ERROR (Unrecognized Chunk Type)"
	switch stop, reported := typ.UnknownAction(); {
	case stop && reported:
		r.cells = []cell{in("3.2", "send "+report, append(up, StateShutdownAckSent)...), in("5.1 C", "discard", StateCookieEchoed)}
	case stop:
		r.cells = []cell{in("3.2", "discard", append(up, StateShutdownAckSent, StateCookieEchoed)...)}
	case reported:
		r.cells = []cell{in("3.2", "send HEARTBEAT ACK+"+report, append(up, StateCookieEchoed)...), in("3.2", "send "+report, StateShutdownAckSent)}
	default:
		r.cells = []cell{in("3.2", "send HEARTBEAT ACK", append(up, StateCookieEchoed)...), in("3.2", "discard", StateShutdownAckSent)}
	}
	r.cells = append(r.cells, in("8.4", "discard", StateClosed, StateCookieWait))
	return r
}
