package assoc

import "math/rand/v2"

// entropy is a rand.ChaCha8 as it lies on disk, in 48 bytes in place of 320: associations are many, and draw a number or two a minute. The first
// ones, which setting up takes, are drawn while it is awake.
type entropy struct {
	state [48]byte
	first [firstNumbers]uint64
	drawn uint8
}

// firstNumbers is how many: for the Initial TSN, and for when the first HEARTBEAT is due.
const firstNumbers = 2

func newEntropy(seed [32]byte) (e entropy) {
	c := rand.NewChaCha8(seed)
	for i := range e.first {
		e.first[i] = c.Uint64()
	}
	e.keep(c)
	return e
}

func (e *entropy) keep(c *rand.ChaCha8) {
	_, _ = c.AppendBinary(e.state[:0]) // it has no errors, and as many bytes
}

// Uint64 returns the next number.
func (e *entropy) Uint64() uint64 {
	if e.drawn < firstNumbers {
		e.drawn++
		return e.first[e.drawn-1]
	}
	var c rand.ChaCha8
	_ = c.UnmarshalBinary(e.state[:]) // which keep has written
	n := c.Uint64()
	e.keep(&c)
	return n
}

// Uint32 returns the next number.
func (e *entropy) Uint32() uint32 { return uint32(e.Uint64() >> 32) }
