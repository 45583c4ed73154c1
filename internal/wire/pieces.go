package wire

import (
	"encoding/binary"
	"hash/crc32"
)

// SealPieces is Seal for a packet of which packet is only the beginning, at least the common header, and rest what follows.
func SealPieces(packet []byte, rest [][]byte) {
	crc := checksum(packet)
	for _, piece := range rest {
		crc = updateFar(crc, piece)
	}
	binary.LittleEndian.PutUint32(packet[8:HeaderLen], crc)
}

const (
	// block is what package hash/crc32 computes at a time of long pieces: three streams of a third each.
	block = 4032
	// cacheLine is the size of one nearly everywhere.
	cacheLine = 64
)

// updateFar is crc32.Update for bytes that may be far from the processor. Three short streams are more than it guesses ahead, and it would wait
// for each line in turn; a look at all lines of a block first has it fetch many at a time.
func updateFar(crc uint32, b []byte) uint32 {
	for ; len(b) > block; b = b[block:] {
		fetch(b[:block])
		crc = crc32.Update(crc, castagnoli, b[:block])
	}
	return crc32.Update(crc, castagnoli, b)
}

// fetch reads a byte of each line. What comes of it is of no use; that it is returned, and the function not inlined, keeps the reads in.
//
//go:noinline
func fetch(b []byte) (sum byte) {
	for i := 0; i < len(b); i += cacheLine {
		sum += b[i]
	}
	return sum
}
