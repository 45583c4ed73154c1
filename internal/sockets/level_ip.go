package sockets

import (
	"net/netip"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/transport"
)

// Values of IP_MTU_DISCOVER and IPV6_MTU_DISCOVER.
const (
	discoverWant  = 1
	discoverDo    = 2
	discoverCount = 6
)

// Bytes of the IP headers before a packet, and the longest IPv4 packet.
const (
	ipv4Header = 20
	ipv6Header = 40
	maxIPv4    = 65535
)

const (
	defaultTTL = 64 // net.ipv4.ip_default_ttl
	ecnBits    = 3
	ectBit     = 2 // what Linux has in the TOS of a socket that has sent ECN-capable packets (RFC 3168 section 5)
)

// ipLevel is level SOL_IP.
var ipLevel = map[int]plain{
	linux.IP_TOS:                  {set: setTOS, get: getTOS},
	linux.IP_TTL:                  {set: setTTL, needsByte: true},
	linux.IP_RECVOPTS:             {set: onOff},
	linux.IP_PKTINFO:              {set: onOff},
	linux.IP_MTU_DISCOVER:         {set: setDiscover, get: getDiscover},
	linux.IP_RECVERR:              {set: onOff},
	linux.IP_RECVTTL:              {set: onOff},
	linux.IP_RECVTOS:              {set: onOff},
	linux.IP_MTU:                  {get: getMTU},
	linux.IP_FREEBIND:             {set: onOff, needsByte: true},
	linux.IP_TRANSPARENT:          {set: onOff, needsByte: true},
	linux.IP_BIND_ADDRESS_NO_PORT: {set: onOff},
}

// setIP sets an option of level SOL_IP: values of less than an int are a byte.
func (s *Socket) setIP(name int, value []byte) error {
	o, known := ipLevel[name]
	if !known || o.set == nil {
		return syscall.ENOPROTOOPT
	}
	n, err := intOf(value)
	switch {
	case err == nil:
	case len(value) > 0:
		n = int(value[0])
	case o.needsByte:
		return syscall.EINVAL
	}
	return s.setPlain(linux.SOL_IP, name, n)
}

// getIP answers an option of level SOL_IP. Who has no room for an int gets a byte, if the value fits into one.
func (s *Socket) getIP(name, room int) ([]byte, error) {
	n, err := s.getPlain(linux.SOL_IP, name)
	if err != nil {
		return nil, err
	}
	b := bytesOf(n)
	if room > 0 && room < len(b) && n >= 0 && n <= 0xff {
		room = 1
	}
	return b[:min(room, len(b))], nil
}

// setTOS keeps the ECN field of a one-to-one socket as it is, and gives packets of the socket the priority that goes with the TOS.
func setTOS(s *Socket, n int) (int, error) {
	tos := n & 0xff
	if s.style == linux.OneToOne {
		tos &^= ecnBits
	} else {
		s.ect4 = false
	}
	s.keepPlain(linux.SOL_SOCKET, linux.SO_PRIORITY, priorities[tos&0x1e>>3])
	if s.family == linux.AF_INET {
		s.setDSCP(uint8(tos))
	}
	return tos, nil
}

// setDSCP has packets sent with a field of differentiated services (RFC 2474), unless SCTP_PEER_ADDR_PARAMS says another. That an IPv6
// socket has one for packets of IPv4 is only kept. s.mu is held.
func (s *Socket) setDSCP(field uint8) {
	for _, a := range append(s.members(), nil) {
		s.change(a, func(p *params) {
			p.changePaths(netip.Addr{}, func(c *pathParams) {
				if c.flags&linux.SPP_DSCP == 0 {
					c.dscp = field & dscpMask
				}
			})
		})
	}
}

// priorities are those of tc-prio(8) for the TOS field of RFC 1349: for the delay and throughput bits, by whether they are set.
var priorities = [...]int{0, 2, 6, 4}

func getTOS(s *Socket) (int, error) {
	n := s.plainValue(linux.SOL_IP, linux.IP_TOS)
	if s.ect4 {
		n |= ectBit
	}
	return n, nil
}

// setTTL takes -1 for the host's default.
func setTTL(_ *Socket, n int) (int, error) {
	switch {
	case n == -1:
		return defaultTTL, nil
	case n < 1 || n > 255:
		return 0, syscall.EINVAL
	}
	return n, nil
}

// setDiscover ends that SCTP's own discovery of the path MTU shows.
func setDiscover(s *Socket, n int) (int, error) {
	if n < 0 || n >= discoverCount {
		return 0, syscall.EINVAL
	}
	s.discovers4 = false
	return n, nil
}

func getDiscover(s *Socket) (int, error) {
	if s.discovers4 {
		return discoverDo, nil
	}
	return s.plainValue(linux.SOL_IP, linux.IP_MTU_DISCOVER), nil
}

// getMTU is IP_MTU and IPV6_MTU: the MTU of the way to the peer, once the socket has one.
func getMTU(s *Socket) (int, error) {
	if !s.hasRoute || !s.way.Remote.IsValid() {
		return 0, syscall.ENOTCONN
	}
	mtu := s.stack.engine.Carrier().MTU(s.way)
	if s.way.Remote.Is4() {
		return min(mtu+ipv4Header, maxIPv4), nil
	}
	return mtu + ipv6Header, nil
}

// spoke notes what sending to an association leaves behind in Linux' socket: ECN-capable packets in the TOS, a route, and discovery of
// the path MTU. s.mu is held.
func (s *Socket) spoke(a *engine.Assoc) {
	local, remote := a.Primary()
	s.hasRoute, s.way = true, transport.Path{Local: local, Remote: remote.Addr()}
	if s.family == linux.AF_INET {
		s.ect4, s.discovers4 = true, true
	} else {
		s.ect6 = true
	}
}

// heard is spoke for a one-to-many socket, whose peers have had answers if there are any. s.mu is held.
func (s *Socket) heard() {
	if all := s.members(); len(all) > 0 {
		s.spoke(all[len(all)-1])
	}
}
