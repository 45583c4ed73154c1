package peer

import (
	"net/netip"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/bench/internal/mmsg"
)

// udp is bare datagrams between a server and its only client: what remains of a round trip when a transport does nothing.
type udp struct{ wait waiting }

// waiting is how a reader waits for a datagram.
type waiting uint8

const (
	// inPoller parks the goroutine in Go's poller.
	inPoller waiting = iota
	// inThread blocks a thread in the system call.
	inThread
	// spinning asks again and again for a while before it blocks.
	spinning
)

// spinFor is how long a reader spins.
const spinFor = 50 * time.Microsecond

var udpPair = mmsg.Pair{Buffer: oneBuffer}

func (u udp) Listen(addr string) (Listener, error) {
	on, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	return listenOnce(func(listening func()) (Conn, error) {
		raw, err := udpPair.Listen(on, listening)
		if err != nil {
			return nil, err
		}
		return u.conn(raw)
	})
}

func (u udp) Dial(addr string) (Conn, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	raw, err := udpPair.Dial(to)
	if err != nil {
		return nil, err
	}
	return u.conn(raw)
}

func (u udp) conn(raw syscall.RawConn) (Conn, error) {
	if u.wait == inPoller {
		return newPolledConn(raw), nil
	}
	var fd int
	var err error
	if e := raw.Control(func(orig uintptr) { fd, err = unix.Dup(int(orig)) }); e != nil {
		return nil, e
	}
	if err == nil {
		err = unix.SetNonblock(fd, false)
	}
	return &threadConn{fd: fd, spin: u.wait == spinning}, err
}

// polledConn reads and writes as package net does.
type polledConn struct {
	raw         syscall.RawConn
	buf         []byte
	n           int
	err         error
	read, write func(fd uintptr) bool
}

func newPolledConn(raw syscall.RawConn) *polledConn {
	c := &polledConn{raw: raw}
	c.read = func(fd uintptr) bool {
		c.n, c.err = unix.Read(int(fd), c.buf)
		return c.err != unix.EAGAIN
	}
	c.write = func(fd uintptr) bool {
		_, c.err = unix.Write(int(fd), c.buf)
		return c.err != unix.EAGAIN
	}
	return c
}

func (c *polledConn) Send(message []byte) error {
	c.buf = message
	if err := c.raw.Write(c.write); err != nil {
		return err
	}
	return c.err
}

func (c *polledConn) Recv(buf []byte) (int, error) {
	c.buf = buf
	if err := c.raw.Read(c.read); err != nil {
		return 0, err
	}
	return c.n, c.err
}

func (*polledConn) Close() error { return nil }

// threadConn reads on a thread of its own, which may spin.
type threadConn struct {
	fd     int
	spin   bool
	locked bool
}

func (c *threadConn) Send(message []byte) error {
	_, err := unix.Write(c.fd, message)
	return err
}

func (c *threadConn) Recv(buf []byte) (int, error) {
	if !c.locked { // by its only caller
		runtime.LockOSThread()
		c.locked = true
	}
	for began := time.Now(); c.spin && time.Since(began) < spinFor; {
		n, _, errno := unix.Syscall6(unix.SYS_RECVFROM, uintptr(c.fd), uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)),
			unix.MSG_DONTWAIT, 0, 0)
		if errno == 0 {
			return int(n), nil
		}
		if errno != unix.EAGAIN {
			return 0, errno
		}
	}
	for {
		n, err := unix.Read(c.fd, buf)
		if err != unix.EINTR {
			return n, err
		}
	}
}

func (c *threadConn) Close() error { return unix.Close(c.fd) }
