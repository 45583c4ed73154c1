package perf

import (
	"math"
	"testing"
	"time"
)

func TestBucketsCoverEveryDurationWithoutGap(t *testing.T) {
	next := time.Duration(0)
	for i := range buckets {
		if got := bucket(next); got != i {
			t.Fatalf("%d ns is the first of bucket %d, but counted in %d", next, i, got)
		}
		if got := bucket(upper(i)); got != i {
			t.Fatalf("%d ns is the last of bucket %d, but counted in %d", upper(i), i, got)
		}
		if upper(i) == math.MaxInt64 {
			if i != buckets-1 {
				t.Errorf("buckets beyond %d of %d are never used", i, buckets)
			}
			return
		}
		next = upper(i) + 1
	}
	t.Errorf("the last bucket ends at %d", upper(buckets-1))
}

func TestPercentiles(t *testing.T) {
	var odd, even, all Histogram
	for us := range 10_000 {
		h := &even
		if us%2 == 1 {
			h = &odd
		}
		h.Add(time.Duration(us+1) * time.Microsecond)
	}
	all.Merge(&odd)
	all.Merge(&even)
	all.Merge(&Histogram{})
	for _, c := range []struct{ percent, micros float64 }{{50, 5000}, {90, 9000}, {99, 9900}, {99.9, 9990}} {
		got := float64(all.Percentile(c.percent)) / 1e3
		if math.Abs(got-c.micros)/c.micros > 1.0/64 {
			t.Errorf("percentile %v is %.0f µs, want about %.0f", c.percent, got, c.micros)
		}
	}
	if all.Min() != time.Microsecond || all.Max() != 10*time.Millisecond || all.Percentile(100) != all.Max() {
		t.Errorf("min %v, max %v, percentile 100 %v", all.Min(), all.Max(), all.Percentile(100))
	}
	if all.Count() != 10_000 || all.Mean() != 5000500*time.Nanosecond {
		t.Errorf("%d values with mean %v", all.Count(), all.Mean())
	}
}

func TestEmptyHistogramIsZero(t *testing.T) {
	var h Histogram
	if h.Mean() != 0 || h.Percentile(50) != 0 || h.Max() != 0 {
		t.Errorf("mean %v, median %v, max %v of nothing", h.Mean(), h.Percentile(50), h.Max())
	}
	h.Add(-time.Second)
	if h.Min() != 0 || h.Count() != 1 {
		t.Errorf("a negative duration counts as %v", h.Min())
	}
}
