package path

import (
	"testing"
	"time"
)

// RFC 8985 section 6.2 step 4.
func TestAllowanceForReorderingGrowsOnceARoundTripAndIsForgotten(t *testing.T) {
	var r Reordering
	const least, smoothed = 40 * time.Millisecond, 100 * time.Millisecond
	want := func(reason string, d time.Duration) {
		t.Helper()
		if got := r.Allowance(least, smoothed); got != d {
			t.Errorf("%s: %v, want %v", reason, got, d)
		}
	}
	want("a quarter at first", 10*time.Millisecond)
	if r.Seen() {
		t.Error("nothing was seen")
	}
	r.TooLittle(10, 30)
	want("it was too little", 20*time.Millisecond)
	r.TooLittle(29, 50)
	want("in the same round trip", 20*time.Millisecond)
	r.TooLittle(30, 60)
	want("in the next one", 30*time.Millisecond)
	if !r.Seen() {
		t.Error("reordering is not seen")
	}
	for range reorderingPersists - 1 {
		r.Recovered()
	}
	want("15 recoveries later", 30*time.Millisecond)
	r.Recovered()
	want("16 recoveries later", 10*time.Millisecond)
	r.Recovered()
	r.TooLittle(30, 60)
	want("again", 20*time.Millisecond)
	for i := range maxReordering + 10 {
		r.TooLittle(100, 100)
		if r.more > maxReordering {
			t.Fatalf("%d times: %d", i, r.more)
		}
	}
	want("at most a round trip", smoothed)
}
