package mmsg

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// descriptor is the kernel's side of a Socket: who may use it when, and how one waits for it.
type descriptor interface {
	// control calls f.
	control(f func(fd uintptr)) error
	// read calls f until that has got something, and may return without. reports says whether f has to look for reports, too.
	read(f func(fd uintptr, reports bool) int) error
	// interrupt ends a read, the next one if there is none; interrupted reports whether it was called, and forgets it.
	interrupt()
	interrupted() bool
	waitWritable() error
	// said tells of so many packets that were sent.
	said(packets int)
	close() error
}

// newDescriptor takes conn over.
func newDescriptor(conn Conn, opts Options) (descriptor, error) {
	slot := !opts.Polled && opts.BusyPoll <= 0 && takeSlot()
	if !slot && !opts.Polled && opts.BusyPoll <= 0 {
		return watched(conn)
	}
	d, err := own(conn)
	if err != nil {
		if slot {
			waiting.Add(-1)
		}
		return nil, err
	}
	d.spin, d.slot = min(opts.BusyPoll, maxBusyPoll), slot
	return d, nil
}

// runtimeDescriptor is one that Go's runtime watches.
type runtimeDescriptor struct {
	conn Conn
	raw  syscall.RawConn
	// f is what the read that is under way calls, receiveFunc the method receive as a value, made once.
	f           func(fd uintptr, reports bool) int
	receiveFunc func(fd uintptr) bool
}

func watched(conn Conn) (*runtimeDescriptor, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	d := &runtimeDescriptor{conn: conn, raw: raw}
	d.receiveFunc = d.receive
	return d, nil
}

func (d *runtimeDescriptor) receive(fd uintptr) bool { return d.f(fd, true) > 0 }

func (d *runtimeDescriptor) control(f func(fd uintptr)) error { return d.raw.Control(f) }

func (d *runtimeDescriptor) read(f func(fd uintptr, reports bool) int) error {
	d.f = f
	err := d.raw.Read(d.receiveFunc)
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
	if err := d.raw.Control(func(fd uintptr) { got = f(fd, true) > 0 }); err != nil || got {
		return err
	}
	return d.waitWritable()
}

// interrupt fails only if the socket is closed, which ends a read too.
func (d *runtimeDescriptor) interrupt() { _ = d.conn.SetReadDeadline(time.Unix(1, 0)) }

// interrupted is for those who do not read.
func (d *runtimeDescriptor) interrupted() bool { return false }

// said matters only to those who choose how to wait.
func (d *runtimeDescriptor) said(int) {}

func (d *runtimeDescriptor) waitWritable() error { return d.raw.Write(writable) }

// writable reports whether a descriptor can be written to. It asks the kernel, since the poller tells of changes only.
func writable(fd uintptr) bool {
	set := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(set, 0)
	return err == nil && n > 0 && set[0].Revents&unix.POLLOUT != 0
}

func (d *runtimeDescriptor) close() error { return d.conn.Close() }
