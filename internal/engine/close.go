package engine

import (
	"context"
	"net"
	"time"
)

// Shutdown begins the graceful end and waits until the peer has confirmed it, or ctx ends (RFC 9260 section 9.2). Reading
// goes on meanwhile.
func (a *Assoc) Shutdown(ctx context.Context) error {
	if err := a.beginShutdown(ctx); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	// A program may exit when this returns, and the peer waits for SHUTDOWN COMPLETE.
	for !a.forgotten {
		if a.closed {
			return net.ErrClosed
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		a.writable.wait(ctx)
	}
	return a.err
}

// beginShutdown waits for an association that is being set up, since there is nothing to shut down before.
func (a *Assoc) beginShutdown(ctx context.Context) error {
	if err := a.waitUp(ctx); err != nil {
		return err
	}
	a.mu.Lock()
	if a.phase != ended {
		now := a.engine.now()
		a.core.Shutdown(now)
		a.settle(now)
	}
	a.unlock()
	a.shard.dispatch(a)
	return nil
}

// Abort ends the association at once and tells the peer why (RFC 9260 section 9.1). It is Close for a user in a hurry,
// who may exit when it returns: so it waits until the packet is written.
func (a *Assoc) Abort(reason []byte) error {
	if err := a.abandon(reason); err != nil {
		return err
	}
	a.awaitLast()
	return nil
}

// lastPacketPatience bounds the wait for a carrier that is full, which is short unless something is broken.
const lastPacketPatience = time.Second

// awaitLast waits until the last packet is written and the port given back, for a while: if the time is over, there is nothing more to be done.
func (a *Assoc) awaitLast() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.forgotten {
		return
	}
	late := false
	timer := time.AfterFunc(lastPacketPatience, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		late = true
		a.writable.broadcast()
	})
	defer timer.Stop()
	for !a.forgotten && !late {
		a.writable.wait(context.Background())
	}
}

// awaitLeft waits until the last packet is written and the port given back, or ctx ends.
func (a *Assoc) awaitLeft(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for !a.forgotten {
		if err := ctx.Err(); err != nil {
			return err
		}
		a.writable.wait(ctx)
	}
	return nil
}

// abandon is Abort that does not wait.
func (a *Assoc) abandon(reason []byte) error {
	return a.close(func(a *Assoc) {
		now := a.engine.now()
		a.core.Abort(now, reason)
		a.settle(now)
	})
}

// Close takes the association from its user. It is shut down gracefully in the background; if that takes longer than
// linger, or if linger is zero, it is aborted.
func (a *Assoc) Close(linger time.Duration) error {
	if linger <= 0 {
		return a.Abort(nil)
	}
	return a.close(func(a *Assoc) {
		now := a.engine.now()
		a.core.Shutdown(now)
		a.abortAt = now.Add(linger)
		a.settle(now)
	})
}

// close makes every call of the user fail and lets end say goodbye to the peer.
func (a *Assoc) close(end func(*Assoc)) error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return net.ErrClosed
	}
	a.closed = true
	a.todo |= wakeAll
	a.readable.setDeadline(time.Time{})
	a.writable.setDeadline(time.Time{})
	a.events = eventQueue{}
	if a.inbox != nil {
		a.inbox.release(a)
	}
	routed := a.routed
	if routed {
		end(a)
	}
	a.unlock()
	if routed { // otherwise whoever brought the end sees to its last packet
		a.shard.offerInCrowd(a, 0)
	}
	return nil
}
