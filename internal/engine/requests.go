package engine

import (
	"context"
	"errors"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
)

// Outcomes of a request of RFC 6525 other than success.
var (
	// ErrDenied: the peer refused.
	ErrDenied = errors.New("peer denies the request")
	// ErrRequestFailed: the peer could not do it, or the association ended or restarted before it answered.
	ErrRequestFailed = errors.New("request failed")
)

// ResetStreams resets streams and waits for the outcome.
func (a *Assoc) ResetStreams(ctx context.Context, r assoc.ResetRequest) error {
	return a.request(ctx, aboutStreams, func(now mono.Time) (uint32, error) { return a.core.ResetStreams(now, r) })
}

// ResetAssociation resets all streams and TSNs and waits for the outcome.
func (a *Assoc) ResetAssociation(ctx context.Context) error {
	return a.request(ctx, aboutStreams, a.core.ResetAssociation)
}

// AddStreams adds streams and waits for the outcome.
func (a *Assoc) AddStreams(ctx context.Context, out, in uint16) error {
	return a.request(ctx, aboutStreams, func(now mono.Time) (uint32, error) { return a.core.AddStreams(now, out, in) })
}

// BeginResetStreams is ResetStreams that does not wait. The notification tells the outcome.
func (a *Assoc) BeginResetStreams(r assoc.ResetRequest) error {
	return a.control(func(now mono.Time) error {
		_, err := a.core.ResetStreams(now, r)
		return err
	})
}

// BeginResetAssociation is ResetAssociation that does not wait.
func (a *Assoc) BeginResetAssociation() error {
	return a.control(func(now mono.Time) error {
		_, err := a.core.ResetAssociation(now)
		return err
	})
}

// BeginAddStreams is AddStreams that does not wait.
func (a *Assoc) BeginAddStreams(out, in uint16) error {
	return a.control(func(now mono.Time) error {
		_, err := a.core.AddStreams(now, out, in)
		return err
	})
}

// requestKind tells requests apart that are numbered on their own.
type requestKind uint8

const (
	aboutStreams requestKind = iota // RFC 6525
	aboutAddrs                      // RFC 5061
)

// requestKey is how a request is known whose outcome is not.
type requestKey struct {
	kind requestKind
	id   uint32
}

// outcome is that of a request, once it is known.
type outcome struct {
	known bool
	err   error
}

// request begins a request of the peer and waits for its outcome. The end of ctx ends the waiting only.
func (a *Assoc) request(ctx context.Context, kind requestKind, begin func(mono.Time) (uint32, error)) error {
	if err := a.waitUp(ctx); err != nil {
		return err
	}
	var o *outcome
	err := a.control(func(now mono.Time) error {
		id, err := begin(now)
		if err == nil {
			o = &outcome{}
			if a.requests == nil {
				a.requests = make(map[requestKey]*outcome)
			}
			a.requests[requestKey{kind, id}] = o
		}
		if errors.Is(err, assoc.ErrNotEstablished) {
			return a.sendEnd()
		}
		return err
	})
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for !o.known {
		if err := a.alive(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		a.writable.wait(ctx)
	}
	return o.err
}

// answered notes the outcome of a request of RFC 6525; id is 0 for what the peer did. a.mu is held.
func (a *Assoc) answered(id uint32, denied, failed bool) {
	var err error
	switch {
	case denied:
		err = ErrDenied
	case failed:
		err = ErrRequestFailed
	}
	a.concluded(requestKey{aboutStreams, id}, err)
}

// concluded notes the outcome of a request of the user's. a.mu is held.
func (a *Assoc) concluded(k requestKey, err error) {
	o := a.requests[k]
	if o == nil {
		return
	}
	delete(a.requests, k)
	o.known, o.err = true, err
	a.todo |= wakeWriters
}
