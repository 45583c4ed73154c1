package perf

import (
	"sync"
	"testing"
	"time"
)

func TestTallyKeepsTheIntervalAndWhatCounts(t *testing.T) {
	const associations = 3 * tallyParts
	times := newTally(associations)
	if len(times.parts) != tallyParts || len(newTally(2).parts) != 2 {
		t.Errorf("%d parts, and for two associations %d", len(times.parts), len(newTally(2).parts))
	}
	each := func(d time.Duration, counts bool) {
		var wg sync.WaitGroup
		for i := range associations {
			wg.Go(func() { times.add(i, d, counts) })
		}
		wg.Wait()
	}
	each(9*time.Second, false)
	each(time.Second, true)
	if lap := times.lap(); lap.Count() != 2*associations || lap.Max() != 9*time.Second {
		t.Errorf("%d times in the first interval, up to %v", lap.Count(), lap.Max())
	}
	each(3*time.Second, true)
	if lap := times.lap(); lap.Count() != associations || lap.Min() != 3*time.Second {
		t.Errorf("%d times in the second interval, from %v on", lap.Count(), lap.Min())
	}
	if all, lap := times.all(), times.lap(); all.Count() != 2*associations || all.Mean() != 2*time.Second || lap.Count() != 0 {
		t.Errorf("%d times count, with a mean of %v; %d in an interval of nothing", all.Count(), all.Mean(), lap.Count())
	}
}
