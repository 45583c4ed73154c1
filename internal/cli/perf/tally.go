package perf

import (
	"sync"
	"time"
)

// tallyParts is how many parts a tally has at most: enough that associations seldom wait for each other, and few enough for thousands of them.
const tallyParts = 16

// tally collects the times that associations measure side by side.
type tally struct{ parts []tallyPart }

type tallyPart struct {
	mu sync.Mutex
	// all are those that count, lap those since lap was called last, with those of the warm-up.
	all, lap Histogram
}

// newTally is one for so many associations.
func newTally(associations int) *tally {
	return &tally{parts: make([]tallyPart, min(associations, tallyParts))}
}

// add adds a time of association i. One that does not count is of the warm-up.
func (t *tally) add(i int, d time.Duration, counts bool) {
	p := &t.parts[i%len(t.parts)]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lap.Add(d)
	if counts {
		p.all.Add(d)
	}
}

// all is everything that counts.
func (t *tally) all() *Histogram {
	var all Histogram
	for i := range t.parts {
		p := &t.parts[i]
		p.mu.Lock()
		all.Merge(&p.all)
		p.mu.Unlock()
	}
	return &all
}

// lap is what came since it was called last.
func (t *tally) lap() *Histogram {
	var lap Histogram
	for i := range t.parts {
		p := &t.parts[i]
		p.mu.Lock()
		lap.Merge(&p.lap)
		p.lap = Histogram{}
		p.mu.Unlock()
	}
	return &lap
}
