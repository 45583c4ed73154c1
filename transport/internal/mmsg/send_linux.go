package mmsg

import (
	"encoding/binary"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
)

const (
	// sendMessages is the number of messages that one sendmmsg gets.
	sendMessages = 64
	// sendPieces is the number of pieces that the packets in those messages have: enough for the usual ones in two pieces, and for any single
	// one.
	sendPieces = 512
	// maxSegments is the number of packets in one message with UDP_SEGMENT: UDP_MAX_SEGMENTS of the older kernels.
	maxSegments = 64
	// maxTrain is the number of bytes in one message with UDP_SEGMENT: what an IPv6 packet has room for, with 40 bytes to
	// spare so that IPv4 is covered too.
	maxTrain = 65535 - 40 - 8
)

// sender is the arrays of sendmmsg(2).
type sender struct {
	sock *Socket

	mu sync.Mutex
	// segmentation: the kernel and the device take trains of packets (UDP_SEGMENT).
	segmentation bool
	hdrs         [sendMessages]mmsghdr
	iovs         [sendPieces]unix.Iovec
	names        [sendMessages]name
	ctls         [sendMessages]control

	// The batch being sent: the packets, of which message i has those from ends[i-1] to ends[i]-1, and how far we are.
	packets []transport.Datagram
	ends    [sendMessages]int
	count   int
	sent    int
	outcome outcome
	// sendFunc is the method send as a value, made once: making one allocates.
	sendFunc func(fd uintptr)
}

// outcome says why send stopped.
type outcome uint8

const (
	sentAll outcome = iota
	// bufferFull: the socket takes no more for now.
	bufferFull
	// trainRefused: the kernel refused a train, though it may take the packets one by one.
	trainRefused
)

func (o *sender) init(s *Socket) {
	o.sock = s
	o.sendFunc = o.send
	for i := range o.hdrs {
		o.hdrs[i].hdr.Name = &o.names[i][0]
	}
}

// WriteBatch sends ds and returns how many packets were taken. Fewer than all without an error means that the socket is full.
// All ds must be of the socket's address family.
func (s *Socket) WriteBatch(ds []transport.Datagram) (int, error) {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	return s.writeBatch(ds)
}

// tryWriteBatch is WriteBatch if nobody else writes to the socket now.
func (s *Socket) tryWriteBatch(ds []transport.Datagram) (n int, free bool, err error) {
	if !s.out.mu.TryLock() {
		return 0, false, nil
	}
	defer s.out.mu.Unlock()
	n, err = s.writeBatch(ds)
	return n, true, err
}

// writeBatch is WriteBatch for one who has the lock of s.out.
func (s *Socket) writeBatch(ds []transport.Datagram) (int, error) {
	o := &s.out
	trains := o.segmentation
	done := 0
	for done < len(ds) {
		if len(ds[done].Rest) > transport.MaxPieces {
			done++ // refused
			continue
		}
		if s.cuts(&ds[done]) {
			s.sendFragments(&ds[done])
			done++
			continue
		}
		o.pack(ds[done:], trains)
		err := s.fd.control(o.sendFunc)
		if o.sent > 0 {
			done += o.ends[o.sent-1]
			s.fd.said(o.ends[o.sent-1])
		}
		o.release()
		if err != nil {
			return done, err
		}
		switch o.outcome {
		case bufferFull:
			return done, nil
		case trainRefused:
			trains = false
		}
	}
	return done, nil
}

// pack makes messages of the first packets, as many as fit.
func (o *sender) pack(ds []transport.Datagram, trains bool) {
	o.packets, o.count, o.sent, o.outcome = ds, 0, 0, sentAll
	used, iov := 0, 0
	for used < len(ds) && o.count < sendMessages && ds[used].MayFragment == ds[0].MayFragment &&
		(used == 0 || !o.sock.cuts(&ds[used])) {
		n := 1
		if trains {
			n = trainLength(ds[used:])
		}
		n, pieces := fill(o.iovs[iov:], ds[used:used+n])
		if n == 0 {
			break
		}
		o.add(ds[used:used+n], o.iovs[iov:iov+pieces])
		used += n
		iov += pieces
		o.ends[o.count] = used
		o.count++
	}
}

// trainLength returns how many packets at the front of ds can leave as one message: they take the same way and have
// the same size, but the last may be shorter.
func trainLength(ds []transport.Datagram) int {
	first := &ds[0]
	size := first.Len()
	if size == 0 || first.MayFragment || first.Probe {
		return 1
	}
	limit := min(len(ds), maxSegments, max(1, maxTrain/size))
	n := 1
	for n < limit {
		d := &ds[n]
		length := d.Len()
		if length == 0 || length > size || tos(d) != tos(first) || d.FlowLabel != first.FlowLabel || d.MayFragment || d.Probe || d.Path != first.Path {
			break
		}
		n++
		if length < size {
			break
		}
	}
	return n
}

// fill points iovs at the pieces of ds, of as many packets as it has room for, up to one with more pieces than a packet may have, and returns
// how many packets and pieces that are.
func fill(iovs []unix.Iovec, ds []transport.Datagram) (packets, pieces int) {
	for i := range ds {
		d := &ds[i]
		if len(d.Rest) > transport.MaxPieces || pieces+1+len(d.Rest) > len(iovs) {
			return i, pieces
		}
		point(&iovs[pieces], d.Data)
		pieces++
		for _, piece := range d.Rest {
			point(&iovs[pieces], piece)
			pieces++
		}
	}
	return len(ds), pieces
}

func point(iov *unix.Iovec, piece []byte) {
	iov.Base = unsafe.SliceData(piece)
	iov.SetLen(len(piece))
}

