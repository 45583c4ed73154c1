package rx

import (
	"math/bits"

	"github.com/gosctp/sctp/internal/seq"
)

// tsnBits is a ring of bits, one for each TSN of a range that moves upwards. Word w of the number space (TSN / 64) lives in
// slot w modulo the size; a bit outside the range is zero.
//
// The ring always has a word to spare, so that no two words of the range share a slot although the range may begin and end
// in the middle of one.
type tsnBits struct {
	words []uint64 // a power of two of them, or none
}

const (
	wordBits = 64
	minWords = 4
)

func (b *tsnBits) word(t seq.TSN) *uint64 { return &b.words[int(t/wordBits)&(len(b.words)-1)] }

func (b *tsnBits) has(t seq.TSN) bool {
	return len(b.words) > 0 && *b.word(t)&(1<<(t%wordBits)) != 0
}

func (b *tsnBits) set(t seq.TSN) { *b.word(t) |= 1 << (t % wordBits) }

func (b *tsnBits) clearAll() { clear(b.words) }

// clear zeroes the bits from first to last.
func (b *tsnBits) clear(first, last seq.TSN) {
	for t := first; t.LessEq(last); t = nextWord(t) {
		mask := ^uint64(0) << (t % wordBits)
		if t/wordBits == last/wordBits {
			mask &= ^uint64(0) >> (wordBits - 1 - last%wordBits)
		}
		*b.word(t) &^= mask
	}
}

// nextSet returns the first TSN from t to last whose bit is one. There has to be one.
func (b *tsnBits) nextSet(t, last seq.TSN) seq.TSN {
	for t.LessEq(last) {
		if w := *b.word(t) >> (t % wordBits); w != 0 {
			return t + seq.TSN(bits.TrailingZeros64(w))
		}
		t = nextWord(t)
	}
	return last + 1
}

// nextClear returns the first TSN from t to last whose bit is zero, or last+1.
func (b *tsnBits) nextClear(t, last seq.TSN) seq.TSN {
	for t.LessEq(last) {
		if w := ^*b.word(t) >> (t % wordBits); w != 0 {
			t += seq.TSN(bits.TrailingZeros64(w))
			break
		}
		t = nextWord(t)
	}
	if t.LessEq(last) {
		return t
	}
	return last + 1
}

// reserve makes room for the range (cum, last], of which (cum, highest] is in use.
func (b *tsnBits) reserve(cum, highest, last seq.TSN) {
	need := int(last-cum)/wordBits + 2
	if need <= len(b.words) {
		return
	}
	old := *b
	b.words = make([]uint64, max(minWords, 1<<bits.Len(uint(need-1))))
	if len(old.words) == 0 {
		return
	}
	for t := cum + 1; t.LessEq(highest); t = nextWord(t) {
		*b.word(t) = *old.word(t)
	}
}

// nextWord returns the first TSN of the word after that of t.
func nextWord(t seq.TSN) seq.TSN { return t&^(wordBits-1) + wordBits }
