package mmsg

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport/internal/hostaddr"
)

// mmsghdr is struct mmsghdr of recvmmsg(2): a message header, and the length that the call fills in.
type mmsghdr struct {
	hdr unix.Msghdr
	len uint32
}

// name is room for a socket address of either family.
type name [unix.SizeofSockaddrInet6]byte

// Offsets in struct sockaddr_in and struct sockaddr_in6. The family is in host order, the port in network order.
const (
	offPort   = 2
	offAddr4  = 4
	offFlow6  = 4
	offAddr6  = 8
	offScope6 = 24
)

// set writes addr and port and returns how long the address is.
func (n *name) set(addr netip.Addr, port uint16, zones *hostaddr.Zones) uint32 {
	*n = name{}
	binary.BigEndian.PutUint16(n[offPort:], port)
	if addr.Is4() {
		binary.NativeEndian.PutUint16(n[:], unix.AF_INET)
		a := addr.As4()
		copy(n[offAddr4:], a[:])
		return unix.SizeofSockaddrInet4
	}
	binary.NativeEndian.PutUint16(n[:], unix.AF_INET6)
	a := addr.As16()
	copy(n[offAddr6:], a[:])
	binary.NativeEndian.PutUint32(n[offScope6:], uint32(zones.Index(addr)))
	return unix.SizeofSockaddrInet6
}

// setFlowLabel has packets to an IPv6 address carry a flow label.
func (n *name) setFlowLabel(label uint32) { binary.BigEndian.PutUint32(n[offFlow6:], label) }

// get reads what the kernel wrote.
func (n *name) get(zones *hostaddr.Zones) (addr netip.Addr, port uint16) {
	port = binary.BigEndian.Uint16(n[offPort:])
	switch binary.NativeEndian.Uint16(n[:]) {
	case unix.AF_INET:
		return netip.AddrFrom4([4]byte(n[offAddr4 : offAddr4+4])), port
	case unix.AF_INET6:
		addr = netip.AddrFrom16([16]byte(n[offAddr6 : offAddr6+16])).Unmap()
		return zones.WithZone(addr, int(binary.NativeEndian.Uint32(n[offScope6:]))), port
	default:
		return netip.Addr{}, 0
	}
}

// control builds control messages (cmsg(3)) in a buffer of its own.
type control struct {
	// buf is made of words, because the kernel wants struct cmsghdr aligned.
	buf [controlSize / 8]uint64
	len int
}

// controlSize has room for every control message that a Socket asks for or sends, errors included:
// packet info (40), TOS or traffic class (24), GRO size (24) and struct sock_extended_err with the offender's address (64).
const controlSize = 192

func (c *control) bytes() []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(&c.buf)), controlSize)
}

// add appends a control message and returns its data, cleared, to be filled in.
func (c *control) add(level, typ int32, size int) []byte {
	b := c.bytes()[c.len:]
	c.len += unix.CmsgSpace(size)
	b = b[:unix.CmsgSpace(size)]
	clear(b)
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = level, typ
	h.SetLen(unix.CmsgLen(size))
	return b[unix.CmsgLen(0):unix.CmsgLen(size)]
}

// nextControl cuts the first control message off b. It says false at the end, or where b makes no sense.
func nextControl(b []byte) (level, typ int32, data, rest []byte, ok bool) {
	if len(b) < unix.SizeofCmsghdr {
		return 0, 0, nil, nil, false
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	n := int(h.Len)
	if n < unix.CmsgLen(0) || n > len(b) {
		return 0, 0, nil, nil, false
	}
	next := min(unix.CmsgSpace(n-unix.CmsgLen(0)), len(b))
	return h.Level, h.Type, b[unix.CmsgLen(0):n], b[next:], true
}
