//go:build linux && (amd64 || arm64)

package intercept

import (
	"bytes"
	"hash/fnv"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Calls that name a file. Nearly all of them are about other files than ours, and the kernel does those.

const (
	// maxPath is the longest path that is looked at: those below /proc are shorter.
	maxPath = 256
	// pageSize is the least unit of memory that a program has or has not.
	pageSize = 4096
)

// named is what a call names: a node, and whether the path says that it is a directory.
type named struct {
	node
	slash bool
}

// path serves a call that names a file.
func (c *call) path() outcome {
	at, name := c.pathArguments()
	n := c.node(at, name)
	if n.kind == nodeNone {
		return outcome{kind: native}
	}
	if n.slash && !n.directory() {
		return failure(unix.ENOTDIR)
	}
	switch c.op {
	case callOpen:
		return c.open(n.node, c.int(1))
	case callOpenat:
		return c.open(n.node, c.int(2))
	case callOpenat2:
		return c.openHow(n.node)
	case callAccess:
		return c.access(n.node, c.int(1))
	case callFaccessat, callFaccessat2:
		return c.access(n.node, c.int(2))
	case callReadlink, callReadlinkat:
		return failure(unix.EINVAL) // it is no link
	}
	return c.stat(n.node)
}

// pathArguments returns the directory that a path is relative to and where the path is.
func (c *call) pathArguments() (at int, name uint64) {
	switch c.op {
	case callOpen, callAccess, callReadlink, callStat, callLstat:
		return unix.AT_FDCWD, c.arg(0)
	}
	return c.int(0), c.arg(1)
}

// node returns what the path at addr, relative to the directory at, leads to.
func (c *call) node(at int, addr uint64) named {
	var b [maxPath]byte
	name := c.text(addr, &b)
	t := c.s.tree
	if !t.interesting(name) {
		return named{}
	}
	full := string(name)
	if !path.IsAbs(full) {
		directory := c.directory(at)
		if directory == "" {
			return named{}
		}
		full = directory + "/" + full
	}
	n := t.find(full)
	if n.kind != nodeNone && !existing(full) {
		return named{}
	}
	return named{n, strings.HasSuffix(full, "/")}
}

// existing reports whether the process that a path below /proc names is there.
func existing(name string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path.Clean(name), procDir), "/")
	if !decimal(first) {
		return true
	}
	var st unix.Stat_t
	return unix.Stat(procDir+first, &st) == nil
}

// text reads a string that ends with 0, as far as a path may be long. What cannot be read is an empty one: the kernel finds out what is
// wrong with it.
func (c *call) text(addr uint64, b *[maxPath]byte) []byte {
	here := min(maxPath, int(pageSize-addr%pageSize)) // behind the page there may be nothing
	if c.peek(addr, b[:here]) != 0 {
		return nil
	}
	n := bytes.IndexByte(b[:here], 0)
	if n < 0 && here < maxPath {
		if c.peek(addr+uint64(here), b[here:]) != 0 {
			return nil
		}
		n = bytes.IndexByte(b[:], 0)
	}
	return b[:max(n, 0)]
}

// peek reads memory without telling anybody that it may not be read: that a protected program opens files is no news.
func (c *call) peek(addr uint64, b []byte) syscall.Errno { return readMemory(c.tid(), span{addr, b}) }

// directory is the path of the program's working directory, or of the directory that a descriptor stands for.
func (c *call) directory(at int) string {
	name := "cwd"
	if at != unix.AT_FDCWD {
		name = "fd/" + strconv.Itoa(at)
	}
	link, err := os.Readlink(procPath(c.tid(), name))
	if err != nil {
		return ""
	}
	return c.s.listings.meant(link)
}

// privileged reports whether the caller may change settings of the network.
func (c *call) privileged() bool {
	status, _ := os.ReadFile(procPath(c.tid(), "status"))
	if uids := strings.Fields(statusField(status, "Uid")); len(uids) > 1 && uids[1] == "0" {
		return true
	}
	capabilities, _ := strconv.ParseUint(statusField(status, "CapEff"), 16, 64)
	return capabilities&(1<<unix.CAP_NET_ADMIN) != 0
}

// openHow is openat2, whose flags are in a struct open_how. How the path is to be resolved makes no difference.
func (c *call) openHow(n node) outcome {
	var flags [8]byte
	if e := c.read(span{c.arg(2), flags[:]}); e != 0 {
		return failure(e)
	}
	return c.open(n, int(le.Uint64(flags[:])))
}

