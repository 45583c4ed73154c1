package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/transport"
)

// families tells which address families a list has.
func families(addrs []netip.Addr) (v4, v6 bool) {
	for _, a := range addrs {
		v4 = v4 || a.Is4()
		v6 = v6 || a.Is6()
	}
	return v4, v6
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
	}, s, &a.cfg.path)
	a.paths = append(a.paths, p)
	a.send.setPaths(len(a.paths))
	return p
}

// sourceFor picks the source address for packets to remote among the bound ones: the one with the longest common prefix, since addresses
// of one network tend to be alike. An association bound to all addresses leaves it to the carrier, which knows the routes.
func (a *Association) sourceFor(remote netip.Addr) (best netip.Addr) {
	if !a.choosesSources() {
		return netip.Addr{}
	}
	most := -1
	for _, l := range a.sources() {
		if l.BitLen() != remote.BitLen() || !a.canSend(l) {
			continue
		}
		if n := commonPrefix(l, remote); n > most {
			best, most = l, n
		}
	}
	if a.strange && most < 0 {
		// From an address that the host has lost packets get nowhere, as if there were no network: better than from one at which the peer would
		// tell this side that it knows no such association.
		for _, l := range a.sources() {
			if l.BitLen() == remote.BitLen() && !contains(a.params.Host, l) {
				return l
			}
		}
	}
	return best
}

// setSource picks the source address for packets along p: the one that the user wants, if the host has it.
func (a *Association) setSource(p *path.Path) {
	if want := p.Source(); want.IsValid() && a.canSend(want) {
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
	if a.choosesSources() || !way.Local.IsValid() || p.Source().IsValid() {
		return
	}
	p.Addr.Local = netip.Addr{}
	if len(a.paths) == 1 && !a.leaving(way.Local) {
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

// LocalAddrs appends the addresses of this side that the peer was told of, or if it was told of none, the one that it knows all the same.
func (a *Association) LocalAddrs(dst []netip.Addr) []netip.Addr {
	if a.addressing != nil {
		return append(dst, a.addressing.own.known...)
	}
	if known := a.announceable(dst, a.params.LocalAddrs); len(known) > len(dst) {
		return known
	}
	if l := a.primary.Addr.Local; l.IsValid() {
		dst = append(dst, l)
	}
	return dst
}

// limitPMTU applies Config.MaxPMTU.
func (a *Association) limitPMTU(n int) int { return a.cfg.limitPMTU(n) }

func (c *Config) limitPMTU(n int) int {
	if c.MaxPMTU > 0 {
		n = min(n, c.MaxPMTU)
	}
	return n
}
