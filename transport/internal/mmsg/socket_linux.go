package mmsg

import (
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/hostaddr"
)

// Conn is what a Socket needs of a *net.UDPConn or a *net.IPConn.
type Conn interface {
	SyscallConn() (syscall.RawConn, error)
	SetReadDeadline(time.Time) error
	Close() error
}

// Options say what kind of packets a Socket carries.
type Options struct {
	// UDP: packets are the payload of UDP datagrams; otherwise they follow the IP header, as on raw sockets.
	UDP bool
	// PeerPort is the UDP port to send to where a Path does not say.
	PeerPort uint16
	// BufferSize is asked for as the size of the socket's buffers, each way.
	BufferSize int
	// NoSegmentation turns UDP_SEGMENT and UDP_GRO off.
	NoSegmentation bool
	// Polled leaves it to the user to wait for packets: see transport.Polled.
	Polled bool
	// BusyPoll is how long a read looks for packets before it waits.
	BusyPoll time.Duration
}

// Socket is one socket of a carrier. One goroutine at a time may read, any may write, at the same time.
type Socket struct {
	fd    descriptor
	opts  Options
	is6   bool
	bound netip.Addr // unspecified for all addresses
	// next is another socket with the same address, nil if there are no more.
	next   *Socket
	port   uint16 // of UDP
	ecn    bool   // received packets come with their ECN field
	shared *shared

	in     receiver
	errors receiver
	out    sender
	// oversize hands reports about packets that the local host refused from the writers to the reader.
	oversize oversizeReports

	// For the reader: how many packets it has room for, and the message that it is cutting packets from.
	readLimit int
	rest      coalesced
	// asked: somebody wants the read to end.
	asked atomic.Bool
	// receiveFunc is the method receive as a value, made once: making one allocates. So are the others.
	receiveFunc                   func(fd uintptr, reports bool) int
	tryReceiveFunc, interruptFunc func(fd uintptr)
}

// shared is what the sockets of a Group have in common.
type shared struct {
	zones hostaddr.Zones
	mtus  hostaddr.MTUs
	// fragments cuts packets that are larger than what gets through.
	fragments fragmenter
}

// newSocket takes over the one of b.
func newSocket(b Bound, opts Options, sh *shared) (*Socket, error) {
	s := &Socket{opts: opts, is6: b.Addr.Is6(), bound: b.Addr, shared: sh}
	var err error
	if s.fd, err = newDescriptor(b.Conn, opts); err != nil {
		return nil, err
	}
	reports := 1
	if b.Silent {
		reports = 0
	}
	var optErr error
	if err := s.fd.control(func(fd uintptr) { optErr = s.setOptions(int(fd), reports) }); err != nil || optErr != nil {
		_ = s.fd.close()
		return nil, errors.Join(err, optErr)
	}
	s.receiveFunc = s.receive
	s.tryReceiveFunc = s.tryReceive
	s.interruptFunc = func(uintptr) { s.fd.interrupt() }
	s.in.init(batchSize, maxPacket, 0)
	s.errors.init(errorBatchSize, maxQuote, unix.MSG_ERRQUEUE)
	s.out.init(s)
	return s, nil
}

// option is one call of setsockopt(2).
type option struct {
	name              string
	level, opt, value int
	// vital: the carrier does not work without it; others only make it better.
	vital bool
}

// ipv6FlowInfoSend is IPV6_FLOWINFO_SEND of linux/in6.h: socket addresses say which flow label a packet leaves with.
const ipv6FlowInfoSend = 33

func (s *Socket) setOptions(fd, reports int) error {
	var options []option
	if s.is6 {
		options = []option{
			{"IPV6_RECVPKTINFO", unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1, true},
			{"IPV6_RECVTCLASS", unix.IPPROTO_IPV6, unix.IPV6_RECVTCLASS, 1, false},
			{"IPV6_FLOWINFO_SEND", unix.IPPROTO_IPV6, ipv6FlowInfoSend, 1, false},
			{"IPV6_RECVERR", unix.IPPROTO_IPV6, unix.IPV6_RECVERR, reports, false},
			{"IPV6_MTU_DISCOVER", unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_PROBE, false},
		}
	} else {
		options = []option{
			{"IP_PKTINFO", unix.IPPROTO_IP, unix.IP_PKTINFO, 1, true},
			{"IP_RECVTOS", unix.IPPROTO_IP, unix.IP_RECVTOS, 1, false},
			{"IP_RECVERR", unix.IPPROTO_IP, unix.IP_RECVERR, reports, false},
			{"IP_MTU_DISCOVER", unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE, false},
		}
	}
	if s.opts.BufferSize > 0 {
		// The first pair is cut down to what the administrator allows everyone; the second takes privilege, and no limit.
		options = append(options,
			option{"SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, s.opts.BufferSize, false},
			option{"SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, s.opts.BufferSize, false},
			option{"SO_RCVBUFFORCE", unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, s.opts.BufferSize, false},
			option{"SO_SNDBUFFORCE", unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, s.opts.BufferSize, false})
	}
	for _, o := range options {
		if err := unix.SetsockoptInt(fd, o.level, o.opt, o.value); err != nil && o.vital {
			return fmt.Errorf("setting %s: %w", o.name, err)
		}
	}
	s.ecn = s.receivesECN(fd)
	s.port = localPort(fd)
	if s.opts.UDP && !s.opts.NoSegmentation {
		s.setSegmentation(fd)
	}
	if !s.opts.UDP && s.is6 {
		// The checksum of SCTP is not the one that IPV6_CHECKSUM computes (RFC 3542 section 3.1).
		return unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_CHECKSUM, -1)
	}
	return nil
}

// localPort is the port that a socket is bound to, 0 if there is none.
func localPort(fd int) uint16 {
	addr, _ := unix.Getsockname(fd)
	switch addr := addr.(type) {
	case *unix.SockaddrInet4:
		return uint16(addr.Port)
	case *unix.SockaddrInet6:
		return uint16(addr.Port)
	}
	return 0
}

// receivesECN reports whether packets come with their ECN field.
func (s *Socket) receivesECN(fd int) bool {
	level, opt := unix.IPPROTO_IP, unix.IP_RECVTOS
	if s.is6 {
		level, opt = unix.IPPROTO_IPV6, unix.IPV6_RECVTCLASS
	}
	on, err := unix.GetsockoptInt(fd, level, opt)
	return err == nil && on == 1
}

// setSegmentation turns on UDP_GRO and finds out whether the kernel knows UDP_SEGMENT.
func (s *Socket) setSegmentation(fd int) {
	_ = unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_GRO, 1)
	_, err := unix.GetsockoptInt(fd, unix.SOL_UDP, unix.UDP_SEGMENT)
	s.out.segmentation = err == nil
}

// headers is the size of what the carrier puts in front of an SCTP packet.
func (s *Socket) headers() int { return headerSize(s.is6, s.opts.UDP) }

func headerSize(is6, udp bool) int {
	n := 20
	if is6 {
		n = 40
	}
	if udp {
		n += 8
	}
	return n
}

// path is the way between this socket and a peer.
func (s *Socket) path(local, remote netip.Addr, port uint16) transport.Path {
	p := transport.Path{Local: local, Remote: remote}
	if s.opts.UDP {
		p.EncapPort = port
	}
	return p
}

// Close ends all blocked calls.
func (s *Socket) Close() error { return s.fd.close() }
