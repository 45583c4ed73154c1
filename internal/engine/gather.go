package engine

import "runtime"

// A batch that has something for many associations wakes many users, and most of them will have an answer: packets of different associations that go
// the same way then, and that the carrier takes in one call. So the reader that woke them writes when they have run, and until then they do
// not write themselves. As the latecomer, it waits for no time: it lets others run, some turns at most, and where nobody had an answer
// it does not try again for a while.

const (
	// gatherTurns is how often a reader lets others run before it writes what they have.
	gatherTurns = 8
	// gatherPause is how many batches a reader does not gather for after one that brought nothing.
	gatherPause = 32
)

// gathering is what a reader knows of it.
type gathering struct {
	// pause counts down the batches to leave out.
	pause int
}

// begins reports whether the reader gathers what becomes of a batch for associations of some shards; from then on, their users leave the writing to it.
func (g *gathering) begins(e *Engine, owners []*Assoc, of shardSet) bool {
	if g.pause > 0 {
		g.pause--
		return false
	}
	if first := owners[0]; len(owners) == 1 || owners[len(owners)-1] == first {
		return false
	}
	for of != 0 {
		of.next(e).gatherers.Add(1)
	}
	return true
}

// end lets the users that were woken have their turn, and writes.
func (g *gathering) end(e *Engine, woken int, of shardSet) {
	before := e.answers(of)
	answered := func() int { return int(e.answers(of) - before) }
	for turn := 0; woken > 1 && turn < gatherTurns && answered() < woken; turn++ {
		runtime.Gosched()
	}
	if answered() == 0 {
		g.pause = gatherPause
	}
	for set := of; set != 0; {
		set.next(e).gatherers.Add(-1)
	}
	e.transmitAll(of)
}

// answers counts the messages of users whose writing is left to a gatherer, in some of the shards.
func (e *Engine) answers(of shardSet) (n uint64) {
	for of != 0 {
		n += of.next(e).answers.Load()
	}
	return n
}

// leavesToGatherer notes a message of an association that was marked, and reports whether a reader will write it. One who looks after it has marked is not missed:
// the reader writes after it has ceased to gather.
func (s *shard) leavesToGatherer() bool {
	s.answers.Add(1)
	return s.gatherers.Load() > 0
}
