package engine

import (
	"net"
	"net/netip"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
)

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
	return a.control(func(now mono.Time) error { return a.core.SetPrimary(now, remote) })
}

// RequestHeartbeat probes remote now.
func (a *Assoc) RequestHeartbeat(remote netip.Addr) error {
	return a.control(func(now mono.Time) error { return a.core.RequestHeartbeat(now, remote) })
}

// control gives the association an input of its user, unless it is over.
func (a *Assoc) control(do func(now mono.Time) error) error {
	a.mu.Lock()
	if err := a.alive(); err != nil {
		a.unlock()
		return err
	}
	now := a.engine.now()
	err := do(now)
	a.settle(now)
	a.unlock()
	a.shard.dispatch(a)
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
