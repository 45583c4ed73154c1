package wire

import "github.com/gosctp/sctp/internal/seq"

// ForwardTSN is a FORWARD TSN chunk (RFC 3758 section 3.2): an ordered message of each listed stream, and all before it,
// will not come.
//
//	| Type = 192 | Flags = 0  |         Length          |
//	|                New Cumulative TSN                 |
//	|         Stream-1        |   Stream Sequence-1     |
//	|                        ...                        |
type ForwardTSN struct {
	NewCumTSN seq.TSN
	Streams   SkippedStreams
}

// ForwardTSNHeaderLen is the length of a FORWARD TSN or I-FORWARD-TSN chunk without its list; each element takes SkippedStreamLen,
// or SkippedMessageLen.
const (
	ForwardTSNHeaderLen = 8
	SkippedStreamLen    = 4
	SkippedMessageLen   = 8
)

// SkippedStream is the largest Stream Sequence Number that a FORWARD TSN skips in a stream.
type SkippedStream struct {
	StreamID uint16
	SSN      seq.SSN
}

// SkippedStreams is a list of such, read where it lies in the packet.
type SkippedStreams struct{ b []byte }

// Len returns the number of elements.
func (l SkippedStreams) Len() int { return len(l.b) / 4 }

// At returns the i-th element.
func (l SkippedStreams) At(i int) SkippedStream {
	return SkippedStream{be.Uint16(l.b[4*i:]), seq.SSN(be.Uint16(l.b[4*i+2:]))}
}

// ParseForwardTSN reads a FORWARD TSN chunk.
func ParseForwardTSN(c Chunk) (ForwardTSN, error) {
	if v := c.Value; len(v) >= 4 && len(v)%4 == 0 {
		return ForwardTSN{seq.TSN(be.Uint32(v)), SkippedStreams{v[4:]}}, nil
	}
	return ForwardTSN{}, c.badLength("8 + 4 for each stream", "RFC 3758 section 3.2")
}

// AppendForwardTSN appends a FORWARD TSN chunk.
func AppendForwardTSN(b []byte, cum seq.TSN, streams []SkippedStream) []byte {
	b = appendHeader(b, uint16(ChunkForwardTSN)<<8, 4+4*len(streams))
	b = be.AppendUint32(b, uint32(cum))
	for _, s := range streams {
		b = be.AppendUint16(b, s.StreamID)
		b = be.AppendUint16(b, uint16(s.SSN))
	}
	return b
}

// IForwardTSN is an I-FORWARD-TSN chunk (RFC 8260 section 2.3.1), which takes the place of FORWARD TSN where I-DATA takes
// that of DATA:
//
//	| Type = 194 | Flags = 0  |         Length          |
//	|                New Cumulative TSN                 |
//	|    Stream Identifier    |       Reserved        |U|
//	|                Message Identifier                 |
//	|                        ...                        |
type IForwardTSN struct {
	NewCumTSN seq.TSN
	Messages  SkippedMessages
}

// SkippedMessage is the largest Message Identifier that an I-FORWARD-TSN skips among the ordered or the unordered messages
// of a stream.
type SkippedMessage struct {
	StreamID  uint16
	Unordered bool
	MID       seq.MID
}

// SkippedMessages is a list of such, read where it lies in the packet.
type SkippedMessages struct{ b []byte }

// Len returns the number of elements.
func (l SkippedMessages) Len() int { return len(l.b) / 8 }

// At returns the i-th element.
func (l SkippedMessages) At(i int) SkippedMessage {
	e := l.b[8*i:]
	return SkippedMessage{be.Uint16(e), e[3]&1 != 0, seq.MID(be.Uint32(e[4:]))}
}

// ParseIForwardTSN reads an I-FORWARD-TSN chunk.
func ParseIForwardTSN(c Chunk) (IForwardTSN, error) {
	if v := c.Value; len(v) >= 4 && len(v)%8 == 4 {
		return IForwardTSN{seq.TSN(be.Uint32(v)), SkippedMessages{v[4:]}}, nil
	}
	return IForwardTSN{}, c.badLength("8 + 8 for each stream", "RFC 8260 section 2.3.1")
}

// AppendIForwardTSN appends an I-FORWARD-TSN chunk.
func AppendIForwardTSN(b []byte, cum seq.TSN, messages []SkippedMessage) []byte {
	b = appendHeader(b, uint16(ChunkIForwardTSN)<<8, 4+8*len(messages))
	b = be.AppendUint32(b, uint32(cum))
	for _, m := range messages {
		var u uint16
		if m.Unordered {
			u = 1
		}
		b = be.AppendUint16(b, m.StreamID)
		b = be.AppendUint16(b, u)
		b = be.AppendUint32(b, uint32(m.MID))
	}
	return b
}

// AppendForwardTSNSupported appends the parameter that announces FORWARD TSN (RFC 3758 section 3.1); it has no value.
func AppendForwardTSNSupported(b []byte) []byte { return AppendParam(b, ParamForwardTSNSupported, nil) }
