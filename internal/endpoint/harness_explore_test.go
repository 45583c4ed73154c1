package endpoint

import (
	"fmt"
	"slices"
	"testing"
)

// chooser takes decisions so that repeated runs take every possible sequence of them, as a model checker does: a run repeats the
// sequence of the one before up to the last decision that had another way left.
type chooser struct {
	taken, ways []int
	at          int
}

// choose returns one of 0 … ways-1.
func (c *chooser) choose(ways int) int {
	if c.at == len(c.taken) {
		c.taken = append(c.taken, 0)
		c.ways = append(c.ways, ways)
	}
	c.at++
	return c.taken[c.at-1]
}

// next prepares the next run; false if all have been made.
func (c *chooser) next() bool {
	c.at = 0
	for i := len(c.taken) - 1; i >= 0; i-- {
		if c.taken[i]++; c.taken[i] < c.ways[i] {
			c.taken, c.ways = c.taken[:i+1], c.ways[:i+1]
			return true
		}
	}
	return false
}

// explore makes every run of a test, up to a limit of them.
func explore(t *testing.T, limit int, run func(t *testing.T, c *chooser)) {
	t.Helper()
	var c chooser
	for runs := 1; ; runs++ {
		run(t, &c)
		if t.Failed() {
			t.Fatalf("that was run %d, with the choices %v", runs, c.taken)
		}
		if !c.next() {
			t.Logf("%d runs", runs)
			return
		}
		if runs == limit {
			t.Fatalf("more than %d runs", limit)
		}
	}
}

// faults are how many packets the network may still lose and repeat.
type faults struct{ losses, repeats int }

// shuffle delivers the packets under way in any order, with up to a number of faults, until none is left.
func (n *network) shuffle(c *chooser, f faults) {
	for len(n.queue) > 0 {
		under := len(n.queue)
		ways := under
		if f.losses > 0 {
			ways += under
		}
		if f.repeats > 0 {
			ways += under
		}
		choice := c.choose(ways)
		i, fault := choice%under, choice >= under
		switch {
		case fault && f.losses > 0 && choice < 2*under:
			f.losses--
			n.note(fmt.Sprintf("of those under way, packet %d is lost", i))
			n.queue = slices.Delete(n.queue, i, i+1)
		case fault:
			f.repeats--
			n.note(fmt.Sprintf("of those under way, packet %d arrives twice", i))
			n.queue = append(n.queue, n.queue[i])
			n.deliver(i)
		default:
			n.deliver(i)
		}
	}
}
