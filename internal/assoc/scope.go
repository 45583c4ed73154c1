package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/path"
)

// scope of an address, from narrow to wide. Which addresses are announced to a peer depends on where the peer is: an address nobody can
// reach from there would only be probed in vain, and a loopback address would be the peer's own.
type scope uint8

const (
	scopeLoopback scope = iota
	scopeLink
	scopePrivate
	scopeGlobal
	scopeUnusable // no unicast address at all
)

func scopeOf(a netip.Addr) scope {
	switch {
	case !Unicast(a):
		return scopeUnusable
	case a.IsLoopback():
		return scopeLoopback
	case a.IsLinkLocalUnicast():
		return scopeLink
	case a.IsPrivate():
		return scopePrivate
	}
	return scopeGlobal
}

// Unicast reports whether a can be the address of a peer: neither multicast nor broadcast nor unspecified (RFC 9260 section 8.4 item 1).
func Unicast(a netip.Addr) bool {
	return a.IsValid() && !a.IsMulticast() && !a.IsUnspecified() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// ScopePolicy says which of its addresses each side tells the other, and which of the other's it believes.
type ScopePolicy uint8

const (
	// ScopePeers tells what the peer can reach from where it is known to be.
	ScopePeers ScopePolicy = iota
	// The others are the values of Linux' net.sctp.addr_scope_policy, from 0 on: all addresses; those of the scope of the peer's address and wider
	// ones; these and private ones; these and link-local ones.
	LinuxScopesOff
	LinuxScopes
	LinuxScopesAndPrivate
	LinuxScopesAndLink
)

// scoping is what decides about addresses.
type scoping struct {
	policy       ScopePolicy
	encapsulated bool
}

func (c *Config) scoping(carrier Carrier) scoping {
	return scoping{c.ScopePolicy, carrier.Encapsulated}
}

// announceable appends to dst those of the bound addresses that the peer is to know of. peers are its addresses as far as they are known, first the one that
// a packet goes to.
func (s scoping) announceable(dst, bound, peers []netip.Addr) []netip.Addr {
	if s.policy != ScopePeers {
		return s.announceableOnLinux(dst, bound, peers[0])
	}
	least4, least6 := leastScopes(peers)
	if !s.encapsulated && !anyScope(bound, scopeGlobal) {
		// Behind a NAT private addresses are all there is. In UDP they are for nobody behind one (RFC 6951 section 5.7).
		least4, least6 = min(least4, scopePrivate), min(least6, scopePrivate)
	}
	for _, a := range bound {
		least := least4
		if a.Is6() {
			least = least6
		}
		// A link-local address means nothing without a zone, which the peer would have to guess.
		if of := scopeOf(a); of >= least && of != scopeUnusable && of != scopeLink && len(dst) < MaxPeerAddrs {
			dst = append(dst, a)
		}
	}
	return dst
}

// leastScopes returns the narrowest scope of the peer's addresses of each family: whoever reaches a private address of a host is in its network, and
// may know others of that. A family that the peer is not known to have is as the first address.
func leastScopes(peers []netip.Addr) (least4, least6 scope) {
	least4, least6 = scopeUnusable, scopeUnusable
	for _, a := range peers {
		if a.Is4() {
			least4 = min(least4, scopeOf(a))
		} else {
			least6 = min(least6, scopeOf(a))
		}
	}
	first := scopeOf(peers[0])
	if least4 == scopeUnusable {
		least4 = first
	}
	if least6 == scopeUnusable {
		least6 = first
	}
	return least4, least6
}

// lone reports whether there is but one address by which a host elsewhere can be reached. It is not announced: the peer takes
// the source of the packet (RFC 9260 section 5.1.2 A), which is the right address also behind a NAT (RFC 6951 section 3.2).
func (s scoping) lone(bound []netip.Addr, remote netip.Addr) bool {
	if s.policy != ScopePeers {
		return len(s.announceableOnLinux(nil, bound, remote)) == 1
	}
	n := 0
	for _, a := range bound {
		if of := scopeOf(a); of == scopePrivate || of == scopeGlobal {
			n++
		}
	}
	return n == 1 && scopeOf(remote) >= scopePrivate
}

// announceableOnLinux appends what Linux announces. For a global peer something narrower is better than nothing.
func (s scoping) announceableOnLinux(dst, bound []netip.Addr, remote netip.Addr) []netip.Addr {
	n := len(dst)
	of := linuxScopeOf(remote)
	for _, a := range bound {
		if s.linuxAdmits(a, of) && len(dst) < MaxPeerAddrs {
			dst = append(dst, a)
		}
	}
	if len(dst) > n || of != scopeGlobal {
		return dst
	}
	for _, a := range bound {
		if s.linuxAdmits(a, scopeLink) && len(dst) < MaxPeerAddrs {
			dst = append(dst, a)
		}
	}
	return dst
}

// linuxScopeOf is the scope that Linux takes an address for. It knows no private addresses of IPv6.
func linuxScopeOf(a netip.Addr) scope {
	if s := scopeOf(a); s != scopePrivate || a.Is4() {
		return s
	}
	return scopeGlobal
}

// linuxAdmits reports whether an address has to do with a peer of a scope.
func (s scoping) linuxAdmits(a netip.Addr, peer scope) bool {
	of := linuxScopeOf(a)
	if of == scopeUnusable {
		return false
	}
	switch s.policy {
	case LinuxScopesOff:
		return true
	case LinuxScopesAndPrivate:
		return of >= peer || of == scopePrivate
	case LinuxScopesAndLink:
		return of >= peer || of == scopeLink
	case LinuxScopes, ScopePeers:
	}
	return of >= peer
}

func anyScope(addrs []netip.Addr, s scope) bool {
	for _, a := range addrs {
		if scopeOf(a) == s {
			return true
		}
	}
	return false
}

// usablePeers filters the addresses that a peer announced in a packet from src: src first (RFC 9260 section 5.1.2 C), then each unicast
// address once, of a family that this side has.
func (s scoping) usablePeers(dst []netip.Addr, src netip.Addr, announced, local []netip.Addr) []netip.Addr {
	v4, v6 := families(local)
	if len(local) == 0 {
		v4, v6 = true, true
	}
	dst = append(dst, src)
	translated := scopeOf(src) == scopeGlobal && !contains(announced, src)
	for _, a := range announced {
		if !s.believes(a, src) || translated && s.policy == ScopePeers && scopeOf(a) == scopePrivate {
			continue
		}
		if (a.Is4() && !v4) || (a.Is6() && !v6) || contains(dst, a) || len(dst) == MaxPeerAddrs {
			continue
		}
		dst = append(dst, a)
	}
	return dst
}

// believes reports whether an address can be one of the peer at src. A loopback address only is if the packet came over loopback, where others
// lead nowhere else, and a link-local one never, for want of a zone. A private address is dropped by usablePeers where src is a global one that the peer did not list: then there is a
// NAT between, and in this network the address is another host's. Linux goes by the scope of src alone.
func (s scoping) believes(a, src netip.Addr) bool {
	switch of := scopeOf(a); {
	case of == scopeUnusable, of == scopeLink:
		return false
	case s.policy != ScopePeers:
		return s.linuxAdmits(a, linuxScopeOf(src))
	default:
		return (of == scopeLoopback) == src.IsLoopback()
	}
}

// announceable appends to dst those of addrs that the peer may be told of.
func (a *Association) announceable(dst, addrs []netip.Addr) []netip.Addr {
	var space [MaxPeerAddrs]netip.Addr
	return a.cfg.scoping(a.params.Carrier).announceable(dst, addrs, a.peerAddrs(space[:0], a.primary))
}

// peerAddrs appends the peer's addresses, that of first first.
func (a *Association) peerAddrs(dst []netip.Addr, first *path.Path) []netip.Addr {
	dst = append(dst, first.Addr.Remote)
	for _, p := range a.paths {
		if p != first {
			dst = append(dst, p.Addr.Remote)
		}
	}
	return dst
}
