// Package hostaddr tells carriers about this host: its addresses and their changes, the zones of link-local addresses, and
// the MTU of the first hop to a peer.
package hostaddr

import (
	"net"
	"net/netip"
	"slices"
)

// List returns the unicast addresses of all interfaces that are up, most global first: global, then private, then link-local,
// then loopback. Link-local addresses carry their zone.
func List() ([]netip.Addr, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var addrs []netip.Addr
	for _, ifc := range interfaces {
		if ifc.Flags&net.FlagUp == 0 {
			continue
		}
		prefixes, err := ifc.Addrs()
		if err != nil {
			continue // The interface went away meanwhile.
		}
		for _, p := range prefixes {
			if addr, ok := fromPrefix(p, ifc.Name); ok {
				addrs = append(addrs, addr)
			}
		}
	}
	slices.SortStableFunc(addrs, func(a, b netip.Addr) int { return int(scope(a)) - int(scope(b)) })
	return slices.Compact(addrs), nil
}

// fromPrefix converts an interface's address, which package net gives as *net.IPNet.
func fromPrefix(p net.Addr, zone string) (netip.Addr, bool) {
	ipnet, ok := p.(*net.IPNet)
	if !ok {
		return netip.Addr{}, false
	}
	addr, ok := netip.AddrFromSlice(ipnet.IP)
	if !ok {
		return netip.Addr{}, false
	}
	addr = addr.Unmap()
	if addr.Is6() && addr.IsLinkLocalUnicast() {
		addr = addr.WithZone(zone)
	}
	return addr, !addr.IsMulticast() && !addr.IsUnspecified()
}

// addrScope orders addresses by how far away they mean something.
type addrScope int

const (
	scopeGlobal addrScope = iota
	scopePrivate
	scopeLink
	scopeLoopback
)

func scope(addr netip.Addr) addrScope {
	switch {
	case addr.IsLoopback():
		return scopeLoopback
	case addr.IsLinkLocalUnicast():
		return scopeLink
	case addr.IsPrivate():
		return scopePrivate
	default:
		return scopeGlobal
	}
}
