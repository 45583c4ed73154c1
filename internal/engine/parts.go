package engine

import (
	"context"
	"errors"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
)

// ErrMessageOpen: a message is being written on the stream in parts.
var ErrMessageOpen = errors.New("a message is being written on this stream in parts")

// OpenMessage begins a message in parts on a stream: until CloseMessage, only SendPart sends on it.
func (a *Assoc) OpenMessage(stream uint16) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.alive(); err != nil {
		return err
	}
	if _, err := a.core.StreamValue(stream); err != nil {
		return err // there is no such stream
	}
	if a.inParts[stream] {
		return ErrMessageOpen
	}
	if a.inParts == nil {
		a.inParts = make(map[uint16]bool)
	}
	a.inParts[stream] = true
	return nil
}

// SendPart is Send for a part of a message that OpenMessage began, of any size. It returns how many bytes were queued.
func (a *Assoc) SendPart(ctx context.Context, m *assoc.Message) (int, error) {
	data, partial := m.Data, m.Partial
	share := a.share()
	for sent := 0; ; sent += len(m.Data) {
		m.Data = data[sent:min(sent+share, len(data))]
		last := sent+len(m.Data) == len(data)
		m.Partial = partial || !last
		if err := a.send(ctx, m, ofParts); err != nil {
			return sent, err
		}
		if last {
			return len(data), nil
		}
	}
}

// CloseMessage ends what OpenMessage began, once its last part was sent.
func (a *Assoc) CloseMessage(stream uint16) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.inParts, stream)
}

// CancelMessage gives up the message that OpenMessage began. It fails if the peer has a part of it and cannot be told.
func (a *Assoc) CancelMessage(stream uint16) error {
	err := a.control(func(now mono.Time) error { return a.core.AbortMessage(now, stream) })
	if errors.Is(err, assoc.ErrCannotAbandon) {
		return err
	}
	a.CloseMessage(stream) // nothing was sent, it was given up before, or the association is over
	return nil
}
