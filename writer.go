package sctp

import (
	"context"
	"sync"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// MessageWriter sends one message in parts, so that it may be of any size and need not be known as a whole when it begins
// (explicit EOR, RFC 6458 section 8.1.26). Make it with [Conn.NewMessage], Write as often as needed, and Close it, which
// ends the message, or Cancel it. The parts leave while the message is being written; only its last byte is held back until
// Close.
//
// Between NewMessage and the end of the message nothing else can be sent on its stream: that fails with [ErrMessageOpen].
// Without [Interleaving] in use, what is sent on other streams waits for the end of the message as well, once a part of it
// was sent. A message that is not complete when the association is shut down is given up. Its methods may be called by
// several goroutines at once.
type MessageWriter struct {
	ctx   context.Context
	assoc *engine.Assoc
	wrap  func(op string, err error) error

	mu   sync.Mutex
	m    assoc.Message
	held []byte // the last byte written, which may be the last of the message; its array is used again
	done bool
	err  error // of a Write: the message cannot be completed any more
}

// NewMessage begins a message that is written in parts, as info says; nil stands for what SetDefaultSndInfo said. The end
// of ctx makes Write and Close fail, as the write deadline does. The reliability of the message is that of info: its
// lifetime begins with the first part.
func (c *Conn) NewMessage(ctx context.Context, info *SndInfo) (*MessageWriter, error) {
	return newMessageWriter(ctx, c.assoc, c.infoOr(info), c.wrap)
}

func newMessageWriter(
	ctx context.Context, a *engine.Assoc, info *SndInfo, wrap func(op string, err error) error,
) (*MessageWriter, error) {
	if err := a.OpenMessage(info.Stream); err != nil {
		return nil, wrap("write", err)
	}
	w := &MessageWriter{ctx: ctx, assoc: a, wrap: wrap}
	info.fill(&w.m, nil)
	return w, nil
}

// Write adds p to the message. It returns when p is queued, which takes room in the send buffer.
func (w *MessageWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.done:
		return 0, w.wrap("write", ErrMessageClosed)
	case w.err != nil:
		return 0, w.err
	case len(p) == 0:
		return 0, nil
	}
	n, err := w.send(p[:len(p)-1])
	if err != nil {
		w.err = w.wrap("write", err)
		return n, w.err
	}
	w.held = append(w.held[:0], p[len(p)-1])
	return len(p), nil
}

// send sends what was held and p, which is not the end of the message, and returns how many bytes of p were queued.
func (w *MessageWriter) send(p []byte) (int, error) {
	w.m.Partial = true
	sent := 0
	if len(w.held) > 0 {
		// A chunk of one byte would be dear; a copy of a few more is cheap.
		n := min(len(p), joined)
		w.m.Data = append(w.held, p[:n]...)
		w.held = w.held[:0]
		if _, err := w.assoc.SendPart(w.ctx, &w.m); err != nil {
			return 0, err
		}
		sent = n
	}
	if sent == len(p) {
		return sent, nil
	}
	w.m.Data = p[sent:]
	n, err := w.assoc.SendPart(w.ctx, &w.m)
	return sent + n, err
}

// joined is how many bytes of a Write go with the byte that the one before it has left.
const joined = 16 << 10

// Close ends the message. If a Write has failed, the message is given up as Cancel does, and Close returns the error of
// that Write: a message cut short never looks like a whole one. An empty message cannot be sent: [ErrEmptyMessage].
func (w *MessageWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return w.wrap("write", ErrMessageClosed)
	}
	if w.err == nil {
		w.m.Data, w.m.Partial = w.held, false
		if len(w.held) == 0 {
			w.err = ErrEmptyMessage
		} else {
			_, w.err = w.assoc.SendPart(w.ctx, &w.m)
		}
		w.err = w.wrap("write", w.err)
	}
	if w.err != nil {
		w.cancel()
		return w.err
	}
	w.done = true
	w.assoc.CloseMessage(w.m.Stream)
	return nil
}

// Cancel gives the message up: the peer's user never gets the end of it. If a part of it was sent, this takes
// [PartialReliability]; without it Cancel fails with [ErrCannotAbandon], and all that is left is to abort the association.
// After Close, Cancel does nothing, so that it can be deferred.
func (w *MessageWriter) Cancel() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return nil
	}
	return w.wrap("cancel", w.cancel())
}

func (w *MessageWriter) cancel() error {
	if err := w.assoc.CancelMessage(w.m.Stream); err != nil {
		return err
	}
	w.done = true
	return nil
}
