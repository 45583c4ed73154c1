package mmsg

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// batchSize is the number of messages that one recvmmsg fetches; with UDP_GRO each may be many packets.
	batchSize = 32
	// maxPacket is the size of a receive buffer: the largest IP packet, and the largest buffer of UDP_GRO. The buffers of a
	// batch are 2 MiB of address space; the kernel fills them from the first, so that memory follows the need.
	maxPacket = 1 << 16
	// errorBatchSize is the number of ICMP reports that one recvmmsg fetches.
	errorBatchSize = 8
	// maxQuote is how much of a packet we look at where an ICMP message quotes it: common header and first chunks.
	maxQuote = 512
)

// receiver is the arrays of recvmmsg(2) for one kind of messages of a socket, and what it filled them with last.
type receiver struct {
	flags int
	hdrs  []mmsghdr
	iovs  []unix.Iovec
	names []name
	ctls  []control
	mem   []byte
	size  int // of one buffer in mem

	// Messages next to count-1 have not been looked at yet.
	next, count int
}

func (r *receiver) init(batch, size, flags int) {
	r.flags, r.size = flags, size
	r.hdrs = make([]mmsghdr, batch)
	r.iovs = make([]unix.Iovec, batch)
	r.names = make([]name, batch)
	r.ctls = make([]control, batch)
	r.mem = make([]byte, batch*size)
	for i := range r.hdrs {
		r.iovs[i].Base = &r.mem[i*size]
		r.iovs[i].SetLen(size)
		h := &r.hdrs[i].hdr
		h.Name = &r.names[i][0]
		h.Iov = &r.iovs[i]
		h.SetIovlen(1)
		h.Control = &r.ctls[i].bytes()[0]
	}
}

// recv fetches up to limit messages without waiting. All earlier ones must have been looked at.
func (r *receiver) recv(fd uintptr, limit int) unix.Errno {
	limit = min(limit, len(r.hdrs))
	for i := range limit {
		h := &r.hdrs[i].hdr
		h.Namelen = uint32(len(r.names[i]))
		h.SetControllen(controlSize)
	}
	r.next, r.count = 0, 0
	n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&r.hdrs[0])), uintptr(limit),
		uintptr(r.flags|unix.MSG_DONTWAIT), 0, 0)
	if errno == 0 {
		r.count = int(n)
	}
	return errno
}

// message is a received message: its bytes, who sent it or (in the error queue) whom it was for, and its control messages.
type message struct {
	data    []byte
	name    *name
	control []byte
}

// pop returns the next message that arrived whole.
func (r *receiver) pop() (m message, ok bool) {
	for r.next < r.count {
		i := r.next
		r.next++
		h := &r.hdrs[i]
		if h.hdr.Flags&unix.MSG_TRUNC != 0 && r.flags&unix.MSG_ERRQUEUE == 0 {
			continue // Larger than any packet can be; quotes in ICMP messages may well be cut.
		}
		n := min(int(h.len), r.size)
		return message{r.mem[i*r.size:][:n:n], &r.names[i], r.ctls[i].bytes()[:h.hdr.Controllen]}, true
	}
	return message{}, false
}
