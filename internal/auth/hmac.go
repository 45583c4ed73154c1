package auth

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"hash"

	"github.com/gosctp/sctp/internal/wire"
)

// algorithms are those of RFC 4895 section 3.3.
var algorithms = [...]struct {
	id   uint16
	size int
	new  func() hash.Hash
}{
	{wire.HMACSHA1, sha1.Size, sha1.New},
	{wire.HMACSHA256, sha256.Size, sha256.New},
}

// maxSize is the length of the longest HMAC, maxChunkLen that of an AUTH chunk with it.
const (
	maxSize     = sha256.Size
	maxChunkLen = 8 + maxSize
)

// place is the index of an algorithm, -1 if it is not known.
func place(id uint16) int {
	for i := range algorithms {
		if algorithms[i].id == id {
			return i
		}
	}
	return -1
}

// Size is the length of an algorithm's HMAC, 0 if it is not known.
func Size(id uint16) int {
	if i := place(id); i >= 0 {
		return algorithms[i].size
	}
	return 0
}

// newMAC makes the HMAC of a known algorithm.
func newMAC(id uint16, key []byte) hash.Hash { return hmac.New(algorithms[place(id)].new, key) }

// equal compares in a time that tells nothing.
func equal(a, b []byte) bool { return hmac.Equal(a, b) }
