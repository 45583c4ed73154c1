package assoc

import (
	"net/netip"
	"testing"
)

func TestSourcesOfUserDataAreNumbered(t *testing.T) {
	var r receiver
	address := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, byte(i >> 8), byte(i)}) }
	a := &Association{}
	if got := a.Source(0); got.IsValid() {
		t.Errorf("before any has come: %v", got)
	}
	for i := range 2 * maxSources {
		want := uint8(i)
		if i >= maxSources {
			want = 0 // whichever, as long as it is one
		}
		for range 2 {
			if got := r.sourceOf(address(i)); got != want {
				t.Fatalf("address %d has number %d, want %d", i, got, want)
			}
		}
	}
	a.receive = r
	if got := a.Source(maxSources - 1); got != address(maxSources-1) {
		t.Errorf("the last number is %v", got)
	}
}
