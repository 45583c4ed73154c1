//go:build linux && (amd64 || arm64)

package intercept

import (
	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// optLocalAddrs lists addresses. Linux counts the length without what is before them.
const (
	optLocalAddrs  = int(linux.SCTP_GET_LOCAL_ADDRS)
	sizeofGetLocal = 8 // struct sctp_getaddrs: association, number of addresses
)

// maxOption is the longest value of an option that is moved, setting or asking.
const maxOption = 128 << 10

// optBindxAdd binds addresses.
const optBindxAdd = int(linux.SCTP_SOCKOPT_BINDX_ADD)

// Options that connect.
const (
	optConnectx    = int(linux.SCTP_SOCKOPT_CONNECTX)
	optConnectxOld = int(linux.SCTP_SOCKOPT_CONNECTX_OLD)
	optConnectx3   = int(linux.SCTP_SOCKOPT_CONNECTX3)
)

// Offsets in the structs of options that the supervisor itself looks into.
const (
	getaddrsLength  = 4 // struct sctp_getaddrs_old: association, length in bytes, pointer
	getaddrsPointer = 8
	sizeofGetaddrs  = 16
	sizeofAssoc     = 4
	peelSocket      = 4 // sctp_peeloff_arg_t: association, socket; sctp_peeloff_flags_arg_t has flags behind
	sizeofPeel      = 8
)

func (c *call) setsockopt() outcome {
	level, name, n := c.int(1), c.int(2), c.int(4)
	switch {
	case n < 0:
		return failure(unix.EINVAL)
	case n > maxOption:
		return failure(unix.ENOMEM)
	}
	value := make([]byte, n)
	if e := c.read(span{c.arg(3), value}); e != 0 {
		// Above these levels Linux looks first whether there is such an option.
		if level != unix.SOL_SOCKET && level != linux.IPPROTO_SCTP {
			if _, err := c.f.sock.SetOption(level, name, nil); errno(err) == unix.ENOPROTOOPT {
				return failure(unix.ENOPROTOOPT)
			}
		}
		return failure(e)
	}
	if c.f.tcp {
		return c.setTCPOption(level, name, value)
	}
	if level == linux.IPPROTO_SCTP && (name == optConnectx || name == optConnectxOld) {
		return c.connecting(func() (int, error) { return c.f.sock.SetOption(level, name, value) })
	}
	if level == linux.IPPROTO_SCTP && name == optBindxAdd && !c.mayBind(value) {
		return failure(unix.EACCES)
	}
	result := 0
	e := c.reaping(func() (err error) {
		result, err = c.f.sock.SetOption(level, name, value)
		return err
	})
	if e != 0 {
		return failure(e)
	}
	return success(result)
}

func (c *call) getsockopt() outcome {
	level, name := c.int(1), c.int(2)
	var length [4]byte
	e := c.read(span{c.arg(4), length[:]})
	room := int(int32(le.Uint32(length[:])))
	switch {
	case (e != 0 || room < 0) && c.strangeLevel(level):
		return failure(unix.EOPNOTSUPP)
	case e != 0:
		return failure(e)
	case room < 0:
		return failure(unix.EINVAL)
	}
	// The kernel reads the value only for some options, none of them of sockets in general, so a bad pointer is not noticed before the
	// answer is written.
	value := make([]byte, min(room, maxOption))
	unread := false
	if level != unix.SOL_SOCKET {
		if e := c.read(span{c.arg(3), value}); e != 0 {
			clear(value)
			unread = true
		}
	}
	if c.f.tcp {
		return c.tcpOption(level, name, value)
	}
	if level == linux.IPPROTO_SCTP && name == optConnectx3 {
		if unread {
			return failure(unix.EFAULT)
		}
		return c.connectx3(value)
	}
	out, result, accepted, err := c.f.sock.Option(level, name, value)
	if err != nil {
		e := errno(err)
		if unread && e != unix.EOPNOTSUPP && e != unix.ENOPROTOOPT && readByKernel(level, name, room) {
			e = unix.EFAULT
		}
		return failure(e)
	}
	if accepted != nil {
		return c.peelOff(accepted, out, value)
	}
	if level == linux.IPPROTO_SCTP && name == optLocalAddrs {
		return c.answerLength(out, len(out)-sizeofGetLocal, result)
	}
	return c.answerOption(out, result)
}

// strangeLevel reports whether the socket knows none of the options of a level: then Linux says so before it looks at the arguments.
func (c *call) strangeLevel(level int) bool {
	family, _, _, err := c.f.sock.Option(unix.SOL_SOCKET, unix.SO_DOMAIN, make([]byte, 4))
	switch level {
	case unix.SOL_SOCKET, unix.SOL_IP, linux.IPPROTO_SCTP:
		return false
	case unix.SOL_IPV6:
		return err == nil && le.Uint32(family) != unix.AF_INET6
	}
	return true
}

// readByKernel reports whether the kernel reads the value of an option that is asked for, and a bad pointer so is the first thing wrong.
func readByKernel(level, name, room int) bool {
	o := linux.Lookup(level, name)
	if o == nil || !o.Reads {
		return false
	}
	_, err := o.Get.Get(room)
	return err == nil
}

// answerOption writes the value of an option and its length.
func (c *call) answerOption(out []byte, result int) outcome {
	return c.answerLength(out, len(out), result)
}

// answerLength writes the value of an option, and n as its length.
func (c *call) answerLength(out []byte, n, result int) outcome {
	var length [4]byte
	le.PutUint32(length[:], uint32(n))
	if e := c.write(span{c.arg(3), out}, span{c.arg(4), length[:]}); e != 0 {
		return failure(e)
	}
	return success(result)
}

// connectx3 connects to several addresses, which value points to. The association is told also when the call will not wait for it, and
// taken back if nothing came of it.
func (c *call) connectx3(value []byte) outcome {
	if !c.begun && len(value) < sizeofGetaddrs { // what the program gave is overwritten once it has begun
		return failure(unix.EINVAL)
	}
	if !c.begun {
		c.given = [sizeofAssoc + 4]byte(append(value[:sizeofAssoc:sizeofAssoc], le.AppendUint32(nil, uint32(len(value)))...))
	}
	o := c.connecting(func() (int, error) {
		n := int(int32(le.Uint32(value[getaddrsLength:])))
		if n < 0 || n > maxOption {
			return 0, unix.EINVAL
		}
		addresses := make([]byte, n)
		if e := c.read(span{le.Uint64(value[getaddrsPointer:]), addresses}); e != 0 {
			return 0, e
		}
		return c.f.sock.SetOption(linux.IPPROTO_SCTP, optConnectx, addresses)
	})
	if o.kind == succeeded || o.kind == blocked && !c.kept {
		id := o.value
		if o.kind == blocked {
			id = c.value
		}
		out := le.AppendUint32(nil, uint32(id))
		if wrote := c.answerOption(out, 0); wrote.kind == failed {
			return wrote
		}
		o.value = 0
	} else if o.kind == failed && c.begun {
		if e := c.write(span{c.arg(3), c.given[:sizeofAssoc]}, span{c.arg(4), c.given[sizeofAssoc:]}); e != 0 {
			return failure(e)
		}
	}
	return o
}

// peelOff gives the program the socket of an association of its own, whose number the call returns and also writes.
func (c *call) peelOff(sock Socket, out, value []byte) outcome {
	if len(out) < sizeofPeel {
		sock.Close()
		return failure(unix.EINVAL)
	}
	flags := 0
	if len(out) >= sizeofPeel+sizeofAssoc && len(value) >= len(out) {
		flags = int(int32(le.Uint32(value[sizeofPeel:])))
	}
	if wrote := c.answerOption(out, 0); wrote.kind == failed { // before there is a descriptor that nobody knows of
		sock.Close()
		return wrote
	}
	f, e := c.s.newFile(sock, false, sock.Ready().Out)
	if e != 0 {
		sock.Close()
		return failure(e)
	}
	number, e := c.give(f, flags)
	if e != 0 {
		return failure(e)
	}
	le.PutUint32(out[peelSocket:], uint32(number))
	return c.answerOption(out, number)
}
