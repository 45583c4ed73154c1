package wire

import "github.com/gosctp/sctp/internal/seq"

// ParseWhole reads the chunk at the beginning of b if it is DATA with the whole of an ordered message, as most are, and returns how much of b that
// and its padding take. It returns 0 for all others, well-formed or not, which are [NextChunk]'s.
func (d *Data) ParseWhole(b []byte) int {
	const kind, wanted = FlagUnordered | FlagBegin | FlagEnd, FlagBegin | FlagEnd
	if len(b) <= DataHeaderLen || ChunkType(b[0]) != ChunkData || b[1]&kind != wanted {
		return 0
	}
	n := int(be.Uint16(b[2:]))
	if n <= DataHeaderLen || n > len(b) {
		return 0
	}
	d.Flags = b[1]
	d.TSN = seq.TSN(be.Uint32(b[4:]))
	d.StreamID, d.SSN = be.Uint16(b[8:]), seq.SSN(be.Uint16(b[10:]))
	d.PPID = be.Uint32(b[12:])
	d.UserData = b[DataHeaderLen:n:n]
	return min(Padded(n), len(b))
}
