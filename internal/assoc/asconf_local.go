package assoc

import (
	"net/netip"
	"slices"
)

// leaving reports whether the peer was asked to forget an address of this side and has not answered yet. It is no source any more, but
// packets may still come to it (RFC 5061 section 5.3 F4).
func (a *Association) leaving(addr netip.Addr) bool {
	return a.addressing != nil && a.addressing.own.flight != nil && slices.ContainsFunc(a.addressing.own.flight.requests, func(q addrRequest) bool {
		return q.kind == removeAddr && q.addr == addr
	})
}

// choosesSources reports whether sources are chosen here: where some addresses of the host are not the association's, the routes might choose one
// of those, and the peer would take the packet for a stranger's.
func (a *Association) choosesSources() bool {
	return !a.params.Wildcard || len(a.left) > 0 || a.strange
}

// sources are what may be chosen among.
func (a *Association) sources() []netip.Addr {
	if a.params.Wildcard && a.addressing != nil {
		return a.addressing.own.known
	}
	return a.params.LocalAddrs
}

// canSend reports whether an address is a source that packets can have.
func (a *Association) canSend(addr netip.Addr) bool {
	switch {
	case contains(a.gone, addr), a.leaving(addr):
		return false
	case a.params.Wildcard && a.params.Host != nil:
		return contains(a.params.Host, addr)
	}
	return true
}

// answersFrom reports whether an answer may leave from the address that the question came to: not if the peer does not know it yet (section 5.3
// F1), or is forgetting it (F4).
func (a *Association) answersFrom(addr netip.Addr) bool {
	if a.addressing == nil || a.addressing.own.flight == nil {
		return true
	}
	return !slices.ContainsFunc(a.addressing.own.flight.requests, func(q addrRequest) bool { return q.kind != preferAddr && q.addr == addr })
}

// sourcesChanged chooses sources anew.
func (a *Association) sourcesChanged() {
	chose := a.choosesSources()
	a.strange = a.addressing != nil && a.params.Wildcard && slices.ContainsFunc(a.params.Host, a.isStrange)
	for _, p := range a.paths {
		if chose || a.choosesSources() {
			a.setSource(p)
		}
	}
}

// isStrange reports whether the peer would not know an address of the host for the association's, and the routes might choose it.
func (a *Association) isStrange(addr netip.Addr) bool {
	known := contains(a.addressing.own.known, addr) && !a.leaving(addr)
	return !known && scopeOf(addr) >= scopeOf(a.primary.Addr.Remote)
}

// unknownToPeer reports whether the peer does not know an address for one of this side.
func (a *Association) unknownToPeer(addr netip.Addr) bool {
	return a.extensions.Has(DynamicAddresses) && contains(a.params.Host, addr) && !contains(a.LocalAddrs(nil), addr)
}

// addLocal notes that the peer knows an address.
func (a *Association) addLocal(addr netip.Addr) {
	if i := slices.Index(a.left, addr); i >= 0 {
		a.left = slices.Delete(slices.Clone(a.left), i, i+1) // the endpoint may have the list
	}
	if !contains(a.addressing.own.known, addr) {
		a.addressing.own.known = append(a.addressing.own.known, addr)
	}
	if !contains(a.params.LocalAddrs, addr) {
		a.params.LocalAddrs = append(slices.Clip(a.params.LocalAddrs), addr) // the list may be others', too
	}
}

// dropLocal notes that the peer has forgotten an address. The host may still have it, and use it for others.
func (a *Association) dropLocal(addr netip.Addr) {
	if i := slices.Index(a.addressing.own.known, addr); i >= 0 {
		a.addressing.own.known = slices.Delete(a.addressing.own.known, i, i+1)
	}
	if i := slices.Index(a.params.LocalAddrs, addr); i >= 0 {
		a.params.LocalAddrs = slices.Delete(slices.Clone(a.params.LocalAddrs), i, i+1)
	}
	if i := slices.Index(a.gone, addr); i >= 0 {
		a.gone = slices.Delete(a.gone, i, i+1)
	}
	if a.params.Wildcard && !contains(a.left, addr) && contains(a.params.Host, addr) {
		a.left = append(slices.Clip(a.left), addr)
	}
}

// dropLocalBut notes that the peer has forgotten all addresses but one.
func (a *Association) dropLocalBut(keep netip.Addr) {
	for _, addr := range slices.Concat(a.addressing.own.known, a.params.LocalAddrs) {
		if addr != keep {
			a.dropLocal(addr)
		}
	}
}

// Reach tells where packets of the association may arrive: at the addresses of bound, or if it is nil where its socket was bound to, but not at
// those of left.
func (a *Association) Reach() (bound, left []netip.Addr) {
	left = a.left
	if !a.params.Wildcard {
		bound = slices.Clip(a.params.LocalAddrs)
	}
	if a.addressing == nil || a.addressing.own.flight == nil {
		return bound, left
	}
	for _, q := range a.addressing.own.flight.requests {
		if q.kind != addAddr { // section 5.3: packets may come before the answer
			continue
		}
		if i := slices.Index(left, q.addr); i >= 0 {
			left = slices.Delete(slices.Clone(left), i, i+1)
		}
		if !a.params.Wildcard && !contains(bound, q.addr) {
			bound = append(bound, q.addr)
		}
	}
	return bound, left
}
