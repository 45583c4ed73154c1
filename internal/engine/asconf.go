package engine

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
)

// ChangeAddrs changes the addresses of this side (RFC 5061) and waits for the outcome.
func (a *Assoc) ChangeAddrs(ctx context.Context, c assoc.AddrChange) error {
	return a.request(ctx, aboutAddrs, func(now mono.Time) (uint32, error) { return a.changeAddrs(now, c) })
}

// BeginChangeAddrs is ChangeAddrs that does not wait, for addresses that the socket has. The notification tells the outcome.
func (a *Assoc) BeginChangeAddrs(c assoc.AddrChange) error {
	return a.control(func(now mono.Time) error {
		_, err := a.core.ChangeAddrs(now, c)
		return err
	})
}

// SetAutoASCONF has the association follow the addresses of the host, or not (RFC 6458 section 8.1.23), unless it is over.
func (a *Assoc) SetAutoASCONF(on bool) {
	_ = a.control(func(now mono.Time) error {
		a.core.SetAutoASCONF(now, on)
		return nil
	})
}

// changeAddrs refuses addresses that are not this host's, or another socket's. a.mu is held.
func (a *Assoc) changeAddrs(now mono.Time, c assoc.AddrChange) (uint32, error) {
	for _, addr := range c.Add {
		if err := a.mayHave(addr); err != nil {
			return 0, fmt.Errorf("%w: %v", err, addr)
		}
	}
	return a.core.ChangeAddrs(now, c)
}

func (a *Assoc) mayHave(addr netip.Addr) error {
	e := a.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case addr.IsUnspecified():
		return nil
	case !slices.Contains(e.localAddrs, addr):
		return assoc.ErrNoSuchAddr
	}
	return e.core.MayBind(a.handle, addr)
}
