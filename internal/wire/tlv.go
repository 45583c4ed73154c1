package wire

import (
	"encoding/binary"
	"fmt"
)

// Chunks, parameters and causes share one shape: two bytes of type (for a chunk, type and flags), two bytes of length that
// count the header and the value but not the padding, the value, and 0 to 3 zero bytes up to a multiple of four (RFC 9260
// sections 3.2, 3.2.1 and 3.3.10).

const (
	// MaxLength is what the length field of a chunk, a parameter or a cause can say.
	MaxLength = 1<<16 - 1

	tlvHeaderLen = 4
)

var zeros [4]byte

var be = binary.BigEndian

// Padded returns n rounded up to a multiple of four: the room that a chunk, parameter or cause of length n takes.
func Padded(n int) int { return (n + 3) &^ 3 }

// Mark remembers where a chunk, a parameter or a cause begins, from Begin to End.
type Mark int

// splitTLV cuts the first thing off b, whose length field says n: raw is without padding. The last thing may lack its
// padding: a chunk's length need not include that of its last parameter (RFC 9260 section 3.2), and a packet whose last
// bytes of padding are missing has lost nothing, as a receiver ignores them anyway.
func splitTLV(b []byte, n int) (raw, rest []byte) {
	return b[:n:n], b[min(Padded(n), len(b)):]
}

// lengthField returns n as a length field. What this side builds out of its own state has to fit; that it does not is a bug.
func lengthField(n int) uint16 {
	if n > MaxLength {
		panic(fmt.Sprintf("wire: length %d exceeds %d", n, MaxLength))
	}
	return uint16(n)
}

// appendHeader appends the header of a thing with n bytes of value.
func appendHeader(b []byte, typ uint16, n int) []byte {
	b = be.AppendUint16(b, typ)
	return be.AppendUint16(b, lengthField(tlvHeaderLen+n))
}

// appendPadding completes a thing of length n at the end of b.
func appendPadding(b []byte, n int) []byte {
	if n&3 == 0 {
		return b
	}
	return append(b, zeros[:Padded(n)-n]...)
}

// AppendChunkPadding appends what follows n bytes of user data.
func AppendChunkPadding(b []byte, n int) []byte { return appendPadding(b, n) }

// begin starts a thing whose length is not known yet.
func begin(b []byte, typ uint16) ([]byte, Mark) {
	return appendHeader(b, typ, 0), Mark(len(b))
}

// end finishes the thing begun at m: it fills in the length and pads. A thing longer than limit is cut there, since what gets
// that long quotes the peer, and part of a quotation is better than none.
//
// If items is not zero the thing ends in parameters or causes, the first of them items bytes after m; the padding of the
// last one counts as padding of the whole, which the length excludes.
func end(b []byte, m Mark, limit, items int) []byte {
	thing := b[m:]
	thing = thing[:min(len(thing), limit)]
	if items > 0 && items < len(thing) {
		thing = thing[:len(thing)-finalPadding(thing[items:])]
	}
	be.PutUint16(thing[2:], lengthField(len(thing)))
	return appendPadding(b[:int(m)+len(thing)], len(thing))
}

// finalPadding returns the number of bytes by which the last of the given parameters or causes is padded; 0 if they are
// not well-formed.
func finalPadding(items []byte) int {
	for len(items) >= tlvHeaderLen {
		n := int(be.Uint16(items[2:]))
		if n < tlvHeaderLen || n > len(items) {
			return 0
		}
		if Padded(n) >= len(items) {
			return len(items) - n
		}
		items = items[Padded(n):]
	}
	return 0
}
