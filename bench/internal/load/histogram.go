package load

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// histogram counts latencies in classes that are exact below 64 ns and at most a 64th wide above. Many goroutines may add to it.
type histogram struct {
	counts [64 * (fine + 1)]atomic.Int64
}

// fine classes have each power of two.
const fine = 64

// class is the class of a latency in nanoseconds.
func class(ns uint64) int {
	if ns < fine {
		return int(ns)
	}
	exponent := bits.Len64(ns) - bits.Len64(fine)
	return exponent*fine + int(ns>>exponent)
}

// least is the least latency of a class.
func least(class int) uint64 {
	if class < 2*fine {
		return uint64(class)
	}
	exponent := class/fine - 1
	return uint64(class%fine+fine) << exponent
}

func (h *histogram) add(d time.Duration) { h.counts[class(uint64(d))].Add(1) }

// quantile returns the middle of the class of the q-quantile, in microseconds; 0 if there is none.
func (h *histogram) quantile(q float64) float64 {
	var all int64
	for i := range h.counts {
		all += h.counts[i].Load()
	}
	rank := int64(q * float64(all-1))
	for i := range h.counts {
		n := h.counts[i].Load()
		if rank < n {
			return float64(least(i)+least(i+1)-1) / 2 / 1000
		}
		rank -= n
	}
	return 0
}
