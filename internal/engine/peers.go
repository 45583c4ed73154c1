package engine

import (
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
)

// peerBook finds the associations of an inbox by an address of their peer. Hosts behind one NAT may have the same address and port; their UDP
// ports tell them apart.
type peerBook map[netip.AddrPort][]*Assoc

// knownAs is how a peerBook knows an association: its addresses, the UDP port at each, and the one that the user gave.
type knownAs struct {
	addrs      []netip.AddrPort
	encapPorts []uint16
	dialled    uint16
}

// enter makes a known by some addresses, and by no others.
func (b peerBook) enter(a *Assoc, port uint16, routes []assoc.Route) {
	b.remove(a)
	for _, r := range routes {
		addr := netip.AddrPortFrom(r.Remote, port)
		a.knownAs.addrs = append(a.knownAs.addrs, addr)
		a.knownAs.encapPorts = append(a.knownAs.encapPorts, r.EncapPort)
		b[addr] = append(b[addr], a)
	}
}

func (b peerBook) remove(a *Assoc) {
	for _, addr := range a.knownAs.addrs {
		if b[addr] = slices.DeleteFunc(b[addr], func(c *Assoc) bool { return c == a }); len(b[addr]) == 0 {
			delete(b, addr)
		}
	}
	a.knownAs.addrs, a.knownAs.encapPorts = a.knownAs.addrs[:0], a.knownAs.encapPorts[:0]
}

// find returns the association with a peer behind a UDP port, the newest if it is zero; nil if there is none.
func (b peerBook) find(peer netip.AddrPort, encapPort uint16) *Assoc {
	list := b[peer]
	for i := len(list) - 1; i >= 0; i-- {
		k := &list[i].knownAs
		if at := k.encapPorts[slices.Index(k.addrs, peer)]; encapPort == 0 || at == 0 || at == encapPort || k.dialled == encapPort {
			return list[i]
		}
	}
	return nil
}
