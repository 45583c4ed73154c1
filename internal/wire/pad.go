package wire

import "slices"

// AppendPad appends a PAD chunk (RFC 4820 section 3) that makes the packet n bytes longer. n is a multiple of four from 4 to
// 65536. A receiver ignores the chunk, so there is nothing to parse.
func AppendPad(b []byte, n int) []byte { return appendFiller(b, uint16(ChunkPad)<<8, n) }

// AppendPadding appends a Padding parameter (RFC 4820 section 4) that makes an INIT chunk n bytes longer. n is a multiple
// of four, and the chunk has to have room for it.
func AppendPadding(b []byte, n int) []byte { return appendFiller(b, uint16(ParamPadding), n) }

// appendFiller appends n bytes of which only the header means anything. The length field cannot say 65536, so the last
// byte is then padding.
func appendFiller(b []byte, typ uint16, n int) []byte {
	b = appendHeader(b, typ, min(n, MaxLength)-tlvHeaderLen)
	value := len(b)
	b = slices.Grow(b, n-tlvHeaderLen)[:value+n-tlvHeaderLen]
	clear(b[value:])
	return b
}
