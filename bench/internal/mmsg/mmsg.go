// Package mmsg sends and receives many datagrams with one system call, and trains of them with UDP_SEGMENT and UDP_GRO, for the
// peers that show what the kernel allows. Linux only, as all of this module.
package mmsg

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// header is struct mmsghdr.
type header struct {
	unix.Msghdr
	n uint32
	_ [4]byte
}

// controlLen is room for one control message with an int.
const controlLen = 24

// batch is what one call is about.
type batch struct {
	headers []header
	vectors []unix.Iovec
	control [][controlLen]byte
}

func newBatch(n int) batch {
	b := batch{make([]header, n), make([]unix.Iovec, n), make([][controlLen]byte, n)}
	for i := range b.headers {
		b.headers[i].Iov = &b.vectors[i]
		b.headers[i].SetIovlen(1)
	}
	return b
}

// point makes datagram i be at buf.
func (b *batch) point(i int, buf []byte) {
	b.vectors[i].Base = unsafe.SliceData(buf)
	b.vectors[i].SetLen(len(buf))
}

// call makes the system call for datagrams first to n-1 and returns how many it was done for.
func (b *batch) call(trap, fd uintptr, first, n int) (int, syscall.Errno) {
	got, _, errno := unix.Syscall6(trap, fd, uintptr(unsafe.Pointer(&b.headers[first])), uintptr(n-first), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(got), 0
}
