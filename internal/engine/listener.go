package engine

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"
)

// Listener holds the associations of a socket that wait for Accept.
type Listener struct {
	socket *Socket

	mu sync.Mutex
	// arrived waits for an association to accept.
	arrived gate
	queue   []*Assoc
	backlog int
	err     error
	// arrivals counts all that have come.
	arrivals uint64
	// changed is told when an association has come.
	changed func()
}

func newListener(s *Socket) *Listener {
	l := &Listener{socket: s, backlog: s.core.Backlog}
	l.arrived.init(&l.mu)
	return l
}

// Accept waits for an association that a peer has set up.
func (l *Listener) Accept(ctx context.Context) (*Assoc, error) {
	a, err := l.next(ctx)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.listener = nil
	a.taken()
	return a, nil
}

// taken tells the endpoint that a does not count as part of the backlog any more. a.mu is held.
func (a *Assoc) taken() {
	if !a.routed {
		return
	}
	a.engine.mu.Lock()
	defer a.engine.mu.Unlock()
	a.engine.core.Taken(a.handle)
}

func (l *Listener) next(ctx context.Context) (*Assoc, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		if l.err != nil {
			return nil, l.err
		}
		if err := l.arrived.check(ctx); err != nil {
			l.arrived.cond.Signal() // The one that ended the wait may have been another's.
			return nil, err
		}
		if len(l.queue) > 0 {
			a := l.queue[0]
			l.queue = slices.Delete(l.queue, 0, 1)
			return a, nil
		}
		l.arrived.wait(ctx)
	}
}

// enqueue adds an association that has come up. The endpoint keeps the living ones within the backlog. Those that ended with
// something left to read are more only by the same number: the oldest go first.
func (l *Listener) enqueue(a *Assoc) {
	l.mu.Lock()
	if l.err != nil {
		l.mu.Unlock()
		a.abandon(nil)
		return
	}
	l.arrivals++
	l.queue = append(l.queue, a)
	var dropped *Assoc
	if len(l.queue) > 2*l.backlog {
		dropped = l.queue[0]
		l.queue = slices.Delete(l.queue, 0, 1)
	}
	changed := l.changed
	l.mu.Unlock()
	l.arrived.cond.Signal()
	if dropped != nil {
		dropped.abandon(nil)
	}
	if changed != nil {
		changed()
	}
}

// forgetUnread takes an association that has ended out of the queue, unless it left something to read. Who has mailboxes accepts it and
// finds out, as programs of the kernel's sockets do.
func (l *Listener) forgetUnread(a *Assoc) {
	if a.unread() || a.Mailbox() != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = slices.DeleteFunc(l.queue, func(b *Assoc) bool { return b == a })
}

// SetDeadline bounds Accept; the zero time takes the bound away.
func (l *Listener) SetDeadline(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return net.ErrClosed
	}
	l.arrived.setDeadline(t)
	return nil
}

// close ends Accept with err and aborts what was not accepted.
func (l *Listener) close(err error) {
	l.mu.Lock()
	if l.err != nil {
		l.mu.Unlock()
		return
	}
	l.err = err
	queue := l.queue
	l.queue = nil
	l.arrived.setDeadline(time.Time{})
	l.mu.Unlock()
	l.arrived.cond.Broadcast()
	for _, a := range queue {
		a.abandon(nil)
	}
}
