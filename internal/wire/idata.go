package wire

import "github.com/gosctp/sctp/internal/seq"

// IDataHeaderLen is the length of an I-DATA chunk without its user data.
const IDataHeaderLen = 20

// IData is an I-DATA chunk (RFC 8260 section 2.1). Its flags are those of DATA.
//
//	| Type = 64 | Res |I|U|B|E |         Length         |
//	|                        TSN                        |
//	|    Stream Identifier    |        Reserved         |
//	|                Message Identifier                 |
//	|  Payload Protocol Id. (B) / Fragment Seq. Number  |
//	|                     User Data                     |
type IData struct {
	TSN      seq.TSN
	StreamID uint16
	MID      seq.MID
	// PPID is there in the first fragment of a message, FSN in all others: they share one field, told apart by the B bit.
	// The FSN of the first fragment is 0.
	PPID, FSN uint32
	Flags     uint8
	UserData  []byte
}

// ParseIData reads an I-DATA chunk. If the user data is missing the error is [ErrNoUserData] and everything else is filled
// in.
func ParseIData(c Chunk) (d IData, err error) {
	err = d.Parse(&c)
	return d, err
}

// Parse is ParseIData in place, for whoever reads chunk after chunk.
func (d *IData) Parse(c *Chunk) error {
	v := c.Value
	if len(v) < IDataHeaderLen-tlvHeaderLen {
		return c.badLength("at least 21", "RFC 8260 section 2.1")
	}
	*d = IData{
		TSN:      seq.TSN(be.Uint32(v)),
		StreamID: be.Uint16(v[4:]),
		MID:      seq.MID(be.Uint32(v[8:])),
		Flags:    c.Flags,
		UserData: v[16:],
	}
	if d.Begin() {
		d.PPID = be.Uint32(v[12:])
	} else {
		d.FSN = be.Uint32(v[12:])
	}
	if len(d.UserData) == 0 {
		return ErrNoUserData
	}
	return nil
}

// Append appends the chunk.
func (d *IData) Append(b []byte) []byte {
	b = append(d.AppendHeader(b), d.UserData...)
	return appendPadding(b, len(d.UserData))
}

// AppendHeader appends the chunk without user data and padding, for a carrier that gathers packets from pieces.
func (d *IData) AppendHeader(b []byte) []byte {
	b = appendHeader(b, uint16(ChunkIData)<<8|uint16(d.Flags), IDataHeaderLen-tlvHeaderLen+len(d.UserData))
	b = be.AppendUint32(b, uint32(d.TSN))
	b = be.AppendUint16(b, d.StreamID)
	b = be.AppendUint16(b, 0)
	b = be.AppendUint32(b, uint32(d.MID))
	if d.Begin() {
		return be.AppendUint32(b, d.PPID)
	}
	return be.AppendUint32(b, d.FSN)
}

// Begin reports whether this is the first fragment of a message.
func (d *IData) Begin() bool { return d.Flags&FlagBegin != 0 }

// End reports whether this is the last fragment of a message.
func (d *IData) End() bool { return d.Flags&FlagEnd != 0 }

// Unordered reports whether the message is to be delivered without regard to order; such messages have MIDs of their own.
func (d *IData) Unordered() bool { return d.Flags&FlagUnordered != 0 }

// Immediate reports whether the sender asks for a SACK without delay.
func (d *IData) Immediate() bool { return d.Flags&FlagImmediate != 0 }
