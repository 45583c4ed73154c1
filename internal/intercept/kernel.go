//go:build linux && (amd64 || arm64)

package intercept

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// On a kernel with SCTP the kernel can serve: an SCTP program then needs nobody, and a TCP program only somebody who makes its sockets SCTP
// ones. That is what is here. All calls on them but those about TCP's options are the kernel's.

// KernelHasSCTP reports why the kernel makes no SCTP socket, nil if it does.
func KernelHasSCTP() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, unix.IPPROTO_SCTP)
	if err != nil {
		return fmt.Errorf("the kernel makes no SCTP sockets: %w", err)
	}
	return unix.Close(fd)
}

// Exec turns this process into the program of c, and returns only if that fails. It is for SCTP programs on a kernel with SCTP.
func Exec(c Config) error {
	env := c.Env
	if env == nil {
		env = syscall.Environ()
	}
	return fmt.Errorf("%s: %w", c.Path, syscall.Exec(c.Path, c.Args, env))
}

// serveKernel serves a call where the kernel has the sockets.
func (s *supervisor) serveKernel(c *call) {
	switch c.op {
	case callSocket:
		s.finish(c, c.kernelSocket())
	case callSetsockopt:
		s.finish(c, c.setKernelOption())
	case callGetsockopt:
		s.finish(c, c.kernelOption())
	default:
		s.finish(c, outcome{kind: native})
	}
}

// kernelSocket gives the program an SCTP socket where it asks for a TCP one.
func (c *call) kernelSocket() outcome {
	family, typ := c.int(0), c.int(1)
	fd, err := unix.Socket(family, typ|unix.SOCK_CLOEXEC, unix.IPPROTO_SCTP)
	if err != nil {
		return failure(errno(err))
	}
	defer unix.Close(fd)
	return given(c.s.listener.add(c.n.id, fd, -1, typ&unix.SOCK_CLOEXEC != 0))
}

// kernelsSCTP returns a duplicate of the descriptor that the call is on if that is an SCTP socket, and -1 if it is not.
func (c *call) kernelsSCTP() int {
	fd, e := c.task().duplicate(c.fd())
	if e != 0 {
		c.s.problems.denied(c.tid(), e)
		return -1
	}
	if protocol, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PROTOCOL); err != nil || protocol != unix.IPPROTO_SCTP {
		_ = unix.Close(fd)
		return -1
	}
	return fd
}

// setKernelOption sets an option of TCP as far as SCTP has it; see setTCPOption.
func (c *call) setKernelOption() outcome {
	fd := c.kernelsSCTP()
	if fd < 0 {
		return outcome{kind: native}
	}
	defer unix.Close(fd)
	if c.int(2) != tcpNoDelay {
		return success(0)
	}
	var value [4]byte
	if c.int(4) < len(value) {
		return failure(unix.EINVAL)
	}
	if e := c.read(span{c.arg(3), value[:]}); e != 0 {
		return failure(e)
	}
	err := unix.SetsockoptInt(fd, unix.IPPROTO_SCTP, int(linux.SCTP_NODELAY), int(int32(le.Uint32(value[:]))))
	return returned(errno(err))
}

// kernelOption tells an option of TCP; those that SCTP has not are 0.
func (c *call) kernelOption() outcome {
	fd := c.kernelsSCTP()
	if fd < 0 {
		return outcome{kind: native}
	}
	defer unix.Close(fd)
	var length [4]byte
	if e := c.read(span{c.arg(4), length[:]}); e != 0 {
		return failure(e)
	}
	room := int(int32(le.Uint32(length[:])))
	if room < 0 {
		return failure(unix.EINVAL)
	}
	value := 0
	if c.int(2) == tcpNoDelay {
		var err error
		if value, err = unix.GetsockoptInt(fd, unix.IPPROTO_SCTP, int(linux.SCTP_NODELAY)); err != nil {
			return failure(errno(err))
		}
	}
	return c.answerOption(le.AppendUint32(nil, uint32(value))[:min(room, 4)], 0)
}
