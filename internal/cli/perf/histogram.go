package perf

import (
	"math/bits"
	"time"
)

const (
	// subBits is how many bits of a value a bucket keeps: percentiles are right to one part in 64.
	subBits = 6
	// buckets covers every positive int64.
	buckets = (64 - subBits) << subBits
)

// Histogram counts durations in buckets that grow with them, as HdrHistogram does: its size does not depend on how many
// there are. The zero value is empty.
type Histogram struct {
	counts   [buckets]uint64
	total    uint64
	sum      time.Duration
	min, max time.Duration
}

// Add counts d; a negative one counts as zero.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	h.counts[bucket(d)]++
	h.sum += d
	h.max = max(h.max, d)
	if h.total == 0 || d < h.min {
		h.min = d
	}
	h.total++
}

// Merge adds everything that o has counted.
func (h *Histogram) Merge(o *Histogram) {
	if o.total == 0 {
		return
	}
	for i, n := range o.counts {
		h.counts[i] += n
	}
	if h.total == 0 || o.min < h.min {
		h.min = o.min
	}
	h.max = max(h.max, o.max)
	h.sum += o.sum
	h.total += o.total
}

// Count returns how many durations were added.
func (h *Histogram) Count() uint64 { return h.total }

// Min returns the shortest duration, exactly.
func (h *Histogram) Min() time.Duration { return h.min }

// Max returns the longest duration, exactly.
func (h *Histogram) Max() time.Duration { return h.max }

// Mean returns the arithmetic mean, exactly.
func (h *Histogram) Mean() time.Duration {
	if h.total == 0 {
		return 0
	}
	return h.sum / time.Duration(h.total)
}

// Percentile returns the duration that p percent of all do not exceed.
func (h *Histogram) Percentile(p float64) time.Duration {
	rank := uint64(p / 100 * float64(h.total))
	if rank >= h.total {
		return h.max
	}
	var seen uint64
	for i, n := range h.counts {
		seen += n
		if seen > rank {
			return min(max(upper(i), h.min), h.max)
		}
	}
	return h.max
}

// bucket returns the index of the bucket for d.
func bucket(d time.Duration) int {
	v := uint64(d)
	shift := max(bits.Len64(v)-subBits-1, 0)
	return shift<<subBits + int(v>>shift)
}

// upper returns the longest duration that bucket i counts.
func upper(i int) time.Duration {
	shift := max(i>>subBits-1, 0)
	return time.Duration((uint64(i-shift<<subBits)+1)<<shift - 1)
}
