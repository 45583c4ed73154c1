package assoc

import (
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
)

// HostChanged tells that the addresses of this host are others now; a later list replaces it. What the peer was told stays as it is: only
// where packets leave from changes here. A source that is gone would have the carrier drop them.
func (a *Association) HostChanged(now mono.Time, host []netip.Addr) {
	if a.state == StateClosed {
		return
	}
	before := a.params.Host
	if a.extensions.Has(DynamicAddresses) {
		a.addresses() // notes what the peer knows
	}
	a.params.Host = host
	for _, addr := range before {
		if !contains(host, addr) {
			a.hostLost(addr)
			a.doubt(now, before, addr)
		}
	}
	for _, addr := range host {
		if !contains(before, addr) {
			a.hostGot(addr)
		}
	}
	a.sourcesChanged()
	a.hurryASCONF(now)
	a.followHost(now)
}

// hostLost does without an address. On an association bound to all of them the routes decide, or for a lack of them the next packet of the peer;
// otherwise another one of those that are bound takes over until it comes back.
func (a *Association) hostLost(addr netip.Addr) {
	if !a.follows(addr) {
		return
	}
	wanted := !a.params.Wildcard
	for _, p := range a.paths {
		wanted = wanted || p.Source() == addr
	}
	if wanted {
		a.gone = append(a.gone, addr)
	}
	for _, p := range a.paths {
		if p.Addr.Local == addr {
			a.setSource(p)
		}
	}
	a.hostIsOther(addr, false)
}

// doubt has data avoid paths that probably began at an address that is gone, as those do whose other end is most like it, until a heartbeat is
// answered: to wait for time-outs would be to wait for what is known.
func (a *Association) doubt(now mono.Time, before []netip.Addr, gone netip.Addr) {
	if len(a.paths) == 1 || !a.heartbeating() || !a.follows(gone) {
		return
	}
	for _, p := range a.paths {
		if p.State() == path.Active && mostAlike(before, p.Addr.Remote) == gone {
			a.pathFailed(now, p)
			p.HB.Wanted = true
		}
	}
}

// mostAlike is the address of a list that has the longest prefix in common with another one; the zero Addr if none is of its family.
func mostAlike(list []netip.Addr, addr netip.Addr) (best netip.Addr) {
	most := -1
	for _, l := range list {
		if n := commonPrefix(l, addr); l.BitLen() == addr.BitLen() && n > most {
			best, most = l, n
		}
	}
	return best
}

// hostGot uses an address that has come back where it suits better than the one used instead.
func (a *Association) hostGot(addr netip.Addr) {
	if !a.follows(addr) {
		return
	}
	if i := slices.Index(a.gone, addr); i >= 0 {
		a.gone = slices.Delete(a.gone, i, i+1)
		for _, p := range a.paths {
			a.setSource(p)
		}
	}
	a.hostIsOther(addr, true)
}

// hostIsOther tells of an address that has come or gone. Another way may take packets of another size.
func (a *Association) hostIsOther(addr netip.Addr, added bool) {
	a.emit(LocalAddrChange{Addr: addr, Added: added})
	a.emit(RoutesChanged{})
}

// follows reports whether an address concerns the association: it is bound to all, or to this one among others.
func (a *Association) follows(addr netip.Addr) bool {
	return a.params.Wildcard || contains(a.params.LocalAddrs, addr)
}
