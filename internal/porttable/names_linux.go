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

// names are the names of a claim: one for all addresses, or one for each.
func (k Kind) names(port uint16, addrs []netip.Addr) []string {
	base := k.prefix() + strconv.Itoa(int(port))
	if len(addrs) == 0 {
		return []string{base}
	}
	var list []string
	for _, a := range addrs {
		list = append(list, base+"/"+a.String())
	}
	return list
}

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

// taken returns the ports of a kind of which somebody has an address, with that name. It reads the kernel's list, since a name
// can only be tried as a whole. Where the list is hidden, claims for all addresses are not checked against claims for some.
func (k Kind) taken() map[uint16]string {
	file, err := os.Open("/proc/thread-self/net/unix")
	if err != nil {
		return nil
	}
	defer file.Close()
	ports := map[uint16]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		i := strings.Index(lines.Text(), k.prefix())
		if i < 0 || !strings.Contains(lines.Text()[:i], listening) {
			continue
		}
		name := lines.Text()[i:]
		port, addr, specific := strings.Cut(name[len(k.prefix()):], "/")
		number, err := strconv.ParseUint(port, 10, 16)
		if specific && err == nil && addr != "" {
			ports[uint16(number)] = name
		}
	}
	return ports
}

// inUse makes the error for a port of which somebody has a name.
func inUse(port uint16, name string) *InUseError {
	e := &InUseError{Port: port, PID: holder(name)}
	if parts := strings.SplitN(name, "/", 4); len(parts) == 4 {
		e.Addr, _ = netip.ParseAddr(parts[3])
	}
	return e
}

// isTaken reports whether err says that somebody has a name.
func isTaken(err error) bool { return errors.Is(err, unix.EADDRINUSE) }

// exists reports whether somebody has a name.
func exists(name string) bool {
	fd, err := connect(name)
	if err == nil {
		unix.Close(fd)
	}
	return err == nil || errors.Is(err, unix.EAGAIN)
}
