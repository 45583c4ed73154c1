//go:build linux && (amd64 || arm64)

package intercept

import (
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// socket makes a socket. A stream of another protocol is TCP's: nothing else stops.
func (c *call) socket() outcome {
	family, typ, protocol := c.int(0), c.int(1), c.int(2)
	tcp := protocol != linux.IPPROTO_SCTP && typ&typeMask == unix.SOCK_STREAM
	if typ&^(typeMask|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC) != 0 {
		return failure(unix.EINVAL)
	}
	if !c.s.problems.visible(c.task()) {
		return failure(unix.EACCES) // its calls could not be served
	}
	sock, err := c.s.config.Stack.Socket(family, typ&typeMask, linux.IPPROTO_SCTP)
	if err != nil {
		return failure(errno(err))
	}
	if tcp {
		announceHalves(sock)
	}
	f, e := c.s.newFile(sock, tcp, sock.Ready().Out)
	if e != 0 {
		sock.Close()
		return failure(e)
	}
	return given(c.give(f, typ))
}

// given is the outcome of a call that returns a descriptor.
func given(number int, e syscall.Errno) outcome {
	if e != 0 {
		return failure(e)
	}
	return outcome{value: number, shown: true}
}

// maxSockaddr is the length of the longest address, struct sockaddr_storage.
const maxSockaddr = 128

// address reads the address at addr.
func (c *call) address(addr uint64, n int) ([]byte, syscall.Errno) {
	if n < 0 || n > maxSockaddr {
		return nil, unix.EINVAL
	}
	b := make([]byte, n)
	return b, c.read(span{addr, b})
}

// putAddress writes an address and its length where the program wants them: at most as much as the length says that is there.
func (c *call) putAddress(a []byte, addr, lengthAt uint64) syscall.Errno {
	var length [4]byte
	if e := c.read(span{lengthAt, length[:]}); e != 0 {
		return e
	}
	room := int(int32(le.Uint32(length[:])))
	if room < 0 {
		return unix.EINVAL
	}
	le.PutUint32(length[:], uint32(len(a)))
	return c.write(span{addr, a[:min(room, len(a))]}, span{lengthAt, length[:]})
}

func (c *call) bind() outcome {
	a, e := c.address(c.arg(1), c.int(2))
	if e != 0 {
		return failure(e)
	}
	if !c.mayBind(a[:min(len(a), sizeofSockaddr(a))]) {
		return failure(unix.EACCES)
	}
	return returned(c.reaping(func() error { return c.f.sock.Bind(a) }))
}

// sizeofSockaddr is the length of the address that b begins with; programs may pass more.
func sizeofSockaddr(b []byte) int {
	if linux.Family(b) == linux.AF_INET {
		return linux.SizeofSockaddrInet4
	}
	return linux.SizeofSockaddrInet6
}

func (c *call) listen() outcome {
	backlog := c.int(1)
	switch {
	case !c.f.tcp:
	case backlog < 0: // SCTP refuses that
		backlog = unix.SOMAXCONN
	case backlog == 0: // TCP has room for one more than it is told, and SCTP none
		backlog = 1
	}
	e := c.reaping(func() error { return c.f.sock.Listen(backlog) })
	if e == 0 {
		c.f.listens = true
		c.s.listeners[c.f.inode] = c.f
	}
	return returned(e)
}

// reaping does what needs a port, a second time if the port is in use and a socket was closed meanwhile.
func (c *call) reaping(do func() error) syscall.Errno {
	e := errno(do())
	if e == unix.EADDRINUSE && c.s.reap(c.s.files) {
		e = errno(do())
	}
	return e
}

func (c *call) connect() outcome {
	return c.connecting(func() (int, error) {
		a, e := c.address(c.arg(1), c.int(2))
		if e != 0 {
			return 0, e
		}
		return 0, c.f.sock.Connect(a)
	})
}

// connecting is connect, by which call ever. Once it has begun, another try only asks what has become of it.
func (c *call) connecting(begin func() (int, error)) outcome {
	if c.begun {
		switch e := errno(c.f.sock.ConnectResult()); e {
		case 0:
			return success(c.value)
		case unix.EAGAIN:
			return wouldBlock(unix.EINPROGRESS)
		default:
			return failure(e)
		}
	}
	c.s.reap(c.s.listeners) // nobody is connected to a socket that was closed before
	value := 0
	e := c.reaping(func() (err error) {
		value, err = begin()
		return err
	})
	switch e {
	case 0:
		return success(value)
	case unix.EINPROGRESS:
		c.begun, c.value = true, value
		return wouldBlock(e)
	}
	return failure(e)
}

func (c *call) accept() outcome {
	flags := 0
	if c.op == callAccept4 {
		flags = c.int(3)
	}
	if flags&^(unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC) != 0 {
		return failure(unix.EINVAL)
	}
	sock, err := c.f.sock.Accept()
	if e := errno(err); e == unix.EAGAIN {
		return wouldBlock(e)
	} else if e != 0 {
		return failure(e)
	}
	if c.arg(1) != 0 {
		peer, err := sock.PeerName()
		e := errno(err)
		if e == unix.ENOTCONN { // it is gone already, and that shows on the new socket
			peer, e = nil, 0
		}
		if e == 0 {
			e = c.putAddress(peer, c.arg(1), c.arg(2))
		}
		if e != 0 {
			sock.Close()
			return failure(e)
		}
	}
	f, e := c.s.newFile(sock, c.f.tcp, true)
	if e != 0 {
		sock.Close()
		return failure(e)
	}
	f.connected = true
	c.f.show(c, nil)
	return given(c.give(f, flags))
}

// name is getsockname and getpeername.
func (c *call) name(of func() ([]byte, error)) outcome {
	a, err := of()
	if err != nil {
		return failure(errno(err))
	}
	return returned(c.putAddress(a, c.arg(1), c.arg(2)))
}

// shutdown of a TCP program's socket is the kernel's: the pump sees it as the end of what flows.
func (c *call) shutdown() outcome {
	if c.f.tcp && c.f.pump != nil {
		return outcome{kind: native}
	}
	return returned(errno(c.f.sock.Shutdown(c.int(1))))
}

// dup is dup and fcntl(F_DUPFD): the new number shall be of those whose data calls stop, too.
func (c *call) dup() outcome {
	first, cloexec := 0, false
	if c.op == callFcntl {
		first, cloexec = c.int(2), c.int(1) == fDupfdCloexec
	}
	if first < 0 || c.lowestServed(first) {
		return outcome{kind: native}
	}
	app := c.programsEnd()
	if app < 0 {
		return outcome{kind: native}
	}
	defer unix.Close(app)
	return given(c.injectHigh(app, cloexec))
}

func (c *call) ioctl() outcome {
	n, err := c.f.sock.Ioctl(uint32(c.arg(1)))
	if err != nil {
		return failure(errno(err))
	}
	var b [4]byte
	le.PutUint32(b[:], uint32(n))
	return returned(c.write(span{c.arg(2), b[:]}))
}
