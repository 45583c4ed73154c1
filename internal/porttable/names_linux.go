package porttable

import (
	"bufio"
	"errors"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// backlog is how many connections to a claim's socket may wait to be answered.
const backlog = 128

// root is how all names begin. Tests have one of their own, so as not to meet programs that run on the host.
var root = "@gosctp"

// prefix is the part of the names that tables of a kind share.
func (k Kind) prefix() string {
	if k == UDP {
		return root + "/udp/"
	}
	return root + "/132/"
}

// port is the name of a port for all addresses.
func (k Kind) port(port uint16) string { return k.prefix() + strconv.Itoa(int(port)) }

// names are the names of a claim: one for all addresses, or one for each.
func (k Kind) names(port uint16, addrs []netip.Addr) []string {
	base := k.port(port)
	if len(addrs) == 0 {
		return []string{base}
	}
	var list []string
	for _, a := range addrs {
		list = append(list, base+"/"+a.String())
	}
	return list
}

// some and sharing are the i-th names of tables that have some addresses of the family of a, and of those that share the port.
func (k Kind) some(port uint16, a netip.Addr, i int) string {
	family := "/6+"
	if a.Is4() {
		family = "/4+"
	}
	return k.port(port) + family + strconv.Itoa(i)
}

func (k Kind) sharing(port uint16, i int) string { return k.port(port) + "/~" + strconv.Itoa(i) }

const (
	// maxSome bounds the tables that have different addresses of one port and family.
	maxSome = 32
	// maxSharing bounds the tables that share one port.
	maxSharing = 8
)

// listen takes a name, exclusively. The error is EADDRINUSE if somebody has it.
func listen(name string) (fd int, err error) {
	fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	if err = unix.Bind(fd, &unix.SockaddrUnix{Name: name}); err == nil {
		err = unix.Listen(fd, backlog)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// connect connects to who has a name. It does not wait: the error is ECONNREFUSED if nobody has it, or does not listen yet, and
// EAGAIN if too many are connecting.
func connect(name string) (fd int, err error) {
	fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	if err = unix.Connect(fd, &unix.SockaddrUnix{Name: name}); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// holder returns the process that has a name, zero if it cannot be known.
func holder(name string) int {
	fd, err := connect(name)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return 0
	}
	return int(cred.Pid)
}

// listening is the flag, in the kernel's list, of a socket that listens. A connection that such a one accepted has its name, and
// may outlive it by a moment.
const listening = " 00010000 "

// anAddress returns the name of an address of which somebody has the port, from the kernel's list. It is only for saying who is in the
// way: the list is long, and may be hidden.
func (k Kind) anAddress(port uint16) (name string, ok bool) {
	file, err := os.Open("/proc/thread-self/net/unix")
	if err != nil {
		return "", false
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		before, name, found := strings.Cut(lines.Text(), k.port(port)+"/")
		if !found || !strings.Contains(before, listening) {
			continue
		}
		if _, err := netip.ParseAddr(name); err == nil {
			return k.port(port) + "/" + name, true
		}
	}
	return "", false
}

// inUse makes the error for a port of which somebody has a name.
func (k Kind) inUse(port uint16, name string) *InUseError {
	if strings.Contains(name, "+") {
		if better, ok := k.anAddress(port); ok {
			name = better
		}
	}
	e := &InUseError{Port: port, PID: holder(name)}
	if parts := strings.SplitN(name, "/", 4); len(parts) == 4 {
		if a, err := netip.ParseAddr(parts[3]); err == nil && !a.IsUnspecified() {
			e.Addr = a
		}
	}
	return e
}

// isTaken reports whether err says that somebody has a name.
func isTaken(err error) bool { return errors.Is(err, unix.EADDRINUSE) }

// seeker finds out which names somebody has. It uses one socket for all that nobody has.
type seeker struct{ fd int }

func (s *seeker) exists(name string) bool {
	for s.fd >= 0 || s.open() {
		switch err := unix.Connect(s.fd, &unix.SockaddrUnix{Name: name}); err {
		case nil:
			s.close()
			return true
		case unix.EAGAIN:
			return true
		case unix.EINTR:
		default:
			return false
		}
	}
	return false
}

func (s *seeker) open() bool {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return false
	}
	s.fd = fd
	return true
}

func (s *seeker) close() {
	if s.fd >= 0 {
		unix.Close(s.fd)
	}
	s.fd = -1
}
