package engine

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
)

// Errors of an association that is on its way to its end.
var (
	// ErrPeerShutdown: the peer has begun to shut the association down and takes no more messages (RFC 9260 section 9.2).
	ErrPeerShutdown = errors.New("peer has shut the association down")
	// ErrShutdown: this side has.
	ErrShutdown = errors.New("association is being shut down")
)

// turn says when a message may be queued.
type turn uint8

const (
	anyTime     turn = iota
	betweenAlls      // not while the parts of another SendAll are being queued
	withinAll        // a part of the caller's own SendAll
)

// Send queues a message, and waits for room in the send buffer if there is none.
func (a *Assoc) Send(ctx context.Context, m *assoc.Message) error { return a.send(ctx, m, anyTime) }

// SendAll is Send for data of any size: what is more than the share of the send buffer that one message should have is cut
// into several messages, with those of no other SendAll between them. It returns how many bytes were queued.
func (a *Assoc) SendAll(ctx context.Context, m *assoc.Message) (int, error) {
	data := m.Data
	share := a.share()
	if len(data) <= share {
		if err := a.send(ctx, m, betweenAlls); err != nil {
			return 0, err
		}
		return len(data), nil
	}
	if err := a.takeTurn(ctx); err != nil {
		return 0, err
	}
	defer a.endTurn()
	for sent := 0; sent < len(data); sent += len(m.Data) {
		m.Data = data[sent:min(sent+share, len(data))]
		if err := a.send(ctx, m, withinAll); err != nil {
			return sent, err
		}
	}
	return len(data), nil
}

func (a *Assoc) takeTurn(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.sendingAll {
		if err := a.usable(ctx, &a.writable); err != nil {
			return err
		}
		a.writable.wait(ctx)
	}
	a.sendingAll = true
	return nil
}

func (a *Assoc) endTurn() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sendingAll = false
	a.writable.cond.Broadcast()
}

func (a *Assoc) send(ctx context.Context, m *assoc.Message, t turn) error {
	if err := a.queue(ctx, m, t); err != nil {
		return err
	}
	a.engine.out.mark(a)
	a.engine.transmit()
	return nil
}

func (a *Assoc) queue(ctx context.Context, m *assoc.Message, t turn) error {
	a.mu.Lock()
	defer a.unlock()
	for {
		if err := a.usable(ctx, &a.writable); err != nil {
			return err
		}
		if a.phase == ended {
			return a.sendEnd()
		}
		if t == betweenAlls && a.sendingAll {
			a.writable.wait(ctx)
			continue
		}
		now := a.engine.now()
		err := a.core.Send(now, m)
		a.settle(now)
		switch {
		case errors.Is(err, assoc.ErrNotEstablished):
			return a.sendEnd()
		case !errors.Is(err, assoc.ErrSendBufferFull):
			return err
		}
		a.writable.wait(ctx)
	}
}

// MessageLimit is the size of the largest message that Send takes.
func (a *Assoc) MessageLimit() int {
	if !a.config.DisableFragments {
		return a.config.SendBuffer
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return min(a.config.SendBuffer, a.core.Status().FragmentationPoint)
}

// share is the size from which SendAll cuts: several messages shall fit into the send buffer, so that one is sent while
// another is being acknowledged.
func (a *Assoc) share() int { return min(a.MessageLimit(), a.config.SendBuffer/sendShares) }

// sendEnd is why no message is taken any more. a.mu is held.
func (a *Assoc) sendEnd() error {
	switch {
	case a.err != nil:
		return a.err
	case a.peerDone:
		return ErrPeerShutdown
	default:
		return ErrShutdown
	}
}

// Receive waits for data and reads as much of the next message as p takes; the next call goes on where this one ended.
// At the end of an association that was shut down it returns io.EOF.
func (a *Assoc) Receive(ctx context.Context, p []byte) (int, assoc.RcvInfo, error) {
	n, info, err := a.receive(ctx, p)
	if err == nil {
		// The window has grown: there may be a SACK to send.
		a.engine.out.mark(a)
		a.engine.transmit()
	}
	return n, info, err
}

func (a *Assoc) receive(ctx context.Context, p []byte) (int, assoc.RcvInfo, error) {
	a.mu.Lock()
	defer a.unlock()
	if err := a.awaitReadable(ctx); err != nil {
		return 0, assoc.RcvInfo{}, err
	}
	now := a.engine.now()
	n, info, _ := a.core.Receive(now, p)
	// settle wakes the next reader if this one left something.
	a.settle(now)
	return n, info, nil
}

// Peek waits for data and describes it: how much of the next message can be read now.
func (a *Assoc) Peek(ctx context.Context) (int, assoc.RcvInfo, error) {
	a.mu.Lock()
	defer a.unlock()
	if err := a.awaitReadable(ctx); err != nil {
		return 0, assoc.RcvInfo{}, err
	}
	n, info, _ := a.core.Peek()
	a.todo |= wakeReader
	return n, info, nil
}

// awaitReadable waits until there is something to read. a.mu is held.
func (a *Assoc) awaitReadable(ctx context.Context) error {
	for {
		if err := a.usable(ctx, &a.readable); err != nil {
			return err
		}
		if a.core.Readable() {
			return nil
		}
		if err := a.end(); err != nil {
			return err
		}
		a.readable.wait(ctx)
	}
}

// Shutdown begins the graceful end and waits until the peer has confirmed it, or ctx ends (RFC 9260 section 9.2). Reading
// goes on meanwhile.
func (a *Assoc) Shutdown(ctx context.Context) error {
	if err := a.beginShutdown(ctx); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.phase != ended {
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
	a.engine.out.mark(a)
	a.engine.transmit()
	return nil
}

// Abort ends the association at once and tells the peer why (RFC 9260 section 9.1). It is Close for a user in a hurry.
func (a *Assoc) Abort(reason []byte) error {
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
	if a.routed {
		end(a)
	}
	a.unlock()
	a.engine.out.mark(a)
	a.engine.transmit()
	return nil
}

// Status describes the association.
func (a *Assoc) Status() assoc.Status {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.core.Status()
}

// LostEvents counts the notifications that nobody took in time.
func (a *Assoc) LostEvents() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.events.lost
}

// SetPrimary makes remote the address that messages go to first.
func (a *Assoc) SetPrimary(remote netip.Addr) error {
	a.mu.Lock()
	if err := a.alive(); err != nil {
		a.unlock()
		return err
	}
	now := a.engine.now()
	err := a.core.SetPrimary(now, remote)
	a.settle(now)
	a.unlock()
	return err
}

// RequestHeartbeat probes remote now.
func (a *Assoc) RequestHeartbeat(remote netip.Addr) error {
	a.mu.Lock()
	if err := a.alive(); err != nil {
		a.unlock()
		return err
	}
	now := a.engine.now()
	err := a.core.RequestHeartbeat(now, remote)
	a.settle(now)
	a.unlock()
	a.engine.out.mark(a)
	a.engine.transmit()
	return err
}

// alive reports why the association cannot be controlled any more. a.mu is held.
func (a *Assoc) alive() error {
	switch {
	case a.closed:
		return net.ErrClosed
	case a.phase == ended:
		return a.sendEnd()
	}
	return nil
}

// lastWord ends the notifications of an association that has ended.
func (a *Assoc) lastWord() error { return io.EOF }
