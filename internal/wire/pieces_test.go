package wire

import (
	"math/rand/v2"
	"testing"
)

// In pieces or whole, far away or not, the checksum of a packet is the same.
func TestSealPieces(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, sizes := range [][]int{
		{HeaderLen}, {HeaderLen, 1}, {HeaderLen + 16, block - 1}, {HeaderLen, block, 3}, {HeaderLen, block + 1}, {100, 0, 5*block + cacheLine + 1, 7},
	} {
		var whole []byte
		var pieces [][]byte
		for _, n := range sizes {
			piece := make([]byte, n)
			for i := range piece {
				piece[i] = byte(r.Uint32())
			}
			pieces = append(pieces, piece)
		}
		SealPieces(pieces[0], pieces[1:])
		for _, piece := range pieces {
			whole = append(whole, piece...)
		}
		if !ChecksumOK(whole) {
			t.Errorf("pieces of %v bytes have another checksum than the whole", sizes)
		}
	}
}

// BenchmarkChecksumOfFarData is of what is not in a cache.
func BenchmarkChecksumOfFarData(b *testing.B) {
	const size = 65000
	far := make([]byte, 64<<20)
	b.SetBytes(size)
	packet := make([]byte, HeaderLen)
	rest := make([][]byte, 1)
	for at, n := 0, 0; n < b.N; n++ {
		if at+size > len(far) {
			at = 0
		}
		rest[0] = far[at : at+size]
		SealPieces(packet, rest)
		at += size
	}
}
