package mmsg

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Reader receives datagrams into buffers of its user's.
type Reader struct {
	batch
	conn  syscall.RawConn
	got   int
	errno syscall.Errno
	read  func(fd uintptr) bool
}

// NewReader returns a reader of up to n datagrams at a time.
func NewReader(conn syscall.RawConn, n int) *Reader {
	r := &Reader{batch: newBatch(n), conn: conn}
	for i := range r.headers {
		r.headers[i].Control = &r.control[i][0]
	}
	r.read = func(fd uintptr) bool {
		r.got, r.errno = r.call(unix.SYS_RECVMMSG, fd, 0, n)
		return r.errno != unix.EAGAIN
	}
	return r
}

// SetBuffer says where datagram i goes.
func (r *Reader) SetBuffer(i int, buf []byte) { r.point(i, buf) }

// Read waits for datagrams and returns how many came.
func (r *Reader) Read() (int, error) {
	for i := range r.headers {
		r.headers[i].SetControllen(controlLen)
	}
	if err := r.conn.Read(r.read); err != nil {
		return 0, err
	}
	if r.errno != 0 {
		return 0, r.errno
	}
	return r.got, nil
}

// Datagram returns how long datagram i is, and how long each packet of it: less if the kernel joined some.
func (r *Reader) Datagram(i int) (length, segment int) {
	h := &r.headers[i]
	length = int(h.n)
	if h.Controllen >= unix.SizeofCmsghdr+4 {
		c := (*unix.Cmsghdr)(unsafe.Pointer(&r.control[i][0]))
		if c.Level == unix.SOL_UDP && c.Type == unix.UDP_GRO {
			return length, int(*(*int32)(unsafe.Pointer(&r.control[i][unix.SizeofCmsghdr])))
		}
	}
	return length, length
}