func (c *call) open(n node, flags int) outcome {
	writes := flags&unix.O_ACCMODE != unix.O_RDONLY
	switch {
	case flags&(unix.O_CREAT|unix.O_EXCL) == unix.O_CREAT|unix.O_EXCL:
		return failure(unix.EEXIST)
	case n.directory() && (writes || flags&unix.O_CREAT != 0):
		return failure(unix.EISDIR)
	case n.directory():
		return c.openDirectory(n, flags)
	case flags&unix.O_DIRECTORY == unix.O_DIRECTORY:
		return failure(unix.ENOTDIR)
	case writes && (n.kind != nodeSetting || !c.privileged()):
		return failure(unix.EACCES)
	case writes:
		return c.openSetting(n.name, flags)
	}
	b, err := c.s.tree.contents(n, c.tid())
	if err != nil {
		return failure(errno(err))
	}
	fd, err := reading(b, flags)
	if err != nil {
		return failure(errno(err))
	}
	defer unix.Close(fd)
	return given(c.s.listener.add(c.n.id, fd, -1, flags&unix.O_CLOEXEC != 0))
}

// contents returns what is in a file.
func (t *fileTree) contents(n node, tid int) ([]byte, error) {
	switch n.kind {
	case nodeReport:
		return t.files.Report(n.name)
	case nodeSetting:
		v, err := t.files.Sysctl(n.name)
		return []byte(v + "\n"), err
	case nodeProtocols:
		kernels, err := os.ReadFile(procPath(tid, protocolsAt))
		if err != nil {
			return nil, err
		}
		// The kernel has the youngest first, below the line with the titles.
		first := bytes.IndexByte(kernels, '\n') + 1
		return bytes.Join([][]byte{kernels[:first], t.files.Protocols(), kernels[first:]}, nil), nil
	case nodeNone, nodeReports, nodeSettings:
	}
	return nil, unix.EISDIR
}

// reading returns a descriptor from which b can be read.
func reading(b []byte, flags int) (int, error) {
	m, err := unix.MemfdCreate("sctp", unix.MFD_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(m)
	for written := 0; written < len(b); {
		n, err := unix.Write(m, b[written:])
		if err != nil && err != unix.EINTR {
			return -1, err
		}
		written += max(n, 0)
	}
	return unix.Open("/proc/self/fd/"+strconv.Itoa(m), unix.O_RDONLY|unix.O_CLOEXEC|flags&(unix.O_NONBLOCK|unix.O_PATH), 0)
}

// Bits of access.
const (
	mayExecute = 1
	mayWrite   = 2
)

func (c *call) access(n node, mode int) outcome {
	switch {
	case n.kind == nodeProtocols:
		return outcome{kind: native}
	case mode&mayExecute != 0 && !n.directory(), mode&mayWrite != 0 && (n.kind != nodeSetting || !c.privileged()):
		return failure(unix.EACCES)
	}
	return success(0)
}

// likeness is a file of the kernel's own with the owner and mode that n has on a kernel with SCTP.
func (n node) likeness() string {
	switch n.kind {
	case nodeSetting:
		return "/proc/sys/kernel/hostname"
	case nodeSettings:
		return "/proc/sys/net"
	case nodeReports:
		return "/proc/self/net"
	case nodeReport, nodeProtocols, nodeNone:
	}
	return "/proc/self/net/protocols"
}

// inode is a number for n, which no other file there has.
func (n node) inode() uint64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte{byte(n.kind)})
	_, _ = h.Write([]byte(n.name))
	return uint64(h.Sum32()) | 1<<32
}

// stat is stat, lstat, newfstatat and statx.
func (c *call) stat(n node) outcome {
	if n.kind == nodeProtocols {
		return outcome{kind: native}
	}
	if c.op == callStatx {
		var st unix.Statx_t
		if err := unix.Statx(unix.AT_FDCWD, n.likeness(), 0, int(c.arg(3)), &st); err != nil {
			return failure(errno(err))
		}
		st.Ino = n.inode()
		b := unsafe.Slice((*byte)(unsafe.Pointer(&st)), unsafe.Sizeof(st))
		return returned(c.write(span{c.arg(4), b}))
	}
	var st unix.Stat_t
	if err := unix.Stat(n.likeness(), &st); err != nil {
		return failure(errno(err))
	}
	st.Ino = n.inode()
	to := c.arg(1)
	if c.op == callNewfstatat {
		to = c.arg(2)
	}
	return returned(c.write(span{to, unsafe.Slice((*byte)(unsafe.Pointer(&st)), unsafe.Sizeof(st))}))
}
