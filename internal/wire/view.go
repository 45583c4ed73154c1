package wire

import "github.com/gosctp/sctp/internal/seq"

// The types below are lists that are read where they lie in the packet.

// TSNs is a list of TSNs.
type TSNs struct{ b []byte }

// Len returns the number of TSNs.
func (l TSNs) Len() int { return len(l.b) / 4 }

// At returns the i-th TSN.
func (l TSNs) At(i int) seq.TSN { return seq.TSN(be.Uint32(l.b[4*i:])) }

// GapBlock is a Gap Ack Block: the offsets of the first and the last TSN received, from the cumulative TSN (RFC 9260
// section 3.3.4).
type GapBlock struct{ Start, End uint16 }

// Gaps is a list of Gap Ack Blocks, as the peer gave them: neither sorted nor checked.
type Gaps struct{ b []byte }

// Len returns the number of blocks.
func (l Gaps) Len() int { return len(l.b) / 4 }

// At returns the i-th block.
func (l Gaps) At(i int) GapBlock { return GapBlock{be.Uint16(l.b[4*i:]), be.Uint16(l.b[4*i+2:])} }

// Uint16s is a list of stream identifiers, HMAC identifiers or parameter types.
type Uint16s struct{ b []byte }

// Len returns the number of elements.
func (l Uint16s) Len() int { return len(l.b) / 2 }

// At returns the i-th element.
func (l Uint16s) At(i int) uint16 { return be.Uint16(l.b[2*i:]) }

func appendUint16s[T ~uint16](b []byte, list []T) []byte {
	for _, v := range list {
		b = be.AppendUint16(b, uint16(v))
	}
	return b
}

func appendTSNs(b []byte, list []seq.TSN) []byte {
	for _, t := range list {
		b = be.AppendUint32(b, uint32(t))
	}
	return b
}

func appendGaps(b []byte, list []GapBlock) []byte {
	for _, g := range list {
		b = be.AppendUint16(b, g.Start)
		b = be.AppendUint16(b, g.End)
	}
	return b
}
