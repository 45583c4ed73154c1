package assoc

import (
	"math/rand/v2"
	"testing"
)

func TestEntropyIsChaCha8(t *testing.T) {
	seed := [32]byte{1, 2, 3}
	e, want := newEntropy(seed), rand.New(rand.NewChaCha8(seed))
	for i := range firstNumbers + 1000 { // it takes a new key after some hundred
		if i%2 == 0 {
			if got, want := e.Uint64(), want.Uint64(); got != want {
				t.Fatalf("number %d is %x, want %x", i, got, want)
			}
		} else if got, want := e.Uint32(), want.Uint32(); got != want {
			t.Fatalf("number %d is %x, want %x", i, got, want)
		}
	}
}
