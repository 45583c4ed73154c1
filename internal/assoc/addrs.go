package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/transport"
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

// Announceable appends to dst those of the bound addresses that a peer at remote can use, remote's own scope and wider ones. Private addresses go to a
// global peer only if nothing wider is bound: behind a NAT they are all there is. Link-local addresses are never announced, since
// their zone means nothing to the peer.
func Announceable(dst, bound []netip.Addr, remote netip.Addr) []netip.Addr {
	least := scopeOf(remote)
	if least == scopeGlobal && !anyScope(bound, scopeGlobal) {
		least = scopePrivate
	}
	for _, a := range bound {
		if s := scopeOf(a); s >= least && s != scopeUnusable && s != scopeLink && len(dst) < MaxPeerAddrs {
			dst = append(dst, a)
		}
	}
	return dst
}

// singleHomed reports whether there is but one address by which a host elsewhere can be reached. It is not announced: the peer takes
// the source of the packet (RFC 9260 section 5.1.2 A), which is the right address also behind a NAT (RFC 6951 section 3.2).
func singleHomed(bound []netip.Addr, remote netip.Addr) bool {
	n := 0
	for _, a := range bound {
		if s := scopeOf(a); s == scopePrivate || s == scopeGlobal {
			n++
		}
	}
	return n == 1 && scopeOf(remote) >= scopePrivate
}

func anyScope(addrs []netip.Addr, s scope) bool {
	for _, a := range addrs {
		if scopeOf(a) == s {
			return true
		}
	}
	return false
}

// families tells which address families a list has.
func families(addrs []netip.Addr) (v4, v6 bool) {
	for _, a := range addrs {
		v4 = v4 || a.Is4()
		v6 = v6 || a.Is6()
	}
	return v4, v6
}

// usablePeers filters the addresses that a peer announced in a packet from src: src first (RFC 9260 section 5.1.2 C), then each unicast
// address once, of a family that this side has. A loopback address is only believed if the packet itself came over loopback.
func usablePeers(dst []netip.Addr, src netip.Addr, announced, local []netip.Addr) []netip.Addr {
	v4, v6 := families(local)
	if len(local) == 0 {
		v4, v6 = true, true
	}
	dst = append(dst, src)
	for _, a := range announced {
		s := scopeOf(a)
		if s == scopeUnusable || s == scopeLink || (s == scopeLoopback) != src.IsLoopback() {
			continue
		}
		if (a.Is4() && !v4) || (a.Is6() && !v6) || contains(dst, a) || len(dst) == MaxPeerAddrs {
			continue
		}
		dst = append(dst, a)
	}
	return dst
}

func contains(addrs []netip.Addr, a netip.Addr) bool {
	for _, b := range addrs {
		if a == b {
			return true
		}
	}
	return false
}

// addPath adds a path to a peer address.
func (a *Association) addPath(remote netip.Addr, s path.State) *path.Path {
	p := path.New(len(a.paths), transport.Path{
		Local:     a.sourceFor(remote),
		Remote:    remote,
		EncapPort: a.params.PeerEncapPort,
	}, s, path.Config{
		RTOInitial: a.cfg.RTOInitial, RTOMin: a.cfg.RTOMin, RTOMax: a.cfg.RTOMax,
		PMTU: a.limitPMTU(defaultPMTU), FirstHop: a.params.Carrier.FirstHopMTU, Params: a.cfg.pathParams(),
	})
	a.paths = append(a.paths, p)
	return p
}

// sourceFor picks the source address for packets to remote among the bound ones: the one with the longest common prefix, since addresses
// of one network tend to be alike. An association bound to all addresses leaves it to the carrier, which knows the routes.
func (a *Association) sourceFor(remote netip.Addr) (best netip.Addr) {
	if a.params.Wildcard {
		return netip.Addr{}
	}
	most := -1
	for _, l := range a.params.LocalAddrs {
		if l.BitLen() != remote.BitLen() || contains(a.gone, l) {
			continue
		}
		if n := commonPrefix(l, remote); n > most {
			best, most = l, n
		}
	}
	return best
}

// setSource picks the source address for packets along p: the one that the user wants, if the host has it.
func (a *Association) setSource(p *path.Path) {
	if want := p.Source(); want.IsValid() && !contains(a.gone, want) {
		p.Addr.Local = want
		return
	}
	p.Addr.Local = a.sourceFor(p.Addr.Remote)
}

// mayLeaveFrom reports whether packets to remote can have a source: of the same family, and bound.
func (a *Association) mayLeaveFrom(source, remote netip.Addr) bool {
	if source.BitLen() != remote.BitLen() || !Unicast(source) {
		return false
	}
	bound := a.params.LocalAddrs
	if a.params.Wildcard {
		bound = a.params.Host
	}
	// All of 127.0.0.0/8 is the host's, of which it lists only one.
	return contains(bound, source) || a.params.Wildcard && source.IsLoopback()
}

// learnSource notes the way of a packet that came along p. With one path, what this side sends leaves from the address that the peer sends
// to, which is what a NAT between them expects. With several, the routes decide about sources (or sourceFor, for bound addresses): a source in
// another network would let both paths die of one cut, since answers go to the source. What the user wants comes before all this.
func (a *Association) learnSource(p *path.Path, way transport.Path) {
	if !a.params.Wildcard || !way.Local.IsValid() || p.Source().IsValid() {
		return
	}
	p.Addr.Local = netip.Addr{}
	if len(a.paths) == 1 {
		p.Addr.Local = way.Local
	}
}

func commonPrefix(a, b netip.Addr) int {
	x, y := a.As16(), b.As16()
	for i := range x {
		if d := x[i] ^ y[i]; d != 0 {
			n := i * 8
			for ; d&0x80 == 0; d <<= 1 {
				n++
			}
			return n
		}
	}
	return 128
}

// Paths appends the paths to dst, the primary one first.
func (a *Association) Paths(dst []transport.Path) []transport.Path {
	if a.primary != nil {
		dst = append(dst, a.primary.Addr)
	}
	for _, p := range a.paths {
		if p != a.primary {
			dst = append(dst, p.Addr)
		}
	}
	return dst
}

// LocalAddrs appends the addresses of this side that the peer was told of.
func (a *Association) LocalAddrs(dst []netip.Addr) []netip.Addr {
	remote := a.primary.Addr.Remote
	if known := Announceable(dst, a.params.LocalAddrs, remote); len(known) > len(dst) {
		return known
	}
	if l := a.primary.Addr.Local; l.IsValid() {
		dst = append(dst, l)
	}
	return dst
}

// limitPMTU applies Config.MaxPMTU.
func (a *Association) limitPMTU(n int) int {
	if a.cfg.MaxPMTU > 0 {
		n = min(n, a.cfg.MaxPMTU)
	}
	return n
}
