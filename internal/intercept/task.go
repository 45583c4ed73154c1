//go:build linux && (amd64 || arm64)

package intercept

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// task is a thread that called: what is needed to look at its descriptors.
type task struct {
	tid    int
	serial int32 // in epoll; see watch
	// pidfd is of the thread, on kernels before 6.9 of its process; -1 if there is none.
	pidfd int
	// dir is /proc/TID/fd; -1 if it may not be opened.
	dir int
	// process is the one that the thread belongs to; 0 until somebody asked.
	process int
}

// pidfdThread is PIDFD_THREAD.
const pidfdThread = unix.O_EXCL

func newTask(tid int) *task {
	t := &task{tid: tid}
	var err error
	t.pidfd, err = unix.PidfdOpen(tid, pidfdThread)
	if err != nil {
		t.pidfd, err = unix.PidfdOpen(processOf(tid), 0)
	}
	if err != nil {
		t.pidfd = -1
	}
	t.dir, err = unix.Open(procPath(tid, "fd"), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.dir = -1
	}
	return t
}

func (t *task) close() {
	for _, fd := range []int{t.pidfd, t.dir} {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}

func procPath(tid int, name string) string { return "/proc/" + strconv.Itoa(tid) + "/" + name }

// statusField returns a field of /proc/TID/status, which has one a line.
func statusField(status []byte, name string) string {
	for line := range bytes.Lines(status) {
		if value, ok := bytes.CutPrefix(line, []byte(name+":")); ok {
			return string(bytes.TrimSpace(value))
		}
	}
	return ""
}

// processOf returns the process that the thread belongs to.
func processOf(tid int) int {
	status, _ := os.ReadFile(procPath(tid, "status"))
	pid, err := strconv.Atoi(statusField(status, "Tgid"))
	if err != nil {
		return tid
	}
	return pid
}

// user is the effective user of the thread.
func (t *task) user() uint32 {
	var st unix.Stat_t
	if err := unix.Stat("/proc/"+strconv.Itoa(t.tid), &st); err != nil {
		return 0
	}
	return st.Uid
}

// link reads the link /proc/TID/fd/fd.
func (t *task) link(fd int, b []byte) (int, syscall.Errno) {
	if fd < 0 {
		return 0, unix.EBADF
	}
	if t.dir < 0 {
		return 0, unix.EACCES
	}
	var name [20]byte
	path := append(strconv.AppendInt(name[:0], int64(fd), 10), 0)
	n, _, e := syscall.RawSyscall6(unix.SYS_READLINKAT, uintptr(t.dir), uintptr(unsafe.Pointer(&path[0])),
		uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0, 0)
	return int(n), e
}

// socketLink begins the link of a socket, which goes on with its inode and a bracket.
const socketLink = "socket:["

// inode returns the inode of the thread's descriptor fd if that is a socket, and 0 if it is something else. This is the identity of
// an open socket, however many descriptors there are for it in however many processes.
func (t *task) inode(fd int) (uint64, syscall.Errno) {
	var b [64]byte
	n, e := t.link(fd, b[:])
	if e != 0 || n <= len(socketLink) || string(b[:len(socketLink)]) != socketLink {
		return 0, e
	}
	var v uint64
	for _, c := range b[len(socketLink) : n-1] {
		v = v*10 + uint64(c-'0')
	}
	return v, 0
}

// open reports whether the thread has a descriptor fd.
func (t *task) open(fd int) bool {
	var b [64]byte
	_, e := t.link(fd, b[:])
	return e == 0
}

// duplicate gets a duplicate of the thread's descriptor fd.
func (t *task) duplicate(fd int) (int, syscall.Errno) {
	if t.pidfd < 0 {
		return -1, unix.ESRCH
	}
	r, _, e := syscall.RawSyscall(unix.SYS_PIDFD_GETFD, uintptr(t.pidfd), uintptr(fd), 0)
	if e != 0 {
		return -1, e
	}
	return int(r), 0
}

// duplicateOf gets a duplicate of the thread's descriptor fd, or -1 if that is not the socket with that inode: the program may have closed it and
// used the number for something else, which must not be touched.
func (t *task) duplicateOf(fd int, inode uint64) (int, syscall.Errno) {
	d, e := t.duplicate(fd)
	if e != 0 {
		return -1, e
	}
	var st unix.Stat_t
	if unix.Fstat(d, &st) != nil || st.Ino != inode || st.Mode&unix.S_IFMT != unix.S_IFSOCK {
		closeQuickly(d)
		return -1, 0
	}
	return d, 0
}

// nonblocking reports whether the thread's descriptor fd has O_NONBLOCK. It is asked only when a call would block, so nothing has to
// be noted when the program changes the flag.
func (t *task) nonblocking(fd int) bool {
	if d, e := t.duplicate(fd); e == 0 {
		flags, _, e := syscall.RawSyscall(unix.SYS_FCNTL, uintptr(d), unix.F_GETFL, 0)
		closeQuickly(d)
		return e == 0 && flags&unix.O_NONBLOCK != 0
	}
	info, _ := os.ReadFile(procPath(t.tid, "fdinfo/"+strconv.Itoa(fd)))
	flags, _ := strconv.ParseUint(statusField(info, "flags"), 8, 64)
	return flags&unix.O_NONBLOCK != 0
}

func closeQuickly(fd int) { _, _, _ = syscall.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0) }
