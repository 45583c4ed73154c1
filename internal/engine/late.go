package engine

import (
	"runtime"

	"github.com/gosctp/sctp/internal/assoc"
)

// Who sends many small messages in a row should not pay a system call for each, and the network not a packet. So a Send leaves the writing
// to the latecomer when something is in flight already and a train of packets is not full yet: a goroutine that waits until nobody
// has anything to add. It does not wait for time, nor for an acknowledgement, as Nagle's algorithm would: only until those who can run
// have run. The first message after a pause does not come here; it leaves at once.

// latePatience is how many offers the latecomer waits out at most: some trains of small messages. Where many associations are written to all the
// time, somebody always has something to add.
const latePatience = 4096

// offer writes what a has to send: now, or soon if more may come that could go with it.
func (s *shard) offer(a *Assoc, u assoc.Urgency) {
	if s.gatherers.Load() > 0 {
		s.out.mark(a)
		if !s.leavesToGatherer() {
			s.transmit()
		}
		return
	}
	switch u {
	case assoc.Now:
		s.out.mark(a)
		s.transmit()
	case assoc.Soon:
		s.out.markLate(a)
	case assoc.Later:
		// Those who fill the buffers of many associations would keep the reader and the latecomer from running for long.
		s.out.markLate(a)
		runtime.Gosched()
	}
}

// markLate is mark, and has the latecomer write. What is marked already is about to be written, by whom ever: he takes it off the list before he looks
// what there is.
func (w *writer) markLate(a *Assoc) {
	offers := w.offers.Add(1)
	if a.marked.Load() {
		return
	}
	w.mu.Lock()
	w.markLocked(a)
	first := !w.late
	if first {
		w.lateSince = offers
	}
	w.late = true
	w.mu.Unlock()
	if first {
		w.lateWork.Signal()
	}
}

// awaitLate waits until there is something for the latecomer to write, and says false when nothing will be any more.
func (w *writer) awaitLate() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.late && !w.stopped {
		w.lateWork.Wait()
	}
	return !w.stopped
}

// quiet reports whether nobody has offered anything since it was asked last, or there were too many offers; then the latecomer has its turn.
// Who looks for it all the time must not keep the others from offering, so it takes no lock before that.
func (w *writer) quiet(seen *uint64) bool {
	offers := w.offers.Load()
	if *seen != offers && offers-w.lateSince < latePatience {
		*seen = offers
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = false
	return true
}

// writeLate is the latecomer.
func (s *shard) writeLate() {
	var seen uint64
	for s.out.awaitLate() {
		for !s.out.quiet(&seen) {
			runtime.Gosched()
		}
		s.transmit()
	}
}
