package simnet

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// clock gives a network whose hosts are opened as carriers its time. The zero clock stands still: then the network runs in
// the time of its callers.
type clock struct {
	origin  time.Time
	running bool
	timer   *time.Timer
	due     mono.Time // when the timer fires; unset if it does not
}

func (c *clock) start() {
	if !c.running {
		c.origin, c.running = time.Now(), true
	}
}

// now counts from 1, because zero means unset.
func (c *clock) now() mono.Time { return 1 + mono.Time(time.Since(c.origin)) }

// pump moves everything that has arrived into the inboxes, with the lock held. What arrives at a host that is not opened
// as a carrier is gone, as on a machine where no process runs.
func (n *Network) pump() {
	for {
		h, d, ok := n.deliver(n.clock.now())
		if !ok {
			break
		}
		if h.carrier != nil {
			h.carrier.put(d)
		}
	}
	n.arm()
}

// arm sets the timer to the next arrival, with the lock held.
func (n *Network) arm() {
	c, next := &n.clock, n.flight.next()
	if !c.running || next == c.due || next.IsZero() {
		return
	}
	c.due = next
	wait := max(0, next.Sub(c.now()))
	if c.timer == nil {
		c.timer = time.AfterFunc(wait, n.tick)
		return
	}
	c.timer.Reset(wait)
}

func (n *Network) tick() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.clock.due = 0
	n.pump()
}
