package linux

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"syscall"
)

// Address families.
const (
	AF_UNSPEC = 0
	AF_INET   = 2
	AF_INET6  = 10
)

// Lengths of socket addresses.
const (
	SizeofSockaddrInet4 = 16  // struct sockaddr_in
	SizeofSockaddrInet6 = 28  // struct sockaddr_in6
	sizeofStorage       = 128 // struct sockaddr_storage
	sizeofFamily        = 2   // sa_family_t
)

// Sockaddr is struct sockaddr_in or struct sockaddr_in6, by the family of the address: a v4-mapped address is a sockaddr_in6.
type Sockaddr struct {
	netip.AddrPort
	// FlowInfo is sin6_flowinfo, as the number that its bytes in network order are.
	FlowInfo uint32
	// ScopeID is sin6_scope_id, the interface of a link-local address; the address itself has no zone.
	ScopeID uint32
}

// ParseSockaddr reads the socket address that b begins with. It returns EINVAL, as SCTP does in Linux, if the family is neither
// AF_INET nor AF_INET6 and if b is shorter than an address of the family.
func ParseSockaddr(b []byte) (Sockaddr, error) {
	a, _, err := NextSockaddr(b)
	return a, err
}

// NextSockaddr cuts the first socket address off b, a packed array of addresses as sctp_bindx and sctp_connectx pass it (RFC 6458
// sections 9.1 and 9.9). Linux looks at one address at a time, so what precedes a bad one may already have had its effect.
func NextSockaddr(b []byte) (a Sockaddr, rest []byte, err error) {
	switch Family(b) {
	case AF_INET:
		if len(b) >= SizeofSockaddrInet4 {
			ip := netip.AddrFrom4([4]byte(b[4:8]))
			a.AddrPort = netip.AddrPortFrom(ip, binary.BigEndian.Uint16(b[2:]))
			return a, b[SizeofSockaddrInet4:], nil
		}
	case AF_INET6:
		if len(b) >= SizeofSockaddrInet6 {
			ip := netip.AddrFrom16([16]byte(b[8:24]))
			a.AddrPort = netip.AddrPortFrom(ip, binary.BigEndian.Uint16(b[2:]))
			a.FlowInfo = binary.BigEndian.Uint32(b[4:])
			a.ScopeID = le.Uint32(b[24:])
			return a, b[SizeofSockaddrInet6:], nil
		}
	}
	return a, nil, syscall.EINVAL
}

// ParseSockaddrs reads a packed array of one or more socket addresses.
func ParseSockaddrs(b []byte) ([]Sockaddr, error) {
	if len(b) == 0 {
		return nil, syscall.EINVAL
	}
	var all []Sockaddr
	for len(b) > 0 {
		a, rest, err := NextSockaddr(b)
		if err != nil {
			return nil, err
		}
		all, b = append(all, a), rest
	}
	return all, nil
}

// Family returns the address family at the beginning of b, AF_UNSPEC if b is too short for one.
func Family(b []byte) int {
	if len(b) < sizeofFamily {
		return AF_UNSPEC
	}
	return int(le.Uint16(b))
}

// Family returns AF_INET or AF_INET6.
func (a Sockaddr) Family() int {
	if a.Addr().Is4() {
		return AF_INET
	}
	return AF_INET6
}

// Append appends the struct of the address's family. What is no address counts as the IPv6 wildcard.
func (a Sockaddr) Append(b []byte) []byte {
	if a.Addr().Is4() {
		b = le.AppendUint16(b, AF_INET)
		b = binary.BigEndian.AppendUint16(b, a.Port())
		ip := a.Addr().As4()
		b = append(b, ip[:]...)
		return append(b, make([]byte, 8)...) // sin_zero
	}
	b = le.AppendUint16(b, AF_INET6)
	b = binary.BigEndian.AppendUint16(b, a.Port())
	b = binary.BigEndian.AppendUint32(b, a.FlowInfo)
	var ip [16]byte
	if a.Addr().IsValid() {
		ip = a.Addr().As16()
	}
	b = append(b, ip[:]...)
	return le.AppendUint32(b, a.ScopeID)
}

// ToUser returns the form in which a socket of the family shows the address. An IPv6 socket shows IPv4 addresses v4-mapped if mapped,
// which SCTP_I_WANT_MAPPED_V4_ADDR sets, and otherwise v4-mapped ones as IPv4 (RFC 6458 section 8.1.15).
func (a Sockaddr) ToUser(family int, mapped bool) Sockaddr {
	ip := a.Addr()
	switch {
	case family != AF_INET6:
	case mapped && ip.Is4():
		ip = netip.AddrFrom16(ip.As16())
	case !mapped && ip.Is4In6():
		return Sockaddr{AddrPort: netip.AddrPortFrom(ip.Unmap(), a.Port())}
	}
	a.AddrPort = netip.AddrPortFrom(ip, a.Port())
	return a
}

// Storage is struct sockaddr_storage: room for a socket address of any family.
type Storage [sizeofStorage]byte

// StorageOf returns a Storage that holds a.
func StorageOf(a Sockaddr) (s Storage) {
	s.Set(a)
	return s
}

// Sockaddr returns the address in s, EINVAL as [ParseSockaddr] does.
func (s *Storage) Sockaddr() (Sockaddr, error) { return ParseSockaddr(s[:]) }

// Set puts a into s and leaves what lies beyond it, as Linux does.
func (s *Storage) Set(a Sockaddr) { a.Append(s[:0]) }

// IsAny reports whether s holds the wildcard of its family, as Linux looks at it: without a family it is taken for one of the socket's,
// and a family that SCTP does not know is never the wildcard.
func (s *Storage) IsAny(socketFamily int) bool {
	family := Family(s[:])
	if family == AF_UNSPEC {
		family = socketFamily
	}
	switch family {
	case AF_INET:
		return [4]byte(s[4:8]) == [4]byte{}
	case AF_INET6:
		return [16]byte(s[8:24]) == [16]byte{}
	}
	return false
}

func (s Storage) String() string {
	a, err := s.Sockaddr()
	if err != nil {
		return fmt.Sprintf("family %d", Family(s[:]))
	}
	return a.String()
}
