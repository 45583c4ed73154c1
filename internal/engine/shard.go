package engine

import (
	"math/bits"
	"sync/atomic"
)

// A shard is what associations share of the engine's work: a transmit list with the role of the one who writes it, a heap of deadlines, and who
// gathers. There are as many as the carrier takes writers at a time. An association belongs to one of them for all its life, so that its packets leave in
// the order in which they were built; what shards have in common is touched when associations come and go, and not by data.
//
// One that a peer sets up belongs to the shard of the queue that its packets come over: a reader of many
// associations then writes their answers in one batch. Those that are dialled, of which nobody knows a queue yet, take shards in turn.
type shard struct {
	engine *Engine
	number int

	out    writer
	timers timers
	// fireFunc is fire as a value, made once.
	fireFunc func()

	// gatherers counts the readers that write for the users they woke, answers the messages of those.
	gatherers atomic.Int32
	answers   atomic.Uint64
	// direct counts the packets that the endpoint was not asked about.
	direct atomic.Uint64
}

// maxShards bounds the shards of an engine: a shardSet has a bit for each.
const maxShards = 64

// openShards makes n shards.
func (e *Engine) openShards(n int) {
	n = min(max(n, 1), maxShards)
	e.shards = make([]*shard, n)
	for i := range e.shards {
		s := &shard{engine: e, number: i}
		s.fireFunc = s.fire
		s.out.idle.L = &s.out.mu
		s.out.lateWork.L = &s.out.mu
		e.shards[i] = s
	}
}

// shardOf is the shard of a receive queue, or of an association that is dialled.
func (e *Engine) shardOf(number int) *shard { return e.shards[number%len(e.shards)] }

// dispatch puts a on the transmit list and offers to write.
func (s *shard) dispatch(a *Assoc) {
	s.out.mark(a)
	s.transmit()
}

// fire runs the timers that have come.
func (s *shard) fire() {
	now := s.engine.now()
	for a := s.timers.pop(now, s.fireFunc); a != nil; a = s.timers.pop(now, s.fireFunc) {
		a.expire(now)
		s.out.mark(a)
	}
	s.transmit()
}

// transmit offers to write for all shards.
func (e *Engine) transmit() {
	for _, s := range e.shards {
		s.transmit()
	}
}

// shardSet is some of the shards of an engine.
type shardSet uint64

func (set *shardSet) add(s *shard) { *set |= 1 << s.number }

// next takes the first one out of a set that is not empty.
func (set *shardSet) next(e *Engine) *shard {
	s := e.shards[bits.TrailingZeros64(uint64(*set))]
	*set &= *set - 1
	return s
}

// transmitAll offers to write for those in a set.
func (e *Engine) transmitAll(set shardSet) {
	for set != 0 {
		set.next(e).transmit()
	}
}

// received counts the packets of which the endpoint knows nothing.
func (e *Engine) received() (n uint64) {
	for _, s := range e.shards {
		n += s.direct.Load()
	}
	return n
}

// replied counts the stateless answers that left.
func (e *Engine) replied() (n uint64) {
	for _, s := range e.shards {
		s.out.mu.Lock()
		n += s.out.replied
		s.out.mu.Unlock()
	}
	return n
}
