package wire

import "github.com/gosctp/sctp/internal/seq"

// Flags of DATA and I-DATA (RFC 9260 section 3.3.1).
const (
	FlagEnd       uint8 = 1
	FlagBegin     uint8 = 2
	FlagUnordered uint8 = 4
	FlagImmediate uint8 = 8
)

// DataHeaderLen is the length of a DATA chunk without its user data.
const DataHeaderLen = 16

// Data is a DATA chunk (RFC 9260 section 3.3.1):
//
//	| Type = 0 | Res |I|U|B|E |          Length         |
//	|                        TSN                        |
//	|    Stream Identifier    |  Stream Sequence Number |
//	|            Payload Protocol Identifier            |
//	|                     User Data                     |
type Data struct {
	TSN      seq.TSN
	StreamID uint16
	SSN      seq.SSN
	PPID     uint32
	Flags    uint8
	UserData []byte
}

// ParseData reads a DATA chunk. If the user data is missing the error is [ErrNoUserData] and everything else is filled in.
func ParseData(c Chunk) (d Data, err error) {
	err = d.Parse(&c)
	return d, err
}

// Parse is ParseData in place, for whoever reads chunk after chunk.
func (d *Data) Parse(c *Chunk) error {
	v := c.Value
	if len(v) < DataHeaderLen-tlvHeaderLen {
		return c.badLength("at least 17", "RFC 9260 section 3.3.1")
	}
	*d = Data{
		TSN:      seq.TSN(be.Uint32(v)),
		StreamID: be.Uint16(v[4:]),
		SSN:      seq.SSN(be.Uint16(v[6:])),
		PPID:     be.Uint32(v[8:]),
		Flags:    c.Flags,
		UserData: v[12:],
	}
	if len(d.UserData) == 0 {
		return ErrNoUserData
	}
	return nil
}

// Append appends the chunk.
func (d *Data) Append(b []byte) []byte {
	b = append(d.AppendHeader(b), d.UserData...)
	return appendPadding(b, len(d.UserData))
}

// AppendHeader appends the chunk without user data and padding ([AppendChunkPadding]), for a carrier that gathers packets from pieces.
func (d *Data) AppendHeader(b []byte) []byte {
	n := lengthField(DataHeaderLen + len(d.UserData))
	b = be.AppendUint64(b, uint64(ChunkData)<<56|uint64(d.Flags)<<48|uint64(n)<<32|uint64(d.TSN))
	return be.AppendUint64(b, uint64(d.StreamID)<<48|uint64(d.SSN)<<32|uint64(d.PPID))
}

// Begin reports whether this is the first fragment of a message.
func (d *Data) Begin() bool { return d.Flags&FlagBegin != 0 }

// End reports whether this is the last fragment of a message.
func (d *Data) End() bool { return d.Flags&FlagEnd != 0 }

// Unordered reports whether the message is to be delivered without regard to order; SSN then means nothing.
func (d *Data) Unordered() bool { return d.Flags&FlagUnordered != 0 }

// Immediate reports whether the sender asks for a SACK without delay.
func (d *Data) Immediate() bool { return d.Flags&FlagImmediate != 0 }
