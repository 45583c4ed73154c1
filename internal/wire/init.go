package wire

import "github.com/gosctp/sctp/internal/seq"

// initFixedLen is the length of an INIT or INIT ACK chunk without parameters.
const initFixedLen = 20

// Init is an INIT or INIT ACK chunk (RFC 9260 sections 3.3.2 and 3.3.3):
//
//	| Type = 1, 2 |   Flags   |         Length          |
//	|                   Initiate Tag                    |
//	|    Advertised Receiver Window Credit (a_rwnd)     |
//	| Number of Outb. Streams | Number of Inb. Streams  |
//	|                    Initial TSN                    |
//	|                    Parameters                     |
type Init struct {
	Tag                   uint32
	ARwnd                 uint32
	OutStreams, InStreams uint16
	InitialTSN            seq.TSN
	// Params are walked with NextParam.
	Params []byte
}

// ParseInit reads an INIT or INIT ACK chunk. A tag of zero and a number of streams of zero are forbidden, but not here: the
// answer to them differs with the state of the association.
func ParseInit(c Chunk) (Init, error) {
	v := c.Value
	if len(v) < initFixedLen-tlvHeaderLen {
		return Init{}, c.badLength("at least 20", "RFC 9260 section 3.3.2")
	}
	return Init{
		Tag:        be.Uint32(v),
		ARwnd:      be.Uint32(v[4:]),
		OutStreams: be.Uint16(v[8:]),
		InStreams:  be.Uint16(v[10:]),
		InitialTSN: seq.TSN(be.Uint32(v[12:])),
		Params:     v[16:],
	}, nil
}

// Append appends the chunk as t, ChunkInit or ChunkInitAck.
func (i *Init) Append(b []byte, t ChunkType) []byte {
	b, m := BeginChunk(b, t, 0)
	b = be.AppendUint32(b, i.Tag)
	b = be.AppendUint32(b, i.ARwnd)
	b = be.AppendUint16(b, i.OutStreams)
	b = be.AppendUint16(b, i.InStreams)
	b = be.AppendUint32(b, uint32(i.InitialTSN))
	return EndChunk(append(b, i.Params...), m)
}
