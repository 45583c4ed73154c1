package mmsg

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// descriptor is the kernel's side of a Socket: who may use it when, and how one waits for it.
type descriptor interface {
	// control calls f.
	control(f func(fd uintptr)) error
	// read calls f until that has got something, and may return without.
	read(f func(fd uintptr) bool) error
	// interrupt ends a read, the next one if there is none; interrupted reports whether it was called, and forgets it.
	interrupt()
	interrupted() bool
	waitWritable() error
	close() error
}

// runtimeDescriptor is one that Go's runtime watches.
type runtimeDescriptor struct {
	conn Conn
	raw  syscall.RawConn
}

func (d runtimeDescriptor) control(f func(fd uintptr)) error { return d.raw.Control(f) }

func (d runtimeDescriptor) read(f func(fd uintptr) bool) error {
	err := d.raw.Read(f)
	switch {
	case err == nil, errors.Is(err, net.ErrClosed):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded): // interrupt
		return d.conn.SetReadDeadline(time.Time{})
	}
	// The runtime poller takes a descriptor of which epoll says EPOLLERR and nothing else for broken. For a socket with an
	// error queue it means that a report has come while the send buffer was full, and the poller recovers with the next
	// event: at the latest when the send buffer has drained.
	got := false
	if err := d.raw.Control(func(fd uintptr) { got = f(fd) }); err != nil || got {
		return err
	}
	return d.waitWritable()
}

// interrupt fails only if the socket is closed, which ends a read too.
func (d runtimeDescriptor) interrupt() { _ = d.conn.SetReadDeadline(time.Unix(1, 0)) }

// interrupted is for those who do not read.
func (d runtimeDescriptor) interrupted() bool { return false }

func (d runtimeDescriptor) waitWritable() error { return d.raw.Write(writable) }

// writable reports whether a descriptor can be written to. It asks the kernel, since the poller tells of changes only.
func writable(fd uintptr) bool {
	set := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(set, 0)
	return err == nil && n > 0 && set[0].Revents&unix.POLLOUT != 0
}

func (d runtimeDescriptor) close() error { return d.conn.Close() }

// ownDescriptor is one that the runtime does not watch: its user does. The runtime watches for room to write at all times, so that
// each packet that has left wakes one of its threads.
type ownDescriptor struct {
	fd int
	// event is readable after interrupt.
	event int
	// use is held for reading by those who use fd and event: the numbers stay theirs.
	use    sync.RWMutex
	closed atomic.Bool
}

// own takes the socket over from conn, which it closes.
func own(conn Conn) (*ownDescriptor, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	d := &ownDescriptor{}
	var dupErr error
	if err := raw.Control(func(fd uintptr) { d.fd, dupErr = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) }); err != nil {
		return nil, err
	}
	if dupErr != nil {
		return nil, dupErr
	}
	if d.event, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		_ = unix.Close(d.fd)
		return nil, err
	}
	_ = conn.Close()
	return d, nil
}

func (d *ownDescriptor) control(f func(fd uintptr)) error {
	d.use.RLock()
	defer d.use.RUnlock()
	if d.closed.Load() {
		return net.ErrClosed
	}
	f(uintptr(d.fd))
	return nil
}

func (d *ownDescriptor) read(f func(fd uintptr) bool) error {
	d.use.RLock()
	defer d.use.RUnlock()
	for !d.closed.Load() {
		if f(uintptr(d.fd)) || d.interrupted() {
			return nil
		}
		set := [2]unix.PollFd{{Fd: int32(d.fd), Events: unix.POLLIN}, {Fd: int32(d.event), Events: unix.POLLIN}}
		_, _ = unix.Poll(set[:], -1) // fails only if a signal comes
	}
	return net.ErrClosed
}

func (d *ownDescriptor) interrupted() bool {
	var count [8]byte
	n, _ := unix.Read(d.event, count[:])
	return n > 0
}

// interrupt adds something to event, which is a number of 8 bytes. It is called by those who use d, or close it.
func (d *ownDescriptor) interrupt() {
	_, _ = unix.Write(d.event, []byte("\x01\x01\x01\x01\x01\x01\x01\x01"))
}

func (d *ownDescriptor) waitWritable() error {
	d.use.RLock()
	defer d.use.RUnlock()
	for !d.closed.Load() {
		set := [1]unix.PollFd{{Fd: int32(d.fd), Events: unix.POLLOUT}}
		if n, err := unix.Poll(set[:], -1); err == nil && n > 0 && set[0].Revents&unix.POLLOUT != 0 {
			return nil
		}
	}
	return net.ErrClosed
}

func (d *ownDescriptor) close() error {
	if d.closed.Swap(true) {
		return net.ErrClosed
	}
	d.interrupt()
	// It fails, there being no connection, and wakes those who poll all the same.
	_ = unix.Shutdown(d.fd, unix.SHUT_RDWR)
	d.use.Lock()
	defer d.use.Unlock()
	_ = unix.Close(d.event)
	return unix.Close(d.fd)
}
