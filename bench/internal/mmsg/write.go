package mmsg

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Writer sends datagrams.
type Writer struct {
	batch
	conn    syscall.RawConn
	n, done int
	errno   syscall.Errno
	write   func(fd uintptr) bool
}

// NewWriter returns a writer of up to n datagrams at a time.
func NewWriter(conn syscall.RawConn, n int) *Writer {
	w := &Writer{batch: newBatch(n), conn: conn}
	w.write = func(fd uintptr) bool {
		for w.done < w.n {
			var sent int
			if sent, w.errno = w.call(unix.SYS_SENDMMSG, fd, w.done, w.n); w.errno != 0 {
				return w.errno != unix.EAGAIN
			}
			w.done += sent
		}
		return true
	}
	return w
}

// Add puts a datagram, or a train of packets of segment bytes, into the batch. It stays its user's until Flush.
func (w *Writer) Add(buf []byte, segment int) {
	i := w.n
	w.n++
	w.point(i, buf)
	h := &w.headers[i]
	if segment >= len(buf) {
		h.Control = nil
		h.SetControllen(0)
		return
	}
	h.Control = &w.control[i][0]
	h.SetControllen(unix.CmsgSpace(2))
	c := (*unix.Cmsghdr)(unsafe.Pointer(h.Control))
	c.Level, c.Type = unix.SOL_UDP, unix.UDP_SEGMENT
	c.SetLen(unix.CmsgLen(2))
	*(*uint16)(unsafe.Pointer(&w.control[i][unix.SizeofCmsghdr])) = uint16(segment)
}

// Flush sends the batch, waiting for room in the socket.
func (w *Writer) Flush() error {
	w.done = 0
	err := w.conn.Write(w.write)
	w.n = 0
	if err == nil && w.errno != 0 {
		err = w.errno
	}
	return err
}
