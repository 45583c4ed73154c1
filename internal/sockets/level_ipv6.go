package sockets

import (
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// minIPv6MTU is the least MTU of IPv6 (RFC 8200 section 5).
const minIPv6MTU = 1280

// ipv6Level is level SOL_IPV6, which IPv6 sockets have.
var ipv6Level = map[int]plain{
	linux.IPV6_V6ONLY:        {set: setV6Only, get: getV6Only},
	linux.IPV6_UNICAST_HOPS:  {set: setHops},
	linux.IPV6_TCLASS:        {set: setTClass, get: getTClass},
	linux.IPV6_MTU_DISCOVER:  {set: within(0, discoverCount-1)},
	linux.IPV6_MTU:           {set: setIPv6MTU, get: getMTU},
	linux.IPV6_RECVERR:       {set: onOff},
	linux.IPV6_RECVPKTINFO:   {set: onOff},
	linux.IPV6_DONTFRAG:      {set: onOff},
	linux.IPV6_RECVTCLASS:    {set: onOff},
	linux.IPV6_AUTOFLOWLABEL: {set: onOff},
	linux.IPV6_FREEBIND:      {set: onOff},
}

// setIPv6 sets an option of level SOL_IPV6.
func (s *Socket) setIPv6(name int, value []byte) error {
	if o, known := ipv6Level[name]; !known || o.set == nil {
		return syscall.ENOPROTOOPT
	}
	n, err := intOf(value)
	if err != nil {
		return err
	}
	return s.setPlain(linux.SOL_IPV6, name, n)
}

// getIPv6 answers an option of level SOL_IPV6.
func (s *Socket) getIPv6(name, room int) ([]byte, error) {
	n, err := s.getPlain(linux.SOL_IPV6, name)
	if err != nil {
		return nil, err
	}
	b := bytesOf(n)
	return b[:min(room, len(b))], nil
}

// setV6Only keeps IPv4 out, if the socket is not bound yet.
func setV6Only(s *Socket, n int) (int, error) {
	if s.bound != nil {
		return 0, syscall.EINVAL
	}
	s.options.v6only = n != 0
	return number(n != 0), nil
}

func getV6Only(s *Socket) (int, error) { return number(s.options.v6only), nil }

func setHops(_ *Socket, n int) (int, error) {
	switch {
	case n == -1:
		return defaultTTL, nil
	case n < 0 || n > 255:
		return 0, syscall.EINVAL
	}
	return n, nil
}

// setTClass keeps the ECN field of a one-to-one socket as it is.
func setTClass(s *Socket, n int) (int, error) {
	switch {
	case n < -1 || n > 0xff:
		return 0, syscall.EINVAL
	case n == -1:
		n = 0
	}
	s.setDSCP(uint8(n))
	if s.style == linux.OneToOne {
		return n &^ ecnBits, nil
	}
	s.ect6 = false
	return n, nil
}

func getTClass(s *Socket) (int, error) {
	n := s.plainValue(linux.SOL_IPV6, linux.IPV6_TCLASS)
	if s.ect6 {
		n |= ectBit
	}
	return n, nil
}

func setIPv6MTU(_ *Socket, n int) (int, error) {
	if n != 0 && n < minIPv6MTU {
		return 0, syscall.EINVAL
	}
	return n, nil
}
