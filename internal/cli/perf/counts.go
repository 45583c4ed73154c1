package perf

import (
	"sync/atomic"
	"time"
)

// counts are the bytes and messages of one direction of one association. One goroutine counts, others look.
type counts struct {
	bytes, messages atomic.Uint64
	// start is when the test began, omit how much of it does not count.
	start time.Time
	omit  time.Duration
	// counting: omit is over. before is what was counted by then.
	counting                    atomic.Bool
	beforeBytes, beforeMessages uint64
}

func newCounts(start time.Time, omit time.Duration) *counts {
	c := &counts{start: start, omit: omit}
	c.counting.Store(omit == 0)
	return c
}

// count counts n bytes, and with end a message.
func (c *counts) count(n int, end bool) {
	if !c.counting.Load() && time.Since(c.start) >= c.omit {
		c.beforeBytes, c.beforeMessages = c.bytes.Load(), c.messages.Load()
		c.counting.Store(true)
	}
	c.bytes.Add(uint64(n))
	if end {
		c.messages.Add(1)
	}
}

// total is what was counted after omit, as of now. The one who counts must have ended, or be the caller.
func (c *counts) total() total {
	t := total{Seconds: max(0, (time.Since(c.start) - c.omit).Seconds())}
	if c.counting.Load() {
		t.Bytes, t.Messages = c.bytes.Load()-c.beforeBytes, c.messages.Load()-c.beforeMessages
	}
	return t
}
