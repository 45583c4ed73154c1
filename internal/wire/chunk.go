package wire

// Chunk is one chunk of a packet (RFC 9260 section 3.2). Its slices alias the packet.
type Chunk struct {
	Type  ChunkType
	Flags uint8
	// Value is what follows the chunk header, without padding.
	Value []byte
	// Raw is header and value, without padding: what an Unrecognized Chunk Type cause quotes.
	Raw []byte
}

const chunkRule = "RFC 9260 section 3.2"

// NextChunk cuts the first chunk off b, which is a packet without its common header, or what an earlier call left of it.
//
// It fails if the length is less than a chunk header or reaches beyond the packet: where the next chunk begins is then
// unknown. It does not insist on the padding of the last chunk: the length delimits the value without it, and RFC 9260
// section 3.2 tells a receiver to ignore those bytes.
func NextChunk(b []byte) (c Chunk, rest []byte, err error) {
	if len(b) < tlvHeaderLen {
		return Chunk{}, nil, &LengthError{"rest of packet", len(b), "a chunk header of 4 or nothing", chunkRule}
	}
	n := int(be.Uint16(b[2:]))
	if n < tlvHeaderLen || n > len(b) {
		return Chunk{}, nil, chunkLengthError(ChunkType(b[0]), n, len(b))
	}
	c = Chunk{Type: ChunkType(b[0]), Flags: b[1]}
	c.Raw, rest = splitTLV(b, n)
	c.Value = c.Raw[tlvHeaderLen:]
	return c, rest, nil
}

func chunkLengthError(t ChunkType, n, room int) error {
	want := "at least 4"
	if n >= tlvHeaderLen {
		want = atMost(room, "the packet")
	}
	return &LengthError{t.String() + " chunk", n, want, chunkRule}
}

// AppendChunk appends a chunk with the given value.
func AppendChunk(b []byte, t ChunkType, flags uint8, value []byte) []byte {
	b, m := BeginChunk(b, t, flags)
	return EndChunk(append(b, value...), m)
}

// BeginChunk appends the header of a chunk whose value the caller appends next, before [EndChunk].
func BeginChunk(b []byte, t ChunkType, flags uint8) ([]byte, Mark) {
	return begin(b, uint16(t)<<8|uint16(flags))
}

// EndChunk completes the chunk begun at m: it fills in the length and pads with zeros.
//
// The length excludes the final padding, also where that belongs to the last parameter or cause: the length includes the
// padding of every parameter but the last (RFC 9260 section 3.2).
func EndChunk(b []byte, m Mark) []byte {
	return end(b, m, MaxLength, ChunkType(b[m]).itemsAt())
}

// itemsAt returns the offset, within a chunk of this type, of its parameters or causes; 0 if it has none.
func (t ChunkType) itemsAt() int {
	switch t {
	case ChunkInit, ChunkInitAck:
		return initFixedLen
	case ChunkASCONF, ChunkASCONFAck:
		return asconfFixedLen
	case ChunkHeartbeat, ChunkHeartbeatAck, ChunkAbort, ChunkError, ChunkReConfig:
		return tlvHeaderLen
	default:
		return 0
	}
}
