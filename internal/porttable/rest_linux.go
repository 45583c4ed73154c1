package porttable

import (
	"slices"
	"time"
)

// maxResting is how many claims rest at most. minResting have to before one is used again: a port should rest, since the peer may not know yet that
// it is free.
const (
	maxResting = 512
	minResting = 64
)

// Rest is Release for a port of which it does not matter which it is: the claim stays for [Table.Rested], since a claim costs far more than an
// association. Anybody else who asks for the port gets it.
func (c *Claim) Rest() {
	t := c.table
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(c.names) != 1 || c.names[0] != t.kind.port(c.port) || t.names[c.names[0]].users != 1 {
		t.release(c)
		return
	}
	t.names[c.names[0]].resting = c
	t.resting = append(t.resting, c)
	if len(t.resting) > maxResting {
		t.release(t.resting[0])
	}
}

// Rested returns the claim of all addresses that has rested longest, or nil if none has for long enough.
func (t *Table) Rested() *Claim {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.resting) < minResting {
		return nil
	}
	c := t.resting[0]
	t.wake(c)
	return c
}

// wake ends the rest of c, if it rests. t.mu is held.
func (t *Table) wake(c *Claim) {
	for _, name := range c.names {
		if h := t.names[name]; h.resting == c {
			h.resting = nil
			i := slices.Index(t.resting, c)
			t.resting = slices.Delete(t.resting, i, i+1)
		}
	}
}

// givenUp reports whether the holder of a name that exists has given it up when he learnt that somebody wants it.
func (s *seeker) givenUp(name string) bool {
	waitForEnd(name, time.Now().Add(lookupPatience))
	return !s.exists(name)
}
