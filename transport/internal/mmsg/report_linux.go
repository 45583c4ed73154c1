package mmsg

import (
	"encoding/binary"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
)

// Offsets in struct sock_extended_err (ip(7)), and its size.
const (
	offErrOrigin = 4
	offErrType   = 5
	offErrCode   = 6
	offErrInfo   = 8
	sizeErr      = 16
)

// ICMP types and codes that we act upon (RFC 792, RFC 4443).
const (
	icmp4Unreachable         = 3
	icmp4ProtocolUnreachable = 2
	icmp4PortUnreachable     = 3
	icmp4FragmentationNeeded = 4

	icmp6Unreachable       = 1
	icmp6PortUnreachable   = 4
	icmp6PacketTooBig      = 2
	icmp6ParameterProblem  = 4
	icmp6UnknownNextHeader = 1
)

// reports hands out what the error queue had.
func (s *Socket) reports(ds []transport.Datagram) int {
	n := 0
	for n < len(ds) {
		m, ok := s.errors.pop()
		if !ok {
			break
		}
		if d, ok := s.report(m); ok {
			ds[n] = d
			n++
		}
	}
	return n
}

// report makes a Datagram of a message of the error queue. It says false for what no association needs to hear: errors
// that did not come by ICMP, and those that RFC 9260 section 10 lets us ignore.
func (s *Socket) report(m message) (transport.Datagram, bool) {
	info := s.parseControl(m.control)
	if len(info.err) < sizeErr {
		return transport.Datagram{}, false
	}
	kind, ok := s.kindOf(info.err[offErrOrigin], info.err[offErrType], info.err[offErrCode])
	if !ok {
		return transport.Datagram{}, false
	}
	remote, port := m.name.get(&s.shared.zones)
	d := transport.Datagram{Path: s.path(info.local, remote, port), Data: m.data, Kind: kind}
	if kind == transport.PacketTooBig {
		mtu := int(binary.NativeEndian.Uint32(info.err[offErrInfo:]))
		d.MTU = max(0, mtu-s.headers())
	}
	return d, true
}

// kindOf classifies an ICMP message after RFC 9260 section 10, and RFC 6951 section 5.5, by which an unreachable UDP port
// stands for an unreachable protocol. Without UDP, port unreachable is ignored (RFC 9260 section 10, ICMP3).
func (s *Socket) kindOf(origin, typ, code byte) (transport.Kind, bool) {
	switch {
	case origin == unix.SO_EE_ORIGIN_ICMP && typ == icmp4Unreachable:
		switch code {
		case icmp4FragmentationNeeded:
			return transport.PacketTooBig, true
		case icmp4ProtocolUnreachable:
			return transport.ProtocolUnreachable, true
		case icmp4PortUnreachable:
			return transport.ProtocolUnreachable, s.opts.UDP
		}
		return transport.Unreachable, true
	case origin == unix.SO_EE_ORIGIN_ICMP6 && typ == icmp6PacketTooBig:
		return transport.PacketTooBig, true
	case origin == unix.SO_EE_ORIGIN_ICMP6 && typ == icmp6Unreachable:
		if code == icmp6PortUnreachable {
			return transport.ProtocolUnreachable, s.opts.UDP
		}
		return transport.Unreachable, true
	case origin == unix.SO_EE_ORIGIN_ICMP6 && typ == icmp6ParameterProblem && code == icmp6UnknownNextHeader:
		return transport.ProtocolUnreachable, true
	default:
		return 0, false
	}
}

// maxOversize bounds the reports that wait for the reader. An association that loses one sends the packet again, and gets
// another.
const maxOversize = 16

// oversizeReports are PacketTooBig reports that this host made itself: sendmmsg said EMSGSIZE, because the device takes
// less than Group.MTU promised. The kernel's own report of it, in the error queue, does not quote the packet.
type oversizeReports struct {
	mu   sync.Mutex
	list []transport.Datagram
}

// add reports that d did not fit into mtu bytes.
func (o *oversizeReports) add(d *transport.Datagram, mtu int) {
	quote := append([]byte(nil), d.Data[:min(len(d.Data), maxQuote)]...)
	o.mu.Lock()
	if len(o.list) < maxOversize {
		o.list = append(o.list, transport.Datagram{Path: d.Path, Data: quote, Kind: transport.PacketTooBig, MTU: mtu})
	}
	o.mu.Unlock()
}

// take hands reports out.
func (o *oversizeReports) take(ds []transport.Datagram) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := copy(ds, o.list)
	o.list = o.list[n:]
	if len(o.list) == 0 {
		o.list = nil
	}
	return n
}
