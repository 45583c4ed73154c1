package simnet

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// Parameters of PIE (RFC 8033 sections 4.2 and 5.1).
const (
	pieUpdate = 15 * time.Millisecond
	pieBurst  = 150 * time.Millisecond
	pieAlpha  = 0.125 // per second of delay
	pieBeta   = 1.25
	// pieMarks is the probability above which packets are dropped even if they could be marked.
	pieMarks = 0.1
	// piePacket stands for the mean size of a packet: two of them are no queue.
	piePacket = 1500
)

// pie drops packets at random as they arrive, the likelier the longer others wait (RFC 8033). Of a queue that is served at one rate the
// delay is known and need not be estimated.
type pie struct {
	target    time.Duration
	p         float64
	before    time.Duration // the delay at the last update
	due       mono.Time
	allowance time.Duration // what is left of a burst that may pass
}

// arrives decides on a packet that finds so many bytes waiting: whether it is to be dropped early, and whether a mark does instead.
func (c *pie) arrives(b *Bottleneck, now mono.Time, bytes int) (early, mark bool) {
	if c.target == 0 {
		return false, false
	}
	if c.due.IsZero() {
		c.due, c.allowance = now.Add(pieUpdate), pieBurst
	}
	for c.due.Reached(now) {
		c.update(b.waiting(c.due))
		if c.p == 0 && b.waiting(c.due) == 0 {
			c.due = now // nothing changes until packets come
		}
		c.due = c.due.Add(pieUpdate)
	}
	switch {
	case c.allowance > 0, c.before < c.target/2 && c.p < 0.2, bytes <= 2*piePacket:
		return false, false
	}
	return b.net.chance(c.p), c.p <= pieMarks
}

// update moves the probability towards one that keeps the delay where it should be (section 4.2).
func (c *pie) update(delay time.Duration) {
	by := pieAlpha*(delay-c.target).Seconds() + pieBeta*(delay-c.before).Seconds()
	by *= pieScale(c.p)
	if c.p >= 0.1 {
		by = min(by, 0.02)
	}
	c.p += by
	if delay == 0 && c.before == 0 {
		c.p *= 0.98
	}
	if c.p < 1e-9 {
		c.p = 0
	}
	c.p = min(c.p, 1)
	c.allowance = max(0, c.allowance-pieUpdate)
	if c.p == 0 && delay < c.target/2 && c.before < c.target/2 {
		c.allowance = pieBurst
	}
	c.before = delay
}

// pieScale makes steps small while the probability is.
func pieScale(p float64) float64 {
	scale := 1.0
	for _, step := range []struct{ below, scale float64 }{
		{0.1, 1. / 2}, {0.01, 1. / 8}, {0.001, 1. / 32}, {0.0001, 1. / 128}, {0.00001, 1. / 512}, {0.000001, 1. / 2048},
	} {
		if p < step.below {
			scale = step.scale
		}
	}
	return scale
}
