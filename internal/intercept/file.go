//go:build linux && (amd64 || arm64)

package intercept

import (
	"errors"
	"slices"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// file is an open socket of the programs': the stack's socket and the pair that stands for it. The fields are under the
// supervisor's lock.
type file struct {
	s      *supervisor
	sock   Socket
	inode  uint64 // of the program's end
	serial int32  // in epoll; see watch
	// sup is the supervisor's end, app the program's until the program has it, and then -1.
	sup, app int
	// tcp says that the program sees TCP: payload flows through the pair once it is connected.
	tcp bool
	// listens and connected say what it has become, as far as that is needed for TCP.
	listens, connected bool
	// plugged says that the program's end is full, tokens how many bytes are on the way to it.
	plugged bool
	tokens  int
	// arrivals is Readiness.Arrivals as it was last shown.
	arrivals uint64
	// ended and hungUp say which halves of the pair were shut down.
	ended, hungUp bool
	// waiters are the calls that are kept, in the order in which they came; retrying says that they are tried again just now.
	waiters  []*waiter
	retrying bool
	// left says that there is no descriptor any more.
	left bool
	// dirty says that it is in the supervisor's list of what changed; under that list's lock.
	dirty  bool
	closed bool
	// pump carries the bytes of a TCP socket that is connected; pumping is the same for those who do not hold the lock.
	pump    *pump
	pumping atomic.Pointer[pump]
	// process and number are where the descriptor was put first.
	process, number int
}

// newFile makes the pair for sock. A socket that is connected, or needs no connection, can be written to at once.
func (s *supervisor) newFile(sock Socket, tcp, writable bool) (*file, syscall.Errno) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, errno(err)
	}
	f := &file{s: s, sock: sock, app: pair[0], sup: pair[1], tcp: tcp, number: -1}
	var st unix.Stat_t
	err = unix.Fstat(f.app, &st)
	if err == nil {
		err = unix.SetNonblock(f.sup, true)
	}
	switch {
	case err != nil:
	case tcp: // urgent data come in their place among the others: SCTP has nothing for them
		err = unix.SetsockoptInt(f.sup, unix.SOL_SOCKET, unix.SO_OOBINLINE, 1)
	default:
		err = unix.SetsockoptInt(f.app, unix.SOL_SOCKET, unix.SO_SNDBUF, 1) // the least that the kernel has
	}
	if err == nil {
		f.inode = st.Ino
		f.serial, err = s.watch(f.sup, unix.EPOLLRDHUP|unix.EPOLLET, f)
	}
	if err != nil {
		_ = unix.Close(f.app)
		_ = unix.Close(f.sup)
		return nil, errno(err)
	}
	if !writable {
		f.plug(f.app)
	}
	s.files[f.inode] = f
	sock.SetChanged(func() { s.note(f) })
	return f, 0
}

// closeApp closes the supervisor's copy of the program's end, once the program has its own or never will.
func (f *file) closeApp() {
	if f.app >= 0 {
		_ = unix.Close(f.app)
		f.app = -1
	}
}

// lastClose is called when the last descriptor is closed. Calls that wait go on doing so, as in a kernel, which closes a socket when the last
// descriptor is closed and the last call on it has ended.
func (f *file) lastClose() {
	f.left = true
	f.waiters = slices.DeleteFunc(f.waiters, func(w *waiter) bool {
		alive := f.s.listener.alive(w.n.id)
		if !alive {
			f.s.forget(w)
		}
		return !alive
	})
	f.endUnused()
}

// endUnused closes the socket if nobody can use it any more.
func (f *file) endUnused() {
	if f.left && !f.retrying && len(f.waiters) == 0 {
		f.hangUp()
	}
}

// hangUp closes the socket. What a TCP program wrote before may still be in the pair: the pump closes the
// socket when it has sent that.
func (f *file) hangUp() {
	if f.closed {
		return
	}
	f.closed = true
	f.closeApp()
	delete(f.s.files, f.inode)
	delete(f.s.listeners, f.inode)
	f.s.unwatch(f.serial)
	f.s.freed(f.process, f.number)
	for _, w := range f.waiters {
		f.s.forget(w)
		f.s.finish(w.call, failure(unix.EBADF))
	}
	f.waiters = nil
	if f.pump != nil {
		f.pump.hungUp()
		return
	}
	_ = unix.Close(f.sup)
	f.sock.Close()
}

// isHungUp asks the kernel, which knows before the event arrives here. Once the supervisor has hung up itself, the last close shows in
// another way: a token was left unread, and that makes it an error.
func (f *file) isHungUp() bool {
	sign := int16(unix.POLLHUP)
	if f.hungUp && f.pump == nil {
		sign = unix.POLLERR
	}
	return f.app < 0 && polled(f.sup)&sign != 0
}

// polled is what poll shows of fd unasked.
func polled(fd int) int16 {
	p := []unix.PollFd{{Fd: int32(fd)}}
	if _, err := unix.Poll(p, 0); err != nil {
		return 0
	}
	return p[0].Revents
}

// reap closes those of the files that programs have closed and whose event has not arrived yet. It is called before a program is told that an
// address is in use, which is often the one that it has just given back. It reports whether there were any.
func (s *supervisor) reap(files map[uint64]*file) bool {
	any := false
	for _, f := range files {
		if f.isHungUp() {
			f.lastClose()
			any = any || f.closed
		}
	}
	return any
}

// errno returns the error number in err; what has none is an input or output error.
func errno(err error) syscall.Errno {
	if e, ok := err.(syscall.Errno); ok {
		return e
	}
	var e syscall.Errno
	if err == nil || errors.As(err, &e) {
		return e
	}
	return unix.EIO
}
