package engine

import (
	"net"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
)

// settle follows an input, as the run-loop law demands: it drains the events and reads the deadline. a.mu is held.
func (a *Assoc) settle(now mono.Time) {
	a.seen = now
	a.drainEvents()
	a.countEnding()
	if a.mailbox != nil && !a.closed {
		a.settleMailbox()
	}
	if a.core.Readable() {
		a.foundReadable(now)
	}
	if a.writable.waiters > 0 || a.stalled {
		a.checkWriters()
	}
	// Closed is also the state of one that the peer's cookie has made and that has not seen the cookie's packet yet.
	if a.phase == ended && a.core.State() == assoc.StateClosed {
		a.unroute()
		return
	}
	a.arm(now)
}

// settleSend is settle after a message was queued that nobody will give up: it changes neither the state nor deadlines. a.mu is held.
func (a *Assoc) settleSend() {
	a.drainEvents()
	if a.mailbox != nil && !a.closed {
		a.settleMailbox()
	}
	if a.stalled {
		a.checkWriters()
	}
}

// settleRead is settle after the user has read something, which is done for every message: that changes neither the state nor deadlines, and all
// there may be to send is a SACK that tells of a larger window. a.mu is held.
func (a *Assoc) settleRead(now mono.Time) {
	a.drainEvents()
	if a.mailbox != nil && !a.closed {
		a.settleMailbox()
	}
	if a.core.Readable() { // the next reader goes on
		a.foundReadable(now)
	}
	if a.core.OwesAck() {
		a.todo |= writeAck
	}
}

// countEnding keeps the number of associations that are being shut down, and notes whether this one has nothing to say any more but that it has
// heard so. a.mu is held.
func (a *Assoc) countEnding() {
	ending := false
	switch state := a.core.State(); state {
	case assoc.StateShutdownPending, assoc.StateShutdownSent, assoc.StateShutdownReceived, assoc.StateShutdownAckSent:
		ending = a.routed
		if a.replied = state == assoc.StateShutdownAckSent; a.replied && !a.overdue && a.core.Stats().T2Expired > 0 {
			a.overdue = true
			a.todo |= wakeAll
		}
	case assoc.StateClosed, assoc.StateCookieWait, assoc.StateCookieEchoed, assoc.StateEstablished:
	}
	switch {
	case ending && !a.ending:
		a.engine.ending.Add(1)
	case !ending && a.ending:
		a.engine.ending.Add(-1)
	}
	a.ending = ending
}

// Ending reports whether an association is being shut down.
func (e *Engine) Ending() bool { return e.ending.Load() > 0 }

// checkWriters wakes those who wait for room in the send buffer, if there is some, or if the core has stalled: then it takes more of the
// message that everything waits for.
func (a *Assoc) checkWriters() {
	stalled := a.core.Stalled()
	if a.core.SendSpace() >= a.core.SendBuffer()/sendShares || stalled && !a.stalled {
		a.todo |= wakeWriters
	}
	a.stalled = stalled
}

// foundReadable makes known that there is something to read, to whoever reads this association.
func (a *Assoc) foundReadable(now mono.Time) {
	switch {
	case a.closed:
		a.discard(now)
	case a.inbox != nil:
		a.inbox.ready(a)
	case a.mailbox != nil: // settleMailbox has seen it
	case a.readable.waiters > 0 || a.readable.away.Load() != nil:
		a.todo |= wakeReader
	}
}

// discard reads what nobody will, so that the peer can finish sending and the shutdown completes.
func (a *Assoc) discard(now mono.Time) {
	var waste [2048]byte
	for {
		if _, _, ok := a.core.Receive(now, waste[:]); !ok {
			return
		}
		a.drainEvents()
	}
}

// arm makes the timers come back in time for the next deadline.
func (a *Assoc) arm(now mono.Time) {
	at := mono.Earliest(a.core.NextDeadline(), a.abortAt)
	if at.IsZero() {
		return
	}
	if at = putOff(at, now); !a.armed.IsZero() && a.armed <= at {
		return
	}
	a.armed = at
	a.shard.timers.set(a, at, now, a.shard.fireFunc)
}

// expire runs the timers of a that have come, if its heap entry was not early.
func (a *Assoc) expire(now mono.Time) {
	a.mu.Lock()
	a.armed = 0
	if a.abortAt.Reached(now) {
		a.abortAt = 0
		a.core.Abort(now, []byte("linger time is over"))
		a.settle(now)
	}
	if a.core.NextDeadline().Reached(now) {
		a.core.Expire(now)
	}
	a.settle(now)
	a.unlock()
}

// unlock releases a.mu and does what settle left to do.
func (a *Assoc) unlock() {
	work := a.todo
	a.todo = 0
	listener, mailbox := a.listener, a.mailbox
	a.mu.Unlock()
	if work == 0 {
		return
	}
	if work&wakeReader != 0 {
		a.readable.signal()
	}
	if work&wakeWriters != 0 {
		a.writable.broadcast()
	}
	if work&wakeTold != 0 {
		a.told.signal()
	}
	if work&measurePaths != 0 {
		a.refreshMTU()
	}
	if work&enqueue != 0 && listener != nil {
		listener.enqueue(a)
	}
	if work&tellOwners != 0 {
		a.becomeForgotten(listener)
	}
	if work&wakeAll != 0 {
		a.readable.broadcast()
		a.writable.broadcast()
		a.told.broadcast()
	}
	if work&(tellMailbox|wakeAll) != 0 && mailbox != nil {
		mailbox.tell()
	}
	if work&writeAck != 0 {
		a.shard.dispatch(a)
	}
}

// becomeForgotten has those who know an association that has left forget it, before anybody who waits for its end goes on: he may want the port.
func (a *Assoc) becomeForgotten(listener *Listener) {
	if listener != nil {
		listener.forgetUnread(a)
	}
	a.socket.forget(a)
	a.mu.Lock()
	a.forgotten = true
	a.mu.Unlock()
}

// unroute takes an association that is over out of the endpoint and the timers. Its last packets may still have to
// leave, but the peer may use the same port again as soon as it has the last one. a.mu is held.
func (a *Assoc) unroute() {
	if !a.routed {
		return
	}
	a.routed = false
	a.abortAt, a.armed = 0, 0
	a.shard.timers.remove(a)

	e := a.engine
	e.tags.remove(a.handle.Tag(), a)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.core.Remove(a.handle)
	}
}

// leave tells everybody that the association is over and its last packet written. a.mu is held.
func (a *Assoc) leave() {
	if a.left {
		return
	}
	a.left = true
	a.core.ReleaseBuffers()
	a.todo |= tellOwners | wakeAll
	e := a.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	stats := a.core.Stats()
	e.sum.addStats(&stats)
	delete(e.assocs, a) // not before: those who wait for the last packet want to hear of the carrier's end
}

// finish makes the end of the association visible; the first reason counts. a.mu is held.
func (a *Assoc) finish(err error) {
	if a.phase == ended {
		return
	}
	a.phase = ended
	a.hasDialled()
	a.err = err
	a.todo |= wakeAll
}

// fail ends the association because the carrier did.
func (a *Assoc) fail(err error) {
	a.mu.Lock()
	a.routed = false
	a.countEnding()
	if a.phase != ended {
		a.finish(&net.OpError{Op: "carrier", Net: "sctp", Err: err})
		a.note(assoc.AssocChange{State: assoc.CommLost, Err: err})
	}
	a.leave()
	a.unlock()
}
