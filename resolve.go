package sctp

import (
	"context"
	"net"
	"net/netip"
)

// Resolver looks up the addresses of host names. *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// ResolveAddr reads an address whose hosts may be names. Of a name the first address that the network admits counts.
func ResolveAddr(ctx context.Context, network, address string) (*Addr, error) {
	n, err := parseNetwork(network)
	if err != nil {
		return nil, err
	}
	candidates, err := resolve(ctx, net.DefaultResolver, n, address)
	if err != nil {
		return nil, err
	}
	return candidates[0], nil
}

// resolve returns the addresses that the peer may have, to be tried one after or beside the other. They are more than one only when address is a
// single name with several addresses: these may well be several hosts, so they are not taken for the addresses of one.
// In a list, each name stands for its first address.
func resolve(ctx context.Context, r Resolver, n network, address string) ([]*Addr, error) {
	h, err := splitAddr(address)
	if err != nil {
		return nil, err
	}
	if h.encapPort != 0 && !n.udp {
		return nil, &net.AddrError{Err: "?udp= has a meaning only on the networks sctp/udp, sctp/udp4 and sctp/udp6", Addr: address}
	}
	a := &Addr{Port: h.port, EncapPort: h.encapPort}
	for _, name := range h.names {
		ips, err := lookup(ctx, r, n.family, name)
		if err != nil {
			return nil, err
		}
		if len(h.names) == 1 {
			return alternatives(a, ips), nil
		}
		a.IPs = append(a.IPs, ips[0])
	}
	return []*Addr{a}, a.check(address)
}

// alternatives returns a copy of a for each address.
func alternatives(a *Addr, ips []netip.Addr) []*Addr {
	var all []*Addr
	for _, ip := range ips {
		one := *a
		one.IPs = []netip.Addr{ip}
		all = append(all, &one)
	}
	return all
}

// lookup returns the addresses of one host, at least one, IPv4 first as package net prefers it for a host of both.
func lookup(ctx context.Context, r Resolver, f family, name string) ([]netip.Addr, error) {
	ip, err := netip.ParseAddr(name)
	if err == nil {
		ip = ip.Unmap()
		if !f.admits(ip) || ip.IsMulticast() {
			return nil, &net.AddrError{Err: "no suitable address", Addr: name}
		}
		return []netip.Addr{ip}, nil
	}
	all, err := r.LookupNetIP(ctx, f.String(), name)
	if err != nil {
		return nil, err
	}
	var v4, v6 []netip.Addr
	for _, ip := range all {
		ip = ip.Unmap()
		switch {
		case !f.admits(ip):
		case ip.Is4():
			v4 = append(v4, ip)
		default:
			v6 = append(v6, ip)
		}
	}
	if ips := append(v4, v6...); len(ips) > 0 {
		return ips, nil
	}
	return nil, &net.AddrError{Err: "no suitable address", Addr: name}
}