// add makes a message of ds, a train or a single packet, to whose pieces iovs point.
func (o *sender) add(ds []transport.Datagram, iovs []unix.Iovec) {
	first := &ds[0]
	port := uint16(0) // What a raw socket wants.
	if o.sock.opts.UDP {
		if port = first.Path.EncapPort; port == 0 {
			port = o.sock.opts.PeerPort
		}
	}
	h := &o.hdrs[o.count].hdr
	h.Namelen = o.names[o.count].set(first.Path.Remote, port, &o.sock.shared.zones)
	if first.FlowLabel != 0 && o.sock.is6 {
		o.names[o.count].setFlowLabel(first.FlowLabel)
	}
	h.Iov = &iovs[0]
	h.SetIovlen(len(iovs))

	c := &o.ctls[o.count]
	c.len = 0
	o.sock.addControl(c, first)
	if len(ds) > 1 {
		binary.NativeEndian.PutUint16(c.add(unix.SOL_UDP, unix.UDP_SEGMENT, 2), uint16(first.Len()))
	}
	h.Control = nil
	if c.len > 0 {
		h.Control = &c.bytes()[0]
	}
	h.SetControllen(c.len)
}

// tos is the octet of DSCP and ECN (RFC 3168 section 5).
func tos(d *transport.Datagram) uint32 { return uint32(d.DSCP)<<2 | uint32(d.ECN) }

// addControl says where the packet comes from, and its DSCP and ECN fields.
func (s *Socket) addControl(c *control, d *transport.Datagram) {
	local := d.Path.Local
	if s.is6 {
		if local.IsValid() {
			info := c.add(unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, unix.SizeofInet6Pktinfo)
			a := local.As16()
			copy(info, a[:])
			binary.NativeEndian.PutUint32(info[offPktinfo6Index:], uint32(s.shared.zones.Index(local)))
		}
		if tos(d) != 0 {
			binary.NativeEndian.PutUint32(c.add(unix.IPPROTO_IPV6, unix.IPV6_TCLASS, 4), tos(d))
		}
		return
	}
	if local.IsValid() {
		info := c.add(unix.IPPROTO_IP, unix.IP_PKTINFO, unix.SizeofInet4Pktinfo)
		a := local.As4()
		copy(info[offPktinfoSpecDst:], a[:])
	}
	if tos(d) != 0 {
		binary.NativeEndian.PutUint32(c.add(unix.IPPROTO_IP, unix.IP_TOS, 4), tos(d))
	}
}

// send offers the batch to the kernel.
func (o *sender) send(fd uintptr) {
	if o.packets[0].MayFragment {
		// Nobody else sends meanwhile, and packets that may be fragmented are rare: so the socket's one setting is changed for
		// the time being.
		o.sock.setFragmentation(fd, true)
		defer o.sock.setFragmentation(fd, false)
	}
	retried := false
	for o.sent < o.count {
		n, errno := o.offer(fd)
		switch {
		case errno == 0:
			o.sent += n
			retried = false
		case errno == unix.EINTR:
		case errno == unix.EAGAIN:
			o.outcome = bufferFull
			return
		case !retried:
			// It may be the error of an earlier packet, of which the kernel tells whoever calls next, once.
			retried = true
		default:
			if o.isTrain(o.sent) {
				o.outcome = trainRefused
				// EIO says that the device cannot do it at all, anything else that it cannot do this one.
				o.segmentation = o.segmentation && errno != unix.EIO
				return
			}
			o.refused(errno)
			retried = false
		}
	}
}

// offer has the kernel send the messages that are next in turn, and returns how many it took. One alone leaves with sendmsg, which looks for nobody else to run
// behind it.
func (o *sender) offer(fd uintptr) (int, unix.Errno) {
	h := &o.hdrs[o.sent]
	if o.count-o.sent == 1 {
		_, _, errno := unix.Syscall(unix.SYS_SENDMSG, fd, uintptr(unsafe.Pointer(&h.hdr)), unix.MSG_DONTWAIT)
		return 1, errno
	}
	n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(h)), uintptr(o.count-o.sent), unix.MSG_DONTWAIT, 0, 0)
	return int(n), errno
}

func (o *sender) isTrain(message int) bool {
	first := 0
	if message > 0 {
		first = o.ends[message-1]
	}
	return o.ends[message]-first > 1
}

// refused gives the packet up that is next in turn: for the association it is one that the network lost.
func (o *sender) refused(errno unix.Errno) {
	d := &o.packets[o.ends[o.sent]-1]
	o.sent++
	if errno == unix.EMSGSIZE {
		mtu := o.sock.shared.mtus.Renew(d.Path.Local, d.Path.Remote) - o.sock.headers()
		o.sock.oversize.add(d, mtu)
		o.sock.fd.interrupt()
	}
}

// release forgets the packets, so that the arrays do not keep their memory.
func (o *sender) release() {
	o.packets = nil
	for i := range o.count {
		iovs := unsafe.Slice(o.hdrs[i].hdr.Iov, o.hdrs[i].hdr.Iovlen)
		clear(iovs)
	}
}

// setFragmentation lets IP fragment packets, here and on the way, or forbids it.
func (s *Socket) setFragmentation(fd uintptr, allowed bool) {
	level, option, value := unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE
	if s.is6 {
		level, option, value = unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_PROBE
	}
	if allowed {
		value = unix.IP_PMTUDISC_DONT // The same number for IPv6.
	}
	_ = unix.SetsockoptInt(int(fd), level, option, value)
}

// WaitWritable blocks until the socket takes packets again, or is closed.
func (s *Socket) WaitWritable() error { return s.fd.waitWritable() }
