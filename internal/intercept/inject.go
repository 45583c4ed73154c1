//go:build linux && (amd64 || arm64)

package intercept

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// lowestNumber is the first number for SCTP sockets where not all descriptors are served: more than programs have of others, and less
	// than the 1,024 that select can do.
	lowestNumber = 512
	// reserve is by how much the limit of open files is raised where a number lies beyond it.
	reserve = 64
	// maxNumbers is how many numbers are tried.
	maxNumbers = 1 << 16
)

// chooseBase returns the first number for SCTP sockets under the limit of open files, of which only the hard one binds.
func chooseBase() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return lowestNumber
	}
	return baseFor(limit.Max)
}

// baseFor is half of a limit that leaves less than half for SCTP sockets.
func baseFor(hard uint64) int { return int(min(hard/2, lowestNumber)) }

// served reports whether data calls on number stop.
func (s *supervisor) served(number int) bool {
	return s.config.All || number >= s.base || number < numStdio && s.config.Stdio
}

// lowestServed reports whether the lowest number that is free from first on is one whose data calls stop.
func (c *call) lowestServed(first int) bool {
	if c.s.config.All {
		return true
	}
	n := first
	for n < numStdio && c.task().open(n) {
		n++
	}
	return c.s.served(n)
}

// unserved tells the user of a socket at a number whose data calls do not stop.
func (c *call) unserved(number int) {
	if number >= 0 && !c.s.served(number) {
		c.s.problems.tell(fmt.Sprintf("process %d has a socket at descriptor %d, where reading and writing is not served", c.process(), number))
	}
}

// inject gives the caller the descriptor src: as the lowest number, which programs count on, unless it is an SCTP socket that would not be
// served there. The choice is the kernel's, and stdio may be taken by another thread in this moment.
func (c *call) inject(src int, tcp, cloexec bool) (int, syscall.Errno) {
	if !tcp && !c.lowestServed(0) {
		return c.injectHigh(src, cloexec)
	}
	number, e := c.s.listener.add(c.n.id, src, -1, cloexec)
	if e == 0 && !tcp {
		c.unserved(number)
	}
	return number, e
}

// injectHigh gives it as a number from base on. That is looked for here, and only a program with very many descriptors of its own could
// be using it when it is taken.
func (c *call) injectHigh(src int, cloexec bool) (int, syscall.Errno) {
	l := c.s.listener
	process := c.process()
	number, ok := c.s.freeNumber(process, c.task())
	if !ok {
		return 0, unix.EMFILE
	}
	got, e := l.add(c.n.id, src, number, cloexec)
	if e == unix.EBADF && raiseLimit(process, number) {
		got, e = l.add(c.n.id, src, number, cloexec)
	}
	if e == unix.EBADF {
		e = unix.EMFILE
	}
	if e == 0 {
		c.s.cursors[process] = number + 1
	}
	return got, e
}

// freeNumber returns a number from base on that the process does not use. It goes on where it last found one, or where one has
// become free below that.
func (s *supervisor) freeNumber(process int, t *task) (int, bool) {
	from := max(s.cursors[process], s.base)
	for n := from; n < from+maxNumbers; n++ {
		if !t.open(n) {
			return n, true
		}
	}
	return 0, false
}

// freed takes note that number, once given to process, is free.
func (s *supervisor) freed(process, number int) {
	if number >= s.base && number < s.cursors[process] {
		s.cursors[process] = number
	}
}

// raiseLimit lets the process open number: its soft limit is for descriptors that it chose itself.
func raiseLimit(process, number int) bool {
	var limit unix.Rlimit
	if unix.Prlimit(process, unix.RLIMIT_NOFILE, nil, &limit) != nil || limit.Max <= uint64(number) || limit.Cur > uint64(number) {
		return false
	}
	limit.Cur = min(limit.Max, uint64(number)+reserve)
	return unix.Prlimit(process, unix.RLIMIT_NOFILE, &limit, nil) == nil
}

// give injects the program's end of f, which is new, as the result of the call.
func (c *call) give(f *file, flags int) (int, syscall.Errno) {
	if flags&unix.SOCK_NONBLOCK != 0 {
		_ = unix.SetNonblock(f.app, true)
	}
	number, e := c.inject(f.app, f.tcp, flags&unix.SOCK_CLOEXEC != 0)
	if e != 0 {
		f.hangUp()
		return 0, e
	}
	f.process, f.number = c.process(), number
	f.sock.SetHolder(c.task().user(), f.inode)
	f.closeApp()
	c.s.note(f) // what came before it had its descriptor is shown now
	return number, 0
}
