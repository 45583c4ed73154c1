//go:build linux && (amd64 || arm64)

package intercept

import (
	"errors"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// plugTCPBytes is the size of the plug in a TCP socket: more than a quarter of an ordinary send buffer, from where on the kernel calls it
// not writable. In an SCTP socket, which has the smallest send buffer that there is, less does; see measurePlug.
const plugTCPBytes = 60 << 10

// maxPlug is the most that is tried: less than half of the smallest send buffer, which the kernel keeps in one piece.
const maxPlug = 2048

// measurePlug returns how many bytes, sent at once, make the end of a pair with the smallest send buffer not writable. That depends on
// what the kernel charges for a piece. It is one piece, so that taking it out is one event: of several, each would be an edge.
func measurePlug() (int, error) {
	for n := 1; n <= maxPlug; n *= 2 {
		fills, err := plugFills(n)
		if err != nil || fills {
			return n, err
		}
	}
	return 0, errPlug
}

func plugFills(n int) (bool, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false, err
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	if err := unix.SetsockoptInt(pair[0], unix.SOL_SOCKET, unix.SO_SNDBUF, 1); err != nil {
		return false, err
	}
	sent := sendQuickly(pair[0], plugBytes[:n])
	p := []unix.PollFd{{Fd: int32(pair[0]), Events: unix.POLLOUT}}
	ready, err := unix.Poll(p, 0)
	return err == nil && ready == 0 && sent == n, nil
}

var errPlug = errors.New("a unix socket pair stays writable whatever is in it")

var (
	token     = []byte{'t'}
	plugBytes = make([]byte, plugTCPBytes)
)

// plug makes the program's end, of which app is a descriptor, not writable.
func (f *file) plug(app int) {
	if f.plugged {
		return
	}
	f.plugged = true
	sendQuickly(app, plugBytes[:f.plugSize()])
}

func (f *file) plugSize() int {
	if f.tcp {
		return plugTCPBytes
	}
	return f.s.plugSize
}

// unplug makes it writable again, with an edge.
func (f *file) unplug() {
	if !f.plugged {
		return
	}
	f.plugged = false
	var b [maxPlug]byte
	buf := b[:]
	rest := f.plugSize() // and no more: payload may be behind it
	if f.tcp {
		buf = make([]byte, plugTCPBytes)
	}
	for rest > 0 {
		n := receiveQuickly(f.sup, buf[:min(rest, len(buf))])
		if n <= 0 {
			return
		}
		rest -= n
	}
}

// show brings the descriptor into line with the socket. Filling and draining need the program's end, of which c, the call that is
// about to be answered, names a descriptor; without a call they are left to the next. It must run before the answer, or the
// program would see what is no longer true. more overrules what the socket says about input, while a message is received and not
// yet off its queue.
func (f *file) show(c *call, more *bool) {
	if f.closed || f.hungUp || f.pump != nil {
		return
	}
	r := f.sock.Ready()
	in := r.In || r.RdHup || r.Hup || r.Err != nil
	if more != nil {
		in = *more || r.RdHup || r.Hup || r.Err != nil
	}
	out := r.Out || r.Err != nil
	if f.tcp {
		if f.connected || r.Err == nil && !f.listens && (r.Out || in) {
			f.unplug()
			f.startPump()
			return
		}
		in = f.listens && r.In // elsewhere a token would be taken for payload
	}
	if out {
		f.unplug()
	}
	if in && (f.tokens == 0 || r.Arrivals != f.arrivals) && sendQuickly(f.sup, token) == 1 {
		f.tokens++
	}
	// After the token, which stays from then on: isHungUp needs it. What the program has closed already hangs up by itself, and f.unplug may
	// have read the error away.
	if r.Hup && !f.isHungUp() {
		f.hungUp = true
		_ = unix.Shutdown(f.sup, unix.SHUT_RDWR)
	} else if r.RdHup && !f.ended {
		f.ended = true
		_ = unix.Shutdown(f.sup, unix.SHUT_WR)
	}
	f.arrivals = r.Arrivals
	drain, fill := !in && f.tokens > 0, !out && !f.plugged
	if (drain || fill) && c != nil {
		if app := c.programsEnd(); app >= 0 {
			if fill {
				f.plug(app)
			}
			if drain {
				f.drain(app)
			}
			closeQuickly(app)
		}
	}
}

// drain takes the tokens back. Nothing else is in this direction of the pair.
func (f *file) drain(app int) {
	var b [256]byte
	for f.tokens > 0 {
		n := receiveQuickly(app, b[:])
		if n <= 0 {
			break
		}
		f.tokens -= n
	}
	f.tokens = 0
}

// programsEnd duplicates the descriptor that the call was made on, or returns -1.
func (c *call) programsEnd() int {
	app, e := c.task().duplicateOf(c.fd(), c.f.inode)
	if e != 0 {
		c.s.problems.denied(c.tid(), e)
	}
	return app
}

func receiveQuickly(fd int, b []byte) int {
	n, _, e := syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
		unix.MSG_DONTWAIT, 0, 0)
	if e != 0 {
		return -1
	}
	return int(n)
}

func sendQuickly(fd int, b []byte) int {
	n, _, e := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	if e != 0 {
		return -1
	}
	return int(n)
}
