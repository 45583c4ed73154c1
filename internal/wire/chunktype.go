package wire

import "fmt"

// ChunkType is the type of a chunk (RFC 9260 section 3.2).
type ChunkType uint8

const (
	ChunkData             ChunkType = 0  // RFC 9260 section 3.3.1
	ChunkInit             ChunkType = 1  // RFC 9260 section 3.3.2
	ChunkInitAck          ChunkType = 2  // RFC 9260 section 3.3.3
	ChunkSack             ChunkType = 3  // RFC 9260 section 3.3.4
	ChunkHeartbeat        ChunkType = 4  // RFC 9260 section 3.3.5
	ChunkHeartbeatAck     ChunkType = 5  // RFC 9260 section 3.3.6
	ChunkAbort            ChunkType = 6  // RFC 9260 section 3.3.7
	ChunkShutdown         ChunkType = 7  // RFC 9260 section 3.3.8
	ChunkShutdownAck      ChunkType = 8  // RFC 9260 section 3.3.9
	ChunkError            ChunkType = 9  // RFC 9260 section 3.3.10
	ChunkCookieEcho       ChunkType = 10 // RFC 9260 section 3.3.11
	ChunkCookieAck        ChunkType = 11 // RFC 9260 section 3.3.12
	ChunkECNE             ChunkType = 12 // RFC 4960 appendix A
	ChunkCWR              ChunkType = 13 // RFC 4960 appendix A
	ChunkShutdownComplete ChunkType = 14 // RFC 9260 section 3.3.13
	ChunkAuth             ChunkType = 15 // RFC 4895 section 5.1
	ChunkNRSack           ChunkType = 16 // draft-natarajan-tsvwg-sctp-nrsack section 4
	ChunkIData            ChunkType = 64 // RFC 8260 section 2.1
	ChunkDTLS             ChunkType = 65 // draft-ietf-tsvwg-sctp-dtls-chunk section 4.2

	ChunkASCONFAck   ChunkType = 0x80 // RFC 5061 section 4.1.2
	ChunkPktDrop     ChunkType = 0x81 // in no RFC; FreeBSD and usrsctp send it
	ChunkReConfig    ChunkType = 0x82 // RFC 6525 section 3.1
	ChunkPad         ChunkType = 0x84 // RFC 4820 section 3
	ChunkForwardTSN  ChunkType = 0xc0 // RFC 3758 section 3.2
	ChunkASCONF      ChunkType = 0xc1 // RFC 5061 section 4.1.1
	ChunkIForwardTSN ChunkType = 0xc2 // RFC 8260 section 2.3.1
)

var chunkNames = [256]string{
	ChunkData:             "DATA",
	ChunkInit:             "INIT",
	ChunkInitAck:          "INIT ACK",
	ChunkSack:             "SACK",
	ChunkHeartbeat:        "HEARTBEAT",
	ChunkHeartbeatAck:     "HEARTBEAT ACK",
	ChunkAbort:            "ABORT",
	ChunkShutdown:         "SHUTDOWN",
	ChunkShutdownAck:      "SHUTDOWN ACK",
	ChunkError:            "ERROR",
	ChunkCookieEcho:       "COOKIE ECHO",
	ChunkCookieAck:        "COOKIE ACK",
	ChunkECNE:             "ECNE",
	ChunkCWR:              "CWR",
	ChunkShutdownComplete: "SHUTDOWN COMPLETE",
	ChunkAuth:             "AUTH",
	ChunkNRSack:           "NR-SACK",
	ChunkIData:            "I-DATA",
	ChunkDTLS:             "DTLS",
	ChunkASCONFAck:        "ASCONF-ACK",
	ChunkPktDrop:          "PKTDROP",
	ChunkReConfig:         "RE-CONFIG",
	ChunkPad:              "PAD",
	ChunkForwardTSN:       "FORWARD TSN",
	ChunkASCONF:           "ASCONF",
	ChunkIForwardTSN:      "I-FORWARD-TSN",
}

// String returns the name that the RFC gives the chunk.
func (t ChunkType) String() string {
	if s := chunkNames[t]; s != "" {
		return s
	}
	return fmt.Sprintf("chunk type 0x%02x", uint8(t))
}

// UnknownAction says what to do with a chunk of a type that the receiver does not know: whether to stop processing the
// packet, and whether to report the chunk in an ERROR chunk with cause Unrecognized Chunk Type (RFC 9260 section 3.2).
func (t ChunkType) UnknownAction() (stop, report bool) { return Action(t >> 6).split() }

// Action is what to do with a chunk or a parameter of unknown type, as the two highest bits of the type tell (RFC 9260
// sections 3.2 and 3.2.1).
type Action uint8

const (
	ActionStop       Action = iota // discard it and all that follows
	ActionStopReport               // the same, and report it
	ActionSkip                     // go on with what follows
	ActionSkipReport               // the same, and report it
)

func (a Action) split() (stop, report bool) { return a&2 == 0, a&1 != 0 }

// String says the action as an order.
func (a Action) String() string {
	switch a {
	case ActionStop:
		return "stop"
	case ActionStopReport:
		return "stop and report"
	case ActionSkip:
		return "skip"
	case ActionSkipReport:
		return "skip and report"
	default:
		return fmt.Sprintf("action %d", uint8(a))
	}
}
