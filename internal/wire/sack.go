package wire

import "github.com/gosctp/sctp/internal/seq"

// SackHeaderLen is the length of a SACK chunk without Gap Ack Blocks and duplicate TSNs, of which each takes four bytes.
const SackHeaderLen = 16

// Sack is a SACK chunk (RFC 9260 section 3.3.4):
//
//	|  Type = 3   |   Flags   |         Length          |
//	|                Cumulative TSN Ack                 |
//	|    Advertised Receiver Window Credit (a_rwnd)     |
//	|    Number of Gap Ack    |  Number of Duplicate    |
//	|       Blocks = N        |        TSNs = M         |
//	|                 Gap Ack Blocks                    |
//	|                 Duplicate TSNs                    |
type Sack struct {
	CumTSN seq.TSN
	ARwnd  uint32
	Gaps   Gaps
	Dups   TSNs
}

// ParseSack reads a SACK chunk.
func ParseSack(c Chunk) (Sack, error) {
	const fixed, rule = SackHeaderLen - tlvHeaderLen, "RFC 9260 section 3.3.4"
	v := c.Value
	if len(v) < fixed {
		return Sack{}, c.badLength("at least 16", rule)
	}
	gaps, dups := 4*int(be.Uint16(v[8:])), 4*int(be.Uint16(v[10:]))
	if len(v) != fixed+gaps+dups {
		return Sack{}, c.badLength(exactly(SackHeaderLen+gaps+dups), rule)
	}
	return Sack{
		CumTSN: seq.TSN(be.Uint32(v)),
		ARwnd:  be.Uint32(v[4:]),
		Gaps:   Gaps{v[fixed : fixed+gaps]},
		Dups:   TSNs{v[fixed+gaps:]},
	}, nil
}

// AppendSack appends a SACK chunk.
func AppendSack(b []byte, cum seq.TSN, arwnd uint32, gaps []GapBlock, dups []seq.TSN) []byte {
	b = appendHeader(b, uint16(ChunkSack)<<8, SackHeaderLen-tlvHeaderLen+4*len(gaps)+4*len(dups))
	b = be.AppendUint32(b, uint32(cum))
	b = be.AppendUint32(b, arwnd)
	b = be.AppendUint16(b, uint16(len(gaps)))
	b = be.AppendUint16(b, uint16(len(dups)))
	return appendTSNs(appendGaps(b, gaps), dups)
}
