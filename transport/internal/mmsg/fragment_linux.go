package mmsg

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/hostaddr"
)

// fragmenter cuts packets into IP fragments of a size that the kernel does not know of: it would cut at the MTU of the device, which is of no
// use where a switch or the far end of the link drops what is larger, and sends no ICMP. It takes raw sockets, and thus a privilege;
// without it packets leave as the kernel cuts them, and routers may cut those of IPv4 once more.
type fragmenter struct {
	// use is held for reading by those who use the sockets, which are -1 if there are none.
	use      sync.RWMutex
	fd4, fd6 int
	id       atomic.Uint32
}

// open opens the sockets. Those of IPPROTO_RAW receive nothing, and their packets come with their IP header.
func (f *fragmenter) open() {
	f.fd4, f.fd6 = openRaw(unix.AF_INET), openRaw(unix.AF_INET6)
	f.id.Store(rand.Uint32())
}

func openRaw(family int) int {
	fd, err := unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.IPPROTO_RAW)
	if err != nil {
		return -1
	}
	return fd
}

func (f *fragmenter) close() {
	f.use.Lock()
	defer f.use.Unlock()
	for _, fd := range []*int{&f.fd4, &f.fd6} {
		if *fd >= 0 {
			_ = unix.Close(*fd)
			*fd = -1
		}
	}
}

// socket returns the one of a family, -1 if there is none. The caller holds use.
func (f *fragmenter) socket(is6 bool) int {
	if is6 {
		return f.fd6
	}
	return f.fd4
}

// Offsets in the headers of IPv4 (RFC 791 section 3.1) and IPv6 (RFC 8200 section 3), and their lengths without options.
const (
	off4TOS      = 1
	off4Total    = 2
	off4ID       = 4
	off4Fragment = 6
	off4TTL      = 8
	off4Protocol = 9
	off4Source   = 12
	off4Dest     = 16
	headerIPv4   = 20

	off6Length   = 4
	off6Next     = 6
	off6HopLimit = 7
	off6Source   = 8
	off6Dest     = 24
	// The fragment header (RFC 8200 section 4.5) follows.
	off6Upper    = 40
	off6Fragment = 42
	off6ID       = 44
	headerIPv6   = 40
	headerFrag6  = 8

	headerUDP   = 8
	fragmentTTL = 64
)

// leastPiece is the smallest Datagram.MTU that is taken for one: less leaves no room for data beside the headers of its pieces.
const leastPiece = 64

// cuts reports whether a packet is to be cut here.
func (s *Socket) cuts(d *transport.Datagram) bool {
	if !d.MayFragment || d.MTU < leastPiece || d.Len() <= d.MTU {
		return false
	}
	f := &s.shared.fragments
	f.use.RLock()
	defer f.use.RUnlock()
	return f.socket(s.is6) >= 0
}

// sendFragments sends a packet in pieces, each of them an IP packet that is no larger than one with d.MTU bytes of SCTP. What the kernel
// does not take is lost: a whole packet that comes again is better than half of one that waits.
func (s *Socket) sendFragments(d *transport.Datagram) {
	f := &s.shared.fragments
	f.use.RLock()
	defer f.use.RUnlock()
	local := d.Path.Local
	if !local.IsValid() && !s.bound.IsUnspecified() {
		local = s.bound
	}
	if !local.IsValid() {
		var err error
		if local, err = hostaddr.Source(d.Path.Remote); err != nil {
			return // there is no route
		}
	}
	payload, protocol := d.Data, byte(unix.IPPROTO_SCTP)
	switch {
	case s.opts.UDP:
		payload, protocol = s.datagram(d, local), unix.IPPROTO_UDP
	case len(d.Rest) > 0:
		payload = d.Append(nil)
	}
	header := fragmentHeader(d, local, protocol, f.id.Add(1))
	var c control
	s.addControl(&c, &transport.Datagram{Path: transport.Path{Local: local}})
	to := hostaddr.Sockaddr(d.Path.Remote)
	most := (d.MTU + s.headers() - len(header)) &^ 7
	for at := 0; at < len(payload); at += most {
		end := min(at+most, len(payload))
		describePiece(header, at, end, end < len(payload))
		if _, err := unix.SendmsgBuffers(f.socket(s.is6), [][]byte{header, payload[at:end]}, c.bytes()[:c.len], to, unix.MSG_DONTWAIT); err != nil {
			return
		}
	}
}

// fragmentHeader makes the header that the pieces of a packet have in common. They share their identification too: the kernel would number
// each of them for itself.
func fragmentHeader(d *transport.Datagram, local netip.Addr, protocol byte, id uint32) []byte {
	if local.Is4() {
		h := make([]byte, headerIPv4)
		h[0] = 4<<4 | headerIPv4/4
		h[off4TOS] = byte(tos(d))
		binary.BigEndian.PutUint16(h[off4ID:], max(1, uint16(id))) // the kernel replaces 0
		h[off4TTL], h[off4Protocol] = fragmentTTL, protocol
		copy(h[off4Source:], local.AsSlice())
		copy(h[off4Dest:], d.Path.Remote.AsSlice())
		return h
	}
	h := make([]byte, headerIPv6+headerFrag6)
	binary.BigEndian.PutUint32(h, 6<<28|tos(d)<<20|d.FlowLabel)
	h[off6Next], h[off6HopLimit] = unix.IPPROTO_FRAGMENT, fragmentTTL
	copy(h[off6Source:], local.AsSlice())
	copy(h[off6Dest:], d.Path.Remote.AsSlice())
	h[off6Upper] = protocol
	binary.BigEndian.PutUint32(h[off6ID:], id)
	return h
}

// describePiece fills in which part of the packet follows the header, and if there is more.
func describePiece(h []byte, at, end int, more bool) {
	if len(h) == headerIPv4 {
		const moreFragments = 0x2000
		offset := uint16(at / 8)
		if more {
			offset |= moreFragments
		}
		binary.BigEndian.PutUint16(h[off4Total:], uint16(headerIPv4+end-at))
		binary.BigEndian.PutUint16(h[off4Fragment:], offset)
		return
	}
	offset := uint16(at)
	if more {
		offset |= 1
	}
	binary.BigEndian.PutUint16(h[off6Length:], uint16(headerFrag6+end-at))
	binary.BigEndian.PutUint16(h[off6Fragment:], offset)
}

// datagram puts a UDP header before a packet.
func (s *Socket) datagram(d *transport.Datagram, local netip.Addr) []byte {
	b := make([]byte, headerUDP, headerUDP+d.Len())
	port := d.Path.EncapPort
	if port == 0 {
		port = s.opts.PeerPort
	}
	length := uint16(headerUDP + d.Len())
	binary.BigEndian.PutUint16(b, s.port)
	binary.BigEndian.PutUint16(b[2:], port)
	binary.BigEndian.PutUint16(b[4:], length)
	b = d.Append(b)
	sum := onesSum(onesSum(unix.IPPROTO_UDP, local.AsSlice()), d.Path.Remote.AsSlice())
	if sum = ^onesSum(onesSum(sum, b[4:6]), b); sum == 0 {
		sum = 0xffff // RFC 768: zero says that there is none
	}
	binary.BigEndian.PutUint16(b[6:], sum)
	return b
}

// onesSum adds b to a sum in one's complement (RFC 1071).
func onesSum(sum uint16, b []byte) uint16 {
	total := uint32(sum)
	for ; len(b) > 1; b = b[2:] {
		total += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) > 0 {
		total += uint32(b[0]) << 8
	}
	for total > 0xffff {
		total = total>>16 + total&0xffff
	}
	return uint16(total)
}
