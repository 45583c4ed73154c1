package load

import (
	"testing"
	"time"
)

func TestClasses(t *testing.T) {
	last := -1
	for ns := uint64(0); ns < 1<<14; ns++ {
		c := class(ns)
		if c != last && c != last+1 {
			t.Fatalf("%d ns is in class %d, the one before in %d", ns, c, last)
		}
		last = c
		if least(c) > ns || least(c+1) <= ns {
			t.Fatalf("%d ns is in class %d, which goes from %d to %d", ns, c, least(c), least(c+1))
		}
		if width := least(c+1) - least(c); ns >= fine && width*fine > ns {
			t.Fatalf("class %d is %d wide at %d ns", c, width, ns)
		}
	}
}

func TestQuantile(t *testing.T) {
	var h histogram
	if got := h.quantile(0.5); got != 0 {
		t.Errorf("the median of nothing is %v", got)
	}
	for ns := range 60 {
		h.add(time.Duration(ns))
	}
	h.add(time.Hour) // as far as it gets
	for q, want := range map[float64]float64{0: 0, 0.5: 0.030, 0.98: 0.058} {
		if got := h.quantile(q); got != want {
			t.Errorf("%v-quantile is %v µs, not %v", q, got, want)
		}
	}
	if got, hour := h.quantile(1), 3600e6; got < hour*(1-1.0/fine) || got > hour*(1+1.0/fine) {
		t.Errorf("the largest is %v µs, not an hour", got)
	}
}
