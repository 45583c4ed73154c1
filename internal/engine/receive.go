package engine

import (
	"context"

	"github.com/gosctp/sctp/internal/assoc"
)

// Receive waits for data and reads as much of the next message as p takes; the next call goes on where this one ended.
// At the end of an association that was shut down it returns io.EOF.
func (a *Assoc) Receive(ctx context.Context, p []byte) (n int, info assoc.RcvInfo, err error) {
	n, err = a.ReceiveInto(ctx, p, &info)
	return n, info, err
}

// ReceiveInto is Receive that fills in info where the user has it.
func (a *Assoc) ReceiveInto(ctx context.Context, p []byte, info *assoc.RcvInfo) (n int, err error) {
	a.mu.Lock()
	if err = a.awaitReadable(ctx); err == nil {
		n, _ = a.core.ReceiveInto(a.seen, p, info) // to reading it only matters about how late it is
		a.settleRead(a.seen)
	}
	a.unlock()
	return n, err
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
			a.todo |= wakeReader // The signal that ended the wait may have been another's.
			return err
		}
		if a.core.Readable() {
			return nil
		}
		if err := a.end(); err != nil {
			return err
		}
		if !a.readInstead(ctx) {
			a.readable.wait(ctx)
		}
	}
}

// unread reports whether there is something to read for a user who is still to come.
func (a *Assoc) unread() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.closed && a.core.Readable()
}
