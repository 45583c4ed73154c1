package mmsg

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
)

// coalesced is what is left of a message that UDP_GRO made of several packets; each packet is segment bytes long, but the
// last may be shorter.
type coalesced struct {
	data    []byte
	segment int
	path    transport.Path
	ecn     transport.ECN
}

// ReadBatch waits until there are packets or reports, fills ds from the front, and returns how many: none if it was interrupted.
func (s *Socket) ReadBatch(ds []transport.Datagram) (int, error) {
	if len(ds) == 0 {
		return 0, nil
	}
	for {
		if n := s.fetched(ds); n > 0 {
			return n, nil
		}
		if s.asked.Load() && s.asked.Swap(false) {
			return 0, nil
		}
		s.readLimit = len(ds)
		if err := s.fd.read(s.receiveFunc); err != nil {
			return 0, err
		}
	}
}

// Interrupt ends a ReadBatch, the next one if there is none.
func (s *Socket) Interrupt() {
	s.asked.Store(true)
	_ = s.fd.control(s.interruptFunc) // fails if the socket is closed, which ends a ReadBatch too
}

// tryReadBatch is ReadBatch that does not wait.
func (s *Socket) tryReadBatch(ds []transport.Datagram) (int, error) {
	if n := s.fetched(ds); n > 0 {
		return n, nil
	}
	s.readLimit = len(ds)
	if err := s.fd.control(s.tryReceiveFunc); err != nil {
		return 0, err
	}
	return s.fetched(ds), nil
}

// tryReceive fetches what there is. If there are no packets, an interruption is forgotten, before somebody looks for what it was about.
func (s *Socket) tryReceive(fd uintptr) {
	s.receive(fd, true)
	if s.in.count == 0 {
		s.fd.interrupted()
	}
}

// fetched hands out what is here already.
func (s *Socket) fetched(ds []transport.Datagram) int {
	if n := s.packets(ds); n > 0 {
		return n
	}
	if n := s.reports(ds); n > 0 {
		return n
	}
	return s.oversize.take(ds)
}

// receive fetches packets, or reports if there are no packets, and returns how many it got.
//
// It asks for reports when it is told to, and not only after an error of recvmmsg: the error that announces a report may have been handed to a
// concurrent sendmmsg.
func (s *Socket) receive(fd uintptr, reports bool) int {
	for range maxSocketErrors {
		errno := s.in.recv(fd, s.readLimit)
		if s.in.count > 0 {
			return s.in.count
		}
		if reports || errno != unix.EAGAIN {
			s.errors.recv(fd, s.readLimit)
			if s.errors.count > 0 {
				return s.errors.count
			}
		}
		if errno == unix.EAGAIN {
			return 0
		}
	}
	return 0
}

// maxSocketErrors bounds how many pending errors of a socket are skipped at a time; each call of recvmmsg takes one away.
const maxSocketErrors = 16

// packets hands out fetched packets.
func (s *Socket) packets(ds []transport.Datagram) int {
	n := 0
	for n < len(ds) {
		if len(s.rest.data) == 0 {
			m, ok := s.in.pop()
			if !ok {
				break
			}
			s.open(m)
			continue
		}
		size := min(s.rest.segment, len(s.rest.data))
		ds[n] = transport.Datagram{Path: s.rest.path, Data: s.rest.data[:size:size], ECN: s.rest.ecn}
		s.rest.data = s.rest.data[size:]
		n++
	}
	return n
}

// open makes m the message that packets are cut from.
func (s *Socket) open(m message) {
	if !s.opts.UDP && !s.is6 {
		m.data = stripIPv4(m.data)
	}
	remote, port := m.name.get(&s.shared.zones)
	info := s.parseControl(m.control)
	s.rest = coalesced{
		data:    m.data,
		segment: len(m.data),
		path:    s.path(info.local, remote, port),
		ecn:     info.ecn,
	}
	if info.segment > 0 {
		s.rest.segment = info.segment
	}
}

// stripIPv4 cuts off the IP header, which IPv4 raw sockets deliver with the packet (raw(7)) and IPv6 ones do not.
func stripIPv4(packet []byte) []byte {
	if len(packet) == 0 {
		return nil
	}
	header := int(packet[0]&0xf) * 4
	if len(packet) < header {
		return nil
	}
	return packet[header:]
}

// packetInfo is what control messages say.
type packetInfo struct {
	local   netip.Addr
	ecn     transport.ECN
	segment int
	err     []byte // struct sock_extended_err and what follows
}

const (
	// ecnMask cuts the ECN field out of TOS and traffic class (RFC 3168 section 5).
	ecnMask = 3
	// Offsets in struct in_pktinfo and struct in6_pktinfo.
	offPktinfoSpecDst = 4
	offPktinfoAddr    = 8
	offPktinfo6Index  = 16
)

func (s *Socket) parseControl(b []byte) packetInfo {
	info := packetInfo{local: s.bound}
	for {
		level, typ, data, rest, ok := nextControl(b)
		if !ok {
			return info
		}
		b = rest
		switch {
		case level == unix.IPPROTO_IP && typ == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
			info.local = netip.AddrFrom4([4]byte(data[offPktinfoAddr:]))
		case level == unix.IPPROTO_IPV6 && typ == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
			index := binary.NativeEndian.Uint32(data[offPktinfo6Index:])
			info.local = s.shared.zones.WithZone(netip.AddrFrom16([16]byte(data)), int(index))
		case level == unix.IPPROTO_IP && typ == unix.IP_TOS && len(data) >= 1:
			info.ecn = transport.ECN(data[0] & ecnMask)
		case level == unix.IPPROTO_IPV6 && typ == unix.IPV6_TCLASS && len(data) >= 4:
			info.ecn = transport.ECN(binary.NativeEndian.Uint32(data) & ecnMask)
		case level == unix.SOL_UDP && typ == unix.UDP_GRO && len(data) >= 4:
			info.segment = int(binary.NativeEndian.Uint32(data))
		case level == unix.IPPROTO_IP && typ == unix.IP_RECVERR, level == unix.IPPROTO_IPV6 && typ == unix.IPV6_RECVERR:
			info.err = data
		}
	}
}
