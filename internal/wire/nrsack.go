package wire

import "github.com/gosctp/sctp/internal/seq"

// NRSackHeaderLen is the length of an NR-SACK chunk without Gap Ack Blocks and duplicate TSNs, of which each takes four
// bytes.
const NRSackHeaderLen = 20

// NRSack is an NR-SACK chunk (draft-natarajan-tsvwg-sctp-nrsack section 4): a SACK that tells blocks that the receiver may
// still drop from those that it will not.
//
//	|  Type = 16  |   Flags   |         Length          |
//	|                Cumulative TSN Ack                 |
//	|    Advertised Receiver Window Credit (a_rwnd)     |
//	| Number of R Gap Blocks  | Number of NR Gap Blocks |
//	|  Number of Dup. TSNs    |        Reserved         |
//	|   R Gap Ack Blocks, NR Gap Ack Blocks, Dup. TSNs  |
type NRSack struct {
	CumTSN seq.TSN
	ARwnd  uint32
	Gaps   Gaps // may still be dropped
	NRGaps Gaps // will not be dropped
	Dups   TSNs
}

// ParseNRSack reads an NR-SACK chunk.
func ParseNRSack(c Chunk) (NRSack, error) {
	const fixed, rule = NRSackHeaderLen - tlvHeaderLen, "draft-natarajan-tsvwg-sctp-nrsack section 4"
	v := c.Value
	if len(v) < fixed {
		return NRSack{}, c.badLength("at least 20", rule)
	}
	gaps, nr, dups := 4*int(be.Uint16(v[8:])), 4*int(be.Uint16(v[10:])), 4*int(be.Uint16(v[12:]))
	if len(v) != fixed+gaps+nr+dups {
		return NRSack{}, c.badLength(exactly(NRSackHeaderLen+gaps+nr+dups), rule)
	}
	lists := v[fixed:]
	return NRSack{
		CumTSN: seq.TSN(be.Uint32(v)),
		ARwnd:  be.Uint32(v[4:]),
		Gaps:   Gaps{lists[:gaps]},
		NRGaps: Gaps{lists[gaps : gaps+nr]},
		Dups:   TSNs{lists[gaps+nr:]},
	}, nil
}

// AppendNRSack appends an NR-SACK chunk.
func AppendNRSack(b []byte, cum seq.TSN, arwnd uint32, gaps, nrGaps []GapBlock, dups []seq.TSN) []byte {
	b = appendHeader(b, uint16(ChunkNRSack)<<8, NRSackHeaderLen-tlvHeaderLen+4*(len(gaps)+len(nrGaps)+len(dups)))
	b = be.AppendUint32(b, uint32(cum))
	b = be.AppendUint32(b, arwnd)
	b = be.AppendUint16(b, uint16(len(gaps)))
	b = be.AppendUint16(b, uint16(len(nrGaps)))
	b = be.AppendUint16(b, uint16(len(dups)))
	b = be.AppendUint16(b, 0)
	return appendTSNs(appendGaps(appendGaps(b, gaps), nrGaps), dups)
}
