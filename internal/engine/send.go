package engine

import (
	"context"
	"errors"

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
	ofParts          // a part of the message that is being written on the stream
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
	u, err := a.queue(ctx, m, t)
	if err != nil {
		return err
	}
	a.shard.offer(a, u)
	a.sentBetween(len(m.Data))
	return nil
}

// queue waits for room and queues a message, and says how urgent it is to send it.
func (a *Assoc) queue(ctx context.Context, m *assoc.Message, t turn) (assoc.Urgency, error) {
	a.mu.Lock()
	u, err := a.queueLocked(ctx, m, t)
	a.unlock()
	return u, err
}

// queueLocked is queue with a.mu held, which it gives up while it waits.
func (a *Assoc) queueLocked(ctx context.Context, m *assoc.Message, t turn) (assoc.Urgency, error) {
	for {
		if err := a.usable(ctx, &a.writable); err != nil {
			return 0, err
		}
		if a.phase == ended {
			return 0, a.sendEnd()
		}
		if t == betweenAlls && a.sendingAll {
			a.writable.wait(ctx)
			continue
		}
		if t != ofParts && len(a.inParts) > 0 && a.inParts[m.Stream] {
			return 0, ErrMessageOpen
		}
		err := a.push(m)
		switch {
		case err == nil:
			return a.core.Urgency(len(m.Data)), nil
		case errors.Is(err, assoc.ErrNotEstablished):
			return 0, a.sendEnd()
		case !errors.Is(err, assoc.ErrSendBufferFull):
			return 0, err
		}
		a.writable.wait(ctx)
	}
}

// push gives the core a message. What the time is matters only if messages are given up. a.mu is held.
func (a *Assoc) push(m *assoc.Message) error {
	if a.seen != 0 && m.PR.Policy == 0 && len(m.Data) <= a.core.SendSpace() {
		err := a.core.Send(a.seen, m)
		a.settleSend()
		return err
	}
	now := a.engine.now()
	err := a.core.Send(now, m)
	a.settle(now)
	return err
}

// MessageLimit is the size of the largest message that Send takes.
func (a *Assoc) MessageLimit() int {
	if !a.disableFragments {
		return a.limits.maxMessage
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return min(a.limits.maxMessage, a.core.Status().FragmentationPoint)
}

// share is the size from which SendAll cuts: several messages shall fit into the send buffer, so that one is sent while
// another is being acknowledged.
func (a *Assoc) share() int { return min(a.MessageLimit(), a.limits.maxMessage/sendShares) }

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
