package engine

import (
	"context"
	"io"

	"github.com/gosctp/sctp/internal/assoc"
)

const (
	// maxEvents bounds the notifications that wait for one reader. When they are more, the oldest are lost and counted.
	maxEvents = 128
	// maxEventBytes bounds the data that they hold, unless the send buffer of an association is larger: what comes back at its end is not
	// lost, but messages that are given up, one after the other, may be many.
	maxEventBytes = 1 << 20
)

// Event is a notification of an association.
type Event struct {
	Assoc *Assoc
	assoc.Event
}

// eventQueue is a bounded queue of notifications. The lock of what it is part of guards it.
type eventQueue struct {
	ring        []Event
	first, size int
	bytes       int
	lost        uint64
}

// eventBytes is the data that an event holds.
func eventBytes(ev assoc.Event) int {
	switch ev := ev.(type) {
	case assoc.SendFailed:
		return len(ev.Data)
	case assoc.RemoteError:
		return len(ev.Data)
	}
	return 0
}

// push adds ev. A full queue drops its oldest entry: the latest news is worth most. SenderDry after SenderDry says
// nothing new.
func (q *eventQueue) push(ev Event) {
	if _, ok := ev.Event.(assoc.SenderDry); ok && q.size > 0 {
		last := &q.ring[(q.first+q.size-1)%len(q.ring)]
		if _, dry := last.Event.(assoc.SenderDry); dry && last.Assoc == ev.Assoc {
			return
		}
	}
	size, limit := eventBytes(ev.Event), maxEventBytes
	if ev.Assoc != nil {
		limit = max(limit, ev.Assoc.limits.maxSendBuffer)
	}
	for q.size == maxEvents || q.bytes > 0 && q.bytes+size > limit {
		q.pop()
		q.lost++
	}
	if q.size == len(q.ring) {
		q.grow()
	}
	q.ring[(q.first+q.size)%len(q.ring)] = ev
	q.size++
	q.bytes += size
}

func (q *eventQueue) grow() {
	ring := make([]Event, min(max(4, 2*len(q.ring)), maxEvents))
	for i := range q.size {
		ring[i] = q.ring[(q.first+i)%len(q.ring)]
	}
	q.ring, q.first = ring, 0
}

func (q *eventQueue) pop() (Event, bool) {
	if q.size == 0 {
		return Event{}, false
	}
	ev := q.ring[q.first]
	q.ring[q.first] = Event{}
	q.first = (q.first + 1) % len(q.ring)
	q.size--
	q.bytes -= eventBytes(ev.Event)
	return ev, true
}

// take moves the notifications of a to dst, in order.
func (q *eventQueue) take(a *Assoc, dst *eventQueue) {
	for range q.size {
		ev, _ := q.pop()
		if ev.Assoc == a {
			dst.push(ev)
		} else {
			q.push(ev)
		}
	}
}

// drainEvents takes the events out of the state machine. a.mu is held.
func (a *Assoc) drainEvents() {
	begun := false // it came up, and the user was not told yet that nothing is authenticated
	for {
		ev, ok := a.core.NextEvent()
		if _, adaptation := ev.(assoc.AdaptationIndication); begun && !adaptation {
			begun = false
			a.noteAuthentication()
		}
		if !ok {
			return
		}
		change, _ := ev.(assoc.AssocChange)
		begun = begun || change.State == assoc.CommUp
		a.handleEvent(ev)
	}
}

// noteAuthentication tells if there is no AUTH (RFC 4895), behind what else begins an association (RFC 6458 section 6.1.8). Users who wait for
// notifications never asked for it.
func (a *Assoc) noteAuthentication() {
	if a.mailbox != nil && !a.core.Authenticates() {
		a.note(assoc.Authentication{Indication: assoc.AuthNone})
	}
}

// handleEvent keeps what the engine needs of an event and passes it on to the user.
func (a *Assoc) handleEvent(ev assoc.Event) {
	switch ev := ev.(type) {
	case assoc.RoutesChanged:
		a.updateRoutes()
		return
	case assoc.AssocChange:
		a.count(ev)
		a.changed(ev)
	case assoc.PartialDeliveryAborted:
		a.assembly.take(ev.Stream)
		a.inMessage = false
	case assoc.StreamReset:
		a.answered(ev.Request, ev.Denied, ev.Failed)
	case assoc.AssocReset:
		a.answered(ev.Request, ev.Denied, ev.Failed)
	case assoc.StreamChange:
		a.answered(ev.Request, ev.Denied, ev.Failed)
	case assoc.AddrsChanged:
		a.concluded(requestKey{aboutAddrs, ev.Request}, ev.Err)
	case assoc.ShutdownEvent:
		a.peerDone = true
		a.todo |= wakeAll
	}
	a.note(ev)
}

// changed follows the association through its life.
func (a *Assoc) changed(ev assoc.AssocChange) {
	switch ev.State {
	case assoc.CommUp:
		if a.phase == connecting {
			a.phase, a.cameUp = up, true
			a.hasDialled()
			a.todo |= wakeAll | enqueue
		}
	case assoc.Restart:
		a.peerDone = false
	case assoc.CommLost, assoc.CantStartAssoc, assoc.ShutdownComplete:
		a.finish(ev.Err)
	}
}

// updateRoutes tells the endpoint the tag and paths of the association, and has new paths measured.
func (a *Assoc) updateRoutes() {
	a.todo |= measurePaths
	if !a.routed {
		return
	}
	var space [4]assoc.Route
	tag, routes := a.core.LocalTag(), a.core.Routes(space[:0])
	bound, left := a.core.Reach()
	e := a.engine
	e.mu.Lock()
	before := a.handle.Tag()
	e.core.Update(a.handle, tag, routes)
	e.core.SetReach(a.handle, bound, left)
	e.mu.Unlock()
	if tag != before { // a restart
		e.tags.remove(before, a)
		e.tags.put(tag, a)
	}
	if a.inbox != nil {
		a.inbox.setPeers(a, routes)
	}
}

// note queues a notification for the user.
func (a *Assoc) note(ev assoc.Event) {
	if a.closed {
		return
	}
	if a.inbox != nil {
		a.inbox.note(Event{a, ev})
		return
	}
	if a.mailbox != nil {
		a.post(ev)
		return
	}
	a.events.push(Event{a, ev})
	a.todo |= wakeTold
}

// NextEvent waits for the next notification. After the last one of an association that has ended it returns io.EOF.
func (a *Assoc) NextEvent(ctx context.Context) (assoc.Event, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for {
		if err := a.usable(ctx, &a.told); err != nil {
			a.told.cond.Signal() // The one that ended the wait may have been another's.
			return nil, err
		}
		if ev, ok := a.events.pop(); ok {
			return ev.Event, nil
		}
		if a.phase == ended {
			return nil, io.EOF
		}
		a.told.wait(ctx)
	}
}
