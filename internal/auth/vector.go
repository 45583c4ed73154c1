package auth

import (
	"bytes"
	"errors"

	"github.com/gosctp/sctp/internal/wire"
)

// RandomLen is the length of the random number in an INIT or INIT ACK (RFC 4895 section 6.1).
const RandomLen = 32

// maxHMACs bounds the algorithms that a peer can list: there are two, and each costs room in the State Cookie.
const maxHMACs = 64

// Errors of ParseVector and Announced.Fault.
var (
	errRandom = errors.New("the Random parameter has not 32 bytes (RFC 4895 section 6.1)")
	errChunks = errors.New("the Chunk List parameter is too long (RFC 4895 section 3.2)")
	errHMACs  = errors.New("the Requested HMAC Algorithm parameter is too long or odd (RFC 4895 section 3.3)")
	errVector = errors.New("not a key vector (RFC 4895 section 6.1)")
)

// Vector makes the three parameters that one side announces, in the order in which they enter keys and without padding: its key vector (RFC 4895
// section 6.1). The list of chunks is left out if it is empty.
func Vector(random [RandomLen]byte, c *Config) []byte {
	b := wire.AppendParam(nil, wire.ParamRandom, random[:])
	if types := c.chunks(); len(types) > 0 {
		b = unpadded(wire.AppendChunkTypes(b, wire.ParamChunkList, types...), len(types))
	}
	ids := c.algorithms()
	return unpadded(wire.AppendHMACAlgos(b, ids...), 2*len(ids))
}

// unpadded cuts the padding that follows a value of n bytes.
func unpadded(b []byte, n int) []byte { return b[:len(b)-(wire.Padded(n)-n)] }

// AppendParams appends the parameters of a vector to those of an INIT or INIT ACK.
func AppendParams(b, vector []byte) []byte {
	for len(vector) > 0 {
		p, rest, ok := cutParam(vector)
		if !ok {
			break
		}
		b, vector = p.Append(b), rest
	}
	return b
}

// cutParam cuts the first parameter off a vector, where none is padded.
func cutParam(vector []byte) (p wire.Param, rest []byte, ok bool) {
	n, ok := wire.ParamLength(vector)
	if !ok {
		return p, nil, false
	}
	p, _, err := wire.NextParam(vector[:n])
	return p, vector[n:], err == nil
}

// Announced collects the parameters of a peer's INIT or INIT ACK, each as it is on the wire; a second one of a kind is ignored.
type Announced struct{ random, chunks, hmacs wire.Param }

// Take keeps a parameter if it is one of the three.
func (n *Announced) Take(p wire.Param) {
	var to *wire.Param
	switch p.Type {
	case wire.ParamRandom:
		to = &n.random
	case wire.ParamChunkList:
		to = &n.chunks
	case wire.ParamHMACAlgo:
		to = &n.hmacs
	default:
		return
	}
	if to.Raw == nil {
		*to = p
	}
}

// Fault says what is wrong with the parameters: the association has to be refused for it (RFC 4895 section 6.1).
func (n *Announced) Fault() error {
	switch {
	case n.random.Raw != nil && len(n.random.Value) != RandomLen:
		return errRandom
	case len(n.chunks.Value) > 256:
		return errChunks
	case len(n.hmacs.Value) > 2*maxHMACs, len(n.hmacs.Value)%2 != 0:
		return errHMACs
	}
	return nil
}

// Usable reports whether the peer has this extension, with an algorithm that this side has: who wants to send or to receive AUTH announces a
// random number and algorithms (RFC 4895 sections 3.1 and 3.3).
func (n *Announced) Usable() bool {
	return n.random.Raw != nil && n.Fault() == nil && firstKnown(n.hmacs) != 0
}

// Vector is the peer's key vector.
func (n *Announced) Vector() []byte {
	return bytes.Join([][]byte{n.random.Raw, n.chunks.Raw, n.hmacs.Raw}, nil)
}

// parseVector reads a vector that Vector made, here or at the peer.
func parseVector(vector []byte) (n Announced, err error) {
	for len(vector) > 0 {
		p, rest, ok := cutParam(vector)
		if !ok {
			return n, errVector
		}
		n.Take(p)
		vector = rest
	}
	if !n.Usable() {
		return n, errVector
	}
	return n, nil
}

// firstKnown is the first algorithm of a list that this side has, 0 if there is none: the one to use (RFC 4895 section 6.1).
func firstKnown(p wire.Param) uint16 {
	ids, err := wire.ParseHMACAlgos(p)
	if err != nil {
		return 0
	}
	for i := range ids.Len() {
		if Size(ids.At(i)) > 0 {
			return ids.At(i)
		}
	}
	return 0
}

// associationKey is the key of an association for an endpoint pair shared key: the secret, then the numerically smaller vector, then the other
// (RFC 4895 section 6.1). Of equal numbers the shorter comes first.
func associationKey(secret, one, other []byte) []byte {
	if compare(one, other) > 0 {
		one, other = other, one
	}
	return bytes.Join([][]byte{secret, one, other}, nil)
}

// compare compares vectors as numbers in network byte order, then by length.
func compare(a, b []byte) int {
	x, y := bytes.TrimLeft(a, "\x00"), bytes.TrimLeft(b, "\x00")
	if d := len(x) - len(y); d != 0 {
		return d
	}
	if d := bytes.Compare(x, y); d != 0 {
		return d
	}
	return len(a) - len(b)
}
