package mmsg

import (
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// ownDescriptor is one that the runtime does not watch: its user does, or whoever reads it, on a thread that waits in the kernel. The runtime
// watches for room to write at all times, so that each packet that has left wakes one of its threads; and a packet that comes wakes one that
// looks for somebody to read it.
type ownDescriptor struct {
	fd int
	// event is readable after interrupt, and called is set then, for those who do not want to ask the kernel.
	event  int
	called atomic.Bool
	// spin is how long a read looks for packets before it waits.
	spin time.Duration
	// talk is what the reader knows of a dialogue, spoken counts the packets that were sent.
	talk   talk
	spoken atomic.Uint32
	// slot: it is one of the maxWaiting.
	slot bool
	// use is held for reading by those who use fd and event: the numbers stay theirs.
	use    sync.RWMutex
	closed atomic.Bool
}

// maxWaiting is how many sockets of a process may have a thread that waits for them. Further ones are left to the runtime, which
// has one thread for all of them.
const maxWaiting = 16

// maxBusyPoll bounds what a user asks for: after that long, waiting in the kernel is not what makes an answer late.
const maxBusyPoll = 10 * time.Millisecond

// waiting counts those that have.
var waiting atomic.Int32

// yieldEvery is how many times a reader who does not sleep looks for packets before he lets other goroutines run: each time, the runtime wakes
// another thread to look for what else there is to run, which costs more than the reader's looking.
const yieldEvery = 64

// yield lets other threads run, such as the peer's on the same processor: somebody who looks for packets must not keep them from being sent.
func yield() { _, _, _ = unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }

// takeSlot reports whether one more socket may have a thread. With a single processor the runtime has to notice that its only one waits in the
// kernel, which it does late: there it waits itself.
func takeSlot() bool {
	if runtime.GOMAXPROCS(0) == 1 {
		return false
	}
	if waiting.Add(1) > maxWaiting {
		waiting.Add(-1)
		return false
	}
	return true
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

// read looks for packets before it waits, but not in a dialogue, where there are none yet, unless the answer may be expected soon.
func (d *ownDescriptor) read(f func(fd uintptr, reports bool) int) error {
	d.use.RLock()
	defer d.use.RUnlock()
	if d.closed.Load() {
		return net.ErrClosed
	}
	spin := max(d.spin, d.talk.patience(d.spoken.Load()))
	if spin > 0 || !d.talk.alone {
		n := f(uintptr(d.fd), false)
		if n == 0 && spin > 0 {
			n = d.look(f, spin)
		}
		if n > 0 || d.interrupted() {
			d.talk.heard(n, d.spoken.Load(), false)
			return nil
		}
	}
	for !d.closed.Load() {
		set := [2]unix.PollFd{{Fd: int32(d.fd), Events: unix.POLLIN}, {Fd: int32(d.event), Events: unix.POLLIN}}
		_, _ = unix.Poll(set[:], -1) // fails only if a signal comes
		n := f(uintptr(d.fd), set[0].Revents&unix.POLLERR != 0)
		d.talk.heard(n, d.spoken.Load(), true)
		if n > 0 || d.interrupted() {
			return nil
		}
	}
	return net.ErrClosed
}

// look is f until that has found something, it is called, or the time is over. It returns what f does.
func (d *ownDescriptor) look(f func(fd uintptr, reports bool) int, spin time.Duration) int {
	until := time.Now().Add(spin)
	for tries := 1; !d.closed.Load() && !d.called.Load() && time.Now().Before(until); tries++ {
		if tries%yieldEvery == 0 {
			runtime.Gosched()
		} else {
			yield()
		}
		if n := f(uintptr(d.fd), false); n > 0 {
			return n
		}
	}
	return 0
}

func (d *ownDescriptor) said(packets int) { d.spoken.Add(uint32(packets)) }

func (d *ownDescriptor) interrupted() bool {
	if !d.called.Load() || !d.called.Swap(false) {
		return false
	}
	var count [8]byte
	_, _ = unix.Read(d.event, count[:])
	return true
}

// interrupt adds something to event, which is a number of 8 bytes. It is called by those who use d, or close it.
func (d *ownDescriptor) interrupt() {
	_, _ = unix.Write(d.event, []byte("\x01\x01\x01\x01\x01\x01\x01\x01"))
	d.called.Store(true) // not before: whoever sees it takes the number away
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
	if d.slot {
		waiting.Add(-1)
	}
	d.interrupt()
	// It fails, there being no connection, and wakes those who poll all the same.
	_ = unix.Shutdown(d.fd, unix.SHUT_RDWR)
	d.use.Lock()
	defer d.use.Unlock()
	_ = unix.Close(d.event)
	return unix.Close(d.fd)
}
