package sctp

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Addr is the address of one side of an association: all its IP addresses and its port.
type Addr struct {
	// IPs are the addresses of the host. None stands for all of this host's.
	IPs []netip.Addr
	// Port is the SCTP port.
	Port uint16
	// EncapPort is the UDP port, 0 if there is none or for the default (RFC 6951).
	EncapPort uint16
}

// Network returns "sctp", or "sctp/udp" for an address with a UDP port.
func (a *Addr) Network() string {
	if a != nil && a.EncapPort != 0 {
		return "sctp/udp"
	}
	return "sctp"
}

// String returns the address as [ParseAddr] reads it.
func (a *Addr) String() string {
	if a == nil {
		return "<nil>"
	}
	var b strings.Builder
	for i, ip := range a.IPs {
		if i > 0 {
			b.WriteByte('/')
		}
		if ip.Is6() {
			b.WriteString("[" + ip.String() + "]")
		} else {
			b.WriteString(ip.String())
		}
	}
	b.WriteString(":" + strconv.Itoa(int(a.Port)))
	if a.EncapPort != 0 && a.EncapPort != DefaultEncapPort {
		b.WriteString("?udp=" + strconv.Itoa(int(a.EncapPort)))
	}
	return b.String()
}

// ParseAddr reads an address with numeric hosts; the package comment has the grammar. [Dialer] and [ListenConfig] look
// up names, too.
func ParseAddr(s string) (*Addr, error) {
	h, err := splitAddr(s)
	if err != nil {
		return nil, err
	}
	a := &Addr{Port: h.port, EncapPort: h.encapPort}
	for _, name := range h.names {
		ip, err := netip.ParseAddr(name)
		if err != nil {
			return nil, &net.AddrError{Err: "not an IP address: " + name, Addr: s}
		}
		a.IPs = append(a.IPs, ip.Unmap())
	}
	return a, a.check(s)
}

// MustParseAddr is ParseAddr for addresses that are known to be right; it panics if one is not.
func MustParseAddr(s string) *Addr {
	a, err := ParseAddr(s)
	if err != nil {
		panic("sctp: " + err.Error())
	}
	return a
}

// check reports addresses that cannot be one host's. s is how it was written.
func (a *Addr) check(s string) error {
	if len(a.IPs) > maxAddrs {
		return &net.AddrError{Err: "more than " + strconv.Itoa(maxAddrs) + " addresses", Addr: s}
	}
	for i, ip := range a.IPs {
		switch {
		case slices.Contains(a.IPs[:i], ip):
			return &net.AddrError{Err: "address given twice: " + ip.String(), Addr: s}
		case ip.IsMulticast():
			return &net.AddrError{Err: "multicast address: " + ip.String(), Addr: s}
		case ip.IsUnspecified() && len(a.IPs) > 1:
			return &net.AddrError{Err: "the unspecified address beside others", Addr: s}
		}
	}
	return nil
}

// maxAddrs bounds the addresses of one side, as written by the user.
const maxAddrs = 32

// hosts is an address cut into its parts, with names not looked up.
type hosts struct {
	names           []string
	port, encapPort uint16
}

// splitAddr reads the grammar of the package comment.
func splitAddr(s string) (hosts, error) {
	var h hosts
	rest, query, hasQuery := strings.Cut(s, "?")
	if hasQuery {
		value, ok := strings.CutPrefix(query, "udp=")
		if !ok {
			return h, &net.AddrError{Err: "after ? only udp=PORT is allowed", Addr: s}
		}
		var err error
		if h.encapPort, err = parsePort(value); err != nil || h.encapPort == 0 {
			return h, &net.AddrError{Err: "UDP port must be a number from 1 to 65535", Addr: s}
		}
	}
	colon := strings.LastIndexByte(rest, ':')
	if colon < 0 || colon < strings.LastIndexByte(rest, ']') {
		return h, &net.AddrError{Err: "missing port in address", Addr: s}
	}
	var err error
	if h.port, err = parsePort(rest[colon+1:]); err != nil {
		return h, &net.AddrError{Err: "port must be a number from 0 to 65535", Addr: s}
	}
	if colon == 0 {
		return h, nil
	}
	for name := range strings.SplitSeq(rest[:colon], "/") {
		host, err := splitHost(name)
		if err != "" {
			return h, &net.AddrError{Err: err, Addr: s}
		}
		h.names = append(h.names, host)
	}
	return h, nil
}

// splitHost takes the brackets off one host; the second result says what is wrong with it.
func splitHost(name string) (string, string) {
	if inner, ok := strings.CutPrefix(name, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		if !ok {
			return "", "missing ] in address"
		}
		if ip, err := netip.ParseAddr(inner); err != nil || !ip.Is6() {
			return "", "only IPv6 addresses stand in brackets: " + inner
		}
		return inner, ""
	}
	switch {
	case name == "":
		return "", "empty host in address"
	case strings.ContainsRune(name, ':'):
		return "", "an IPv6 address must stand in brackets: " + name
	case strings.ContainsAny(name, "[]"):
		return "", "unexpected bracket in address"
	}
	return name, ""
}

func parsePort(s string) (uint16, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	return uint16(n), err
}
