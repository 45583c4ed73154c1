package wire

import "github.com/gosctp/sctp/internal/seq"

// ParseECNE reads an ECNE chunk (RFC 4960 appendix A) and returns the lowest TSN of the packet that was marked. FreeBSD and
// usrsctp append a count of marked packets, which no RFC has; it is accepted and ignored.
func ParseECNE(c Chunk) (seq.TSN, error) {
	if n := len(c.Value); n != 4 && n != 8 {
		return 0, c.badLength("8, or 12 with a count of packets", "RFC 4960 appendix A")
	}
	return seq.TSN(be.Uint32(c.Value)), nil
}

// AppendECNE appends an ECNE chunk.
func AppendECNE(b []byte, lowest seq.TSN) []byte { return appendTSN(b, ChunkECNE, lowest) }

// ParseCWR reads a CWR chunk (RFC 4960 appendix A) and returns the TSN of the ECNE that it answers.
func ParseCWR(c Chunk) (seq.TSN, error) { return parseTSN(c, "RFC 4960 appendix A") }

// AppendCWR appends a CWR chunk.
func AppendCWR(b []byte, lowest seq.TSN) []byte { return appendTSN(b, ChunkCWR, lowest) }
