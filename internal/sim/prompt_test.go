package sim

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/simnet"
)

// The kernel's SCTP sends 500 small messages a second where a small one waits for others to be acknowledged (Nagle), and the peer waits for a
// second packet before it acknowledges them. Here no message waits for that.
const (
	promptRTT = 10 * time.Millisecond
	// promptLimit is what a message may take beside the round trips that its packets need: much less than the peer delays a SACK.
	promptLimit = 100 * time.Millisecond
)

// prompt is one combination.
type prompt struct {
	nagle, interleaving, emulated, answers bool
	delay                                  time.Duration
	frequency, burst                       int
	size, count                            int
}

// slowest plays count messages of a size, in a row or each after the answer to the one before, and returns the longest time that one took.
// What the peer answers is of the same size.
func (c *prompt) slowest() (worst time.Duration, done bool) {
	l := newLab(1)
	cfg := assoc.Config{Nagle: c.nagle, SACKDelay: c.delay, SACKFrequency: c.frequency, MaxBurst: c.burst}
	if !c.emulated {
		cfg.CongestionControl, cfg.RACK, cfg.Undo, cfg.TailProbe = cc.CUBIC, true, true, true
	}
	if c.interleaving {
		cfg.FragmentInterleave = 2
	}
	link := simnet.Link{Delay: promptRTT / 2}
	left, right := l.pair(link, link)
	a, b := l.sctp(left, cfg), l.sctp(right, cfg)
	var sentAt []mono.Time
	got, answered, owed := 0, 0, 0
	a.write = func() {
		for len(sentAt) < c.count && (!c.answers || answered == len(sentAt)) {
			sentAt = append(sentAt, l.now)
			if a.a.Send(l.now, &assoc.Message{Data: make([]byte, c.size)}) != nil {
				panic("a send buffer that takes it all")
			}
		}
	}
	b.read = func(i assoc.RcvInfo, _ int) {
		if !i.EOR {
			return
		}
		worst = max(worst, l.now.Sub(sentAt[got]))
		got++
		if c.answers {
			owed++
		}
		done = got == c.count && !c.answers
	}
	b.write = func() {
		for ; owed > 0; owed-- {
			if b.a.Send(l.now, &assoc.Message{Data: make([]byte, c.size)}) != nil {
				panic("a send buffer that takes it all")
			}
		}
	}
	a.read = func(i assoc.RcvInfo, _ int) {
		if !i.EOR {
			return
		}
		worst = max(worst, l.now.Sub(sentAt[answered]))
		answered++
		done = answered == c.count
		l.done = done
	}
	a.connect(right)
	l.run(time.Minute)
	return worst, done
}

// limit is how long a message may take. With a burst of one packet each needs a round trip, and those behind it wait.
func (c *prompt) limit() time.Duration {
	waiting := 1
	if !c.answers {
		waiting = c.count
	}
	return promptLimit + 2*promptRTT*time.Duration(waiting*(c.size/1000+1)/c.burst)
}

// TestNoMessageWaitsForADelayedSACK is about all combinations of Nagle's algorithm, delayed SACKs and bundling, for Go users and for programs
// under sctp run.
func TestNoMessageWaitsForADelayedSACK(t *testing.T) {
	t.Parallel()
	const full = 1452 // what one DATA chunk takes at an MTU of 1500
	runs := 0
	for i := range 64 {
		c := prompt{nagle: i&1 > 0, interleaving: i&2 > 0, emulated: i&4 > 0, answers: i&8 > 0, burst: 4}
		if i&16 > 0 {
			c.burst = 1
		}
		if c.count = 12; i&32 > 0 {
			c.count = 13
		}
		for _, c.delay = range []time.Duration{200 * time.Millisecond, 500 * time.Millisecond, -1} {
			for _, c.frequency = range []int{1, 2, 8} {
				for _, c.size = range []int{1, full / 2, full - 4, full, full + 1, 2*full - 1, 2 * full, 2*full + 1, 3 * full, 3*full + 1} {
					runs++
					if worst, done := c.slowest(); !done || worst > c.limit() {
						t.Errorf("%+v: a message took %v, all arrived: %v", c, worst, done)
					}
				}
			}
		}
	}
	if runs != 64*3*3*10 {
		t.Errorf("%d runs", runs)
	}
}
