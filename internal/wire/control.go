package wire

import "github.com/gosctp/sctp/internal/seq"

// FlagT says, in ABORT and SHUTDOWN COMPLETE, that the sender had no association and reflects the Verification Tag it was
// sent (RFC 9260 sections 3.3.7 and 3.3.13).
const FlagT uint8 = 1

// ParseShutdown reads a SHUTDOWN chunk and returns its Cumulative TSN Ack (RFC 9260 section 3.3.8).
func ParseShutdown(c Chunk) (seq.TSN, error) { return parseTSN(c, "RFC 9260 section 3.3.8") }

// AppendShutdown appends a SHUTDOWN chunk.
func AppendShutdown(b []byte, cum seq.TSN) []byte { return appendTSN(b, ChunkShutdown, cum) }

// ParseEmpty checks a chunk that has a header only: SHUTDOWN ACK, COOKIE ACK, SHUTDOWN COMPLETE (RFC 9260 sections 3.3.9,
// 3.3.12 and 3.3.13). To append one, use AppendChunk without value.
func ParseEmpty(c Chunk) error {
	if len(c.Value) != 0 {
		return c.badLength("4", "RFC 9260 sections 3.3.9, 3.3.12 and 3.3.13")
	}
	return nil
}

// ParseHeartbeat reads a HEARTBEAT or HEARTBEAT ACK chunk and returns the Heartbeat Information, which means something to the
// sender of the HEARTBEAT only (RFC 9260 sections 3.3.5 and 3.3.6). Anything after that parameter is ignored.
func ParseHeartbeat(c Chunk) (info []byte, err error) {
	const rule = "RFC 9260 section 3.3.5"
	p, _, err := NextParam(c.Value)
	if err != nil {
		return nil, err
	}
	if p.Type != ParamHeartbeatInfo {
		return nil, &ParamTypeError{p.Type, ParamHeartbeatInfo.String(), rule}
	}
	return p.Value, nil
}

// AppendHeartbeat appends a chunk of type t, ChunkHeartbeat or ChunkHeartbeatAck.
func AppendHeartbeat(b []byte, t ChunkType, info []byte) []byte {
	b, m := BeginChunk(b, t, 0)
	return EndChunk(AppendParam(b, ParamHeartbeatInfo, info), m)
}

// parseTSN reads a chunk that consists of a single TSN.
func parseTSN(c Chunk, rule string) (seq.TSN, error) {
	if len(c.Value) != 4 {
		return 0, c.badLength("8", rule)
	}
	return seq.TSN(be.Uint32(c.Value)), nil
}

func appendTSN(b []byte, t ChunkType, tsn seq.TSN) []byte {
	b = appendHeader(b, uint16(t)<<8, 4)
	return be.AppendUint32(b, uint32(tsn))
}
