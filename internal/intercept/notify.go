//go:build linux && (amd64 || arm64)

package intercept

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// notification is struct seccomp_notif: a call that has stopped.
type notification struct {
	id    uint64
	tid   uint32
	flags uint32
	nr    int32
	arch  uint32
	ip    uint64
	args  [6]uint64
}

// response is struct seccomp_notif_resp.
type response struct {
	id    uint64
	val   int64
	err   int32
	flags uint32
}

// descriptorFor is struct seccomp_notif_addfd.
type descriptorFor struct {
	id         uint64
	flags      uint32
	src        uint32
	number     uint32
	numberMode uint32
}

// Requests to a listener, with their flags (linux/seccomp.h).
const (
	requestReceive  = 0xc0502100
	requestSend     = 0xc0182101
	requestValid    = 0x40082102
	requestAddfd    = 0x40182103
	requestSetFlags = 0x40082104

	syncWakeUp     = 1 // of requestSetFlags
	continueNative = 1 // of response
	addfdSetfd     = 1 // of descriptorFor
)

// listener is the descriptor on which the calls of all filtered programs arrive.
type listener int

// syncWakeUps lets the kernel wake the supervisor on the processor of the program that waits for it, which spares most of the way
// there and back. Kernels before 6.6 do not know it.
func (l listener) syncWakeUps() {
	_, _, _ = syscall.Syscall(unix.SYS_IOCTL, uintptr(l), requestSetFlags, syncWakeUp)
}

// receive waits for the next call, until no program is left. ENOENT says that the caller was killed before, EINTR that this thread had a
// signal.
func (l listener) receive(n *notification) error {
	for {
		*n = notification{}
		_, _, e := syscall.Syscall(unix.SYS_IOCTL, uintptr(l), requestReceive, uintptr(unsafe.Pointer(n)))
		switch e {
		case 0:
			return nil
		case unix.ENOENT, unix.EINTR:
			if l.abandoned() {
				return e
			}
		default:
			return e
		}
	}
}

// tryReceive takes the next call, after poll has told of one. There is none if the caller was killed since.
func (l listener) tryReceive(n *notification) bool {
	*n = notification{}
	_, e := l.quick(requestReceive, unsafe.Pointer(n))
	return e == 0
}

// quick is an ioctl that does not wait, so that the scheduler need not know. It loops: the kernel takes the lock of the listener
// interruptibly, and signals that preempt goroutines are frequent.
func (l listener) quick(request uintptr, p unsafe.Pointer) (int, syscall.Errno) {
	for {
		r, _, e := syscall.RawSyscall(unix.SYS_IOCTL, uintptr(l), request, uintptr(p))
		if e != unix.EINTR {
			return int(r), e
		}
	}
}

// answer ends the call. It reports false if the caller is gone: then the answer reached nobody.
func (l listener) answer(r response) bool {
	_, e := l.quick(requestSend, unsafe.Pointer(&r))
	return e == 0
}

// alive reports whether the caller still waits for the answer.
func (l listener) alive(id uint64) bool {
	_, e := l.quick(requestValid, unsafe.Pointer(&id))
	return e == 0
}

// add gives the caller the descriptor src, as number if it is not negative and otherwise as the lowest free one. The answer is a
// separate step although the kernel has a flag for both in one: with that a signal to this thread lets the call return 0.
func (l listener) add(id uint64, src, number int, cloexec bool) (int, syscall.Errno) {
	d := descriptorFor{id: id, src: uint32(src)}
	if number >= 0 {
		d.flags, d.number = addfdSetfd, uint32(number)
	}
	if cloexec {
		d.numberMode = unix.O_CLOEXEC
	}
	return l.quick(requestAddfd, unsafe.Pointer(&d))
}

// abandoned reports whether no program is left under the filter.
func (l listener) abandoned() bool {
	p := []unix.PollFd{{Fd: int32(l)}}
	_, err := unix.Poll(p, 0)
	return err == nil && p[0].Revents&unix.POLLHUP != 0
}
