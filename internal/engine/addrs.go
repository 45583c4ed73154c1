package engine

import (
	"cmp"
	"net/netip"
	"slices"
)

// watchAddrs follows the addresses of this host.
func (e *Engine) watchAddrs(changes <-chan struct{}) {
	for {
		select {
		case _, ok := <-changes:
			if !ok {
				return
			}
		case <-e.done:
			return
		}
		addrs, err := e.carrier.LocalAddrs()
		if err != nil {
			continue // The next change, or the reader's error, tells more.
		}
		if e.setLocalAddrs(addrs) {
			e.hostChanged()
		}
	}
}

// setLocalAddrs tells the endpoint the addresses of this host, and reports whether they are others.
func (e *Engine) setLocalAddrs(addrs []netip.Addr) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if slices.Equal(e.localAddrs, addrs) {
		return false
	}
	e.localAddrs = addrs
	e.core.SetLocalAddrs(addrs)
	return true
}

// hostChanged tells the associations, the oldest first.
func (e *Engine) hostChanged() {
	e.mu.Lock()
	all := make([]*Assoc, 0, len(e.assocs))
	for a := range e.assocs {
		all = append(all, a)
	}
	e.mu.Unlock()
	slices.SortFunc(all, func(a, b *Assoc) int { return cmp.Compare(a.id, b.id) })
	for _, a := range all {
		a.hostChanged()
	}
	e.transmit()
}

func (a *Assoc) hostChanged() {
	a.mu.Lock()
	// The endpoint's lock comes behind the association's, and its list is the latest.
	a.engine.mu.Lock()
	host := a.engine.core.HostAddrs(a.handle)
	a.engine.mu.Unlock()
	now := a.engine.now()
	a.core.HostChanged(now, host)
	a.settle(now)
	a.unlock()
	a.shard.out.mark(a)
}
