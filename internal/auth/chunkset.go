package auth

import "github.com/gosctp/sctp/internal/wire"

// ChunkSet is a set of chunk types that have to be authenticated.
type ChunkSet [4]uint64

// Listable reports whether a chunk type may be on such a list: INIT and INIT ACK come before there is a key, SHUTDOWN COMPLETE may come after
// it, and AUTH is what authenticates (RFC 4895 section 3.2).
func Listable(t wire.ChunkType) bool {
	switch t {
	case wire.ChunkInit, wire.ChunkInitAck, wire.ChunkShutdownComplete, wire.ChunkAuth:
		return false
	}
	return true
}

// Add adds a type; one that may not be on a list is ignored (RFC 4895 section 3.2).
func (s *ChunkSet) Add(t wire.ChunkType) {
	if Listable(t) {
		s[t/64] |= 1 << (t % 64)
	}
}

// Has reports whether a type is in the set.
func (s *ChunkSet) Has(t wire.ChunkType) bool { return s[t/64]&(1<<(t%64)) != 0 }

// Empty reports whether nothing is in the set.
func (s *ChunkSet) Empty() bool { return *s == ChunkSet{} }
