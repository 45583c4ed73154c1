package wire

import "github.com/gosctp/sctp/internal/seq"

// Flags of PKTDROP.
const (
	FlagMiddleBox uint8 = 1 // a box on the way reports, not the peer
	FlagBadCRC    uint8 = 2 // the packet was dropped for its checksum
	FlagTruncated uint8 = 4 // the packet is not quoted in full
)

// PktDropHeaderLen is the length of a PKTDROP chunk without the packet.
const PktDropHeaderLen = 16

// PktDrop is a PKTDROP chunk, by which FreeBSD and usrsctp report a packet that they had to drop. No RFC has it:
//
//	| Type = 0x81 |Res.|T|B|M |         Length          |
//	|             Bandwidth of the bottleneck           |
//	|               Bytes in its queue now              |
//	|    Original length      |        Reserved         |
//	|                   Dropped packet                  |
type PktDrop struct {
	Flags     uint8
	Bandwidth uint32
	Queued    uint32
	// OriginalLen is the length of the dropped packet if it is truncated here.
	OriginalLen uint16
	// Packet begins with the common header.
	Packet []byte
}

// ParsePktDrop reads a PKTDROP chunk.
func ParsePktDrop(c Chunk) (PktDrop, error) {
	v := c.Value
	if len(v) < PktDropHeaderLen-tlvHeaderLen {
		return PktDrop{}, c.badLength("at least 16", "FreeBSD's and usrsctp's practice")
	}
	return PktDrop{
		Flags:       c.Flags,
		Bandwidth:   be.Uint32(v),
		Queued:      be.Uint32(v[4:]),
		OriginalLen: be.Uint16(v[8:]),
		Packet:      v[12:],
	}, nil
}

// Append appends the chunk.
func (d *PktDrop) Append(b []byte) []byte {
	b, m := BeginChunk(b, ChunkPktDrop, d.Flags)
	b = be.AppendUint32(b, d.Bandwidth)
	b = be.AppendUint32(b, d.Queued)
	b = be.AppendUint16(b, d.OriginalLen)
	b = be.AppendUint16(b, 0)
	return EndChunk(append(b, d.Packet...), m)
}

// QuotedChunk is what a chunk in a quoted packet says of itself, if as much of it is quoted: the packet is damaged, and may be cut.
type QuotedChunk struct {
	Type ChunkType
	// Length is that of the whole chunk without padding.
	Length int
	// TSN and StreamID are those of DATA and I-DATA.
	TSN      seq.TSN
	StreamID uint16
}

// NextQuotedChunk reads the first chunk of b, what follows the common header of a quoted packet, and returns what follows. It says
// false if the chunk makes no sense, or too little of it is there.
func NextQuotedChunk(b []byte) (q QuotedChunk, rest []byte, ok bool) {
	if len(b) < tlvHeaderLen {
		return q, nil, false
	}
	q = QuotedChunk{Type: ChunkType(b[0]), Length: int(be.Uint16(b[2:]))}
	if q.Length < tlvHeaderLen {
		return q, nil, false
	}
	if q.Type == ChunkData || q.Type == ChunkIData {
		if len(b) < DataHeaderLen || q.Length <= DataHeaderLen {
			return q, nil, false
		}
		q.TSN, q.StreamID = seq.TSN(be.Uint32(b[4:])), be.Uint16(b[8:])
	}
	return q, b[min(len(b), Padded(q.Length)):], true
}
