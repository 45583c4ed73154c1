package tx

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
)

// missesToRetransmit is the number of miss indications that make a chunk lost (RFC 9260 section 7.2.4).
const missesToRetransmit = 3

// mark marks a chunk in flight for retransmission.
func (o *Outstanding) mark(c *Chunk) {
	o.outOfFlight(c)
	c.fate = lost
	c.misses = 0
	if o.lost == 0 || c.TSN.Less(o.nextLost) {
		o.nextLost = c.TSN
	}
	o.lost++
	if c.Message.PR.Policy != PRNone {
		o.giveUpAt = mono.Earliest(o.giveUpAt, c.giveUpAt())
	}
}

// MarkTimedOut marks everything in flight on a path for retransmission, better to another address (sections 6.3.3 and 6.4).
func (o *Outstanding) MarkTimedOut(path int) { o.markAll(path, true) }

// MarkLost marks everything in flight on a path for retransmission to the same address.
func (o *Outstanding) MarkLost(path int) { o.markAll(path, false) }

func (o *Outstanding) markAll(path int, timedOut bool) {
	p := &o.paths[path]
	if !p.any {
		return
	}
	for t := p.lowest; t != o.next; t++ {
		if c := o.at(t); c.fate == inFlight && c.Path == path {
			o.mark(c)
			c.TimedOut = timedOut
		}
	}
	p.timedAt = 0 // Karn's algorithm
}

// Missing counts a miss indication for every chunk in flight below limit and marks those with three (section 7.2.4). It sets
// marked for the path of each newly marked chunk, and returns how many there are. losses, if not nil, gets them.
func (o *Outstanding) Missing(limit seq.TSN, marked *[MaxPaths]bool, losses *Losses) int {
	n := 0
	next := 0
	for t := o.cum + 1; t.Less(limit); t++ {
		// Acknowledged stretches are skipped whole, so that the work is proportional to the holes.
		for next < len(o.gaps) && o.gaps[next].end.Less(t) {
			next++
		}
		if next < len(o.gaps) && o.gaps[next].start.LessEq(t) {
			t = o.gaps[next].end
			continue
		}
		c := o.at(t)
		if c.fate != inFlight || c.fast || o.paths[c.Path].patient {
			continue
		}
		c.misses++
		if c.misses < missesToRetransmit {
			continue
		}
		marked[c.Path] = true
		losses.add(c)
		o.mark(c)
		c.fast = true
		c.TimedOut = false
		n++
	}
	return n
}

// SetPatient has losses on a path found by time only, because packets overtake each other there.
func (o *Outstanding) SetPatient(path int, on bool) { o.paths[path].patient = on }

// Unmark takes back that T3-rtx gave up what is in flight on a path, as far as it was not sent again. What had arrived before counts for
// nothing in the search for losses by time: it is not known which of its transmissions that was.
func (o *Outstanding) Unmark(path int) {
	o.paths[path].newest = newest{}
	for t, left := o.nextLost, o.lost; left > 0 && t.Less(o.next); t++ {
		c := o.at(t)
		if c.fate != lost {
			continue
		}
		left--
		if c.Path == path && c.TimedOut {
			c.TimedOut = false
			o.lost--
			o.intoFlight(c)
		}
	}
}

// NextLost returns the earliest chunk marked for retransmission; nil if none is.
func (o *Outstanding) NextLost() *Chunk {
	c := o.NextLostAfter(o.nextLost - 1)
	if c != nil {
		o.nextLost = c.TSN
	}
	return c
}

// NextLostAfter returns the earliest chunk after t that is marked for retransmission; nil if none is.
func (o *Outstanding) NextLostAfter(t seq.TSN) *Chunk {
	if o.lost == 0 {
		return nil
	}
	t++
	if t.Less(o.nextLost) {
		t = o.nextLost
	}
	for ; t.Less(o.next); t++ {
		if c := o.at(t); c.fate == lost {
			return c
		}
	}
	return nil
}

// Retransmitted notes that a marked chunk was sent again now, to path. It reports whether the chunk is now the earliest in flight there,
// so that T3-rtx has to be restarted (section 6.1).
func (o *Outstanding) Retransmitted(now mono.Time, c *Chunk, path int) bool {
	o.lost--
	if c.TSN == o.nextLost {
		o.nextLost++
	}
	// Karn's algorithm, section 6.3.1 C5: this and later TSNs say nothing about the round trip any more.
	for i := range o.paths {
		if p := &o.paths[i]; !p.timedAt.IsZero() && c.TSN.LessEq(p.timed) {
			p.timedAt = 0
		}
	}
	c.Path = path
	c.Transmissions++
	c.sentAt = now
	o.intoFlight(c)
	return o.paths[path].lowest == c.TSN
}

// Find returns an outstanding chunk, acknowledged by a gap block or not; nil if t is not outstanding.
func (o *Outstanding) Find(t seq.TSN) *Chunk {
	if t.LessEq(o.cum) || !t.Less(o.next) {
		return nil
	}
	return o.at(t)
}

// MarkDamaged marks a chunk in flight for retransmission to the same address, since the peer says that it arrived damaged. Like a
// fast retransmission it happens once; false if there is nothing to mark.
func (o *Outstanding) MarkDamaged(c *Chunk) bool {
	if c.fate != inFlight || c.fast {
		return false
	}
	o.mark(c)
	c.fast = true
	c.TimedOut = false
	return true
}

// Lowest is the earliest TSN in flight to a path; false if nothing is.
func (o *Outstanding) Lowest(path int) (seq.TSN, bool) {
	return o.paths[path].lowest, o.paths[path].any
}
