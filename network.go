package sctp

import (
	"net"
	"net/netip"
	"strings"
)

// DefaultEncapPort is the UDP port of SCTP inside UDP (RFC 6951 section 3).
const DefaultEncapPort = 9899

// network is a parsed name of a network.
type network struct {
	name   string
	udp    bool
	family family
}

type family uint8

const (
	anyFamily family = iota
	onlyIPv4
	onlyIPv6
)

func parseNetwork(name string) (network, error) {
	n := network{name: name}
	base, udp := strings.CutPrefix(name, "sctp/udp")
	if !udp {
		var ok bool
		if base, ok = strings.CutPrefix(name, "sctp"); !ok {
			return n, net.UnknownNetworkError(name)
		}
	}
	n.udp = udp
	switch base {
	case "":
	case "4":
		n.family = onlyIPv4
	case "6":
		n.family = onlyIPv6
	default:
		return n, net.UnknownNetworkError(name)
	}
	return n, nil
}

// admits reports whether ip is of the network's version of IP.
func (f family) admits(ip netip.Addr) bool {
	switch f {
	case onlyIPv4:
		return ip.Is4()
	case onlyIPv6:
		return ip.Is6()
	case anyFamily:
	}
	return true
}

// String is what package net calls the family in its look-ups.
func (f family) String() string {
	switch f {
	case onlyIPv4:
		return "ip4"
	case onlyIPv6:
		return "ip6"
	case anyFamily:
	}
	return "ip"
}
