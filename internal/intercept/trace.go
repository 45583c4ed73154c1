//go:build linux && (amd64 || arm64)

package intercept

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// tracer writes a line for each call that was served, as strace would.
type tracer struct {
	mu sync.Mutex
	w  io.Writer
}

// call writes the call and its outcome, and whether that reached the program.
func (t *tracer) call(c *call, arguments string, o outcome, sent bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "[%d] %v(%s) = ", c.tid(), c.op, arguments)
	switch {
	case !sent:
		b.WriteString("? (the caller is gone)")
	case o.kind == failed && o.err == restartSystemCall:
		b.WriteString("? (interrupted by a signal)")
	case o.kind == failed:
		fmt.Fprintf(&b, "-1 %s", linux.ErrnoName(int(o.err)))
	default:
		b.WriteString(strconv.Itoa(o.value))
	}
	b.WriteByte('\n')
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = io.WriteString(t.w, b.String())
}

// arguments returns the arguments of the call, for a line of the trace. The program waits for the answer yet, so what it passed is still there.
func (c *call) arguments(o outcome) string { return strings.Join(c.argumentList(o), ", ") }

// argumentList returns the arguments that say something.
func (c *call) argumentList(o outcome) []string {
	if c.op.names() {
		at, name := c.pathArguments()
		var b [maxPath]byte
		args := []string{strconv.Quote(string(c.text(name, &b)))}
		if at != unix.AT_FDCWD {
			args = append([]string{strconv.Itoa(at)}, args...)
		}
		return args
	}
	fd := strconv.Itoa(c.fd())
	switch c.op {
	case callSocket:
		return []string{familyName(c.int(0)), typeName(c.int(1)), protocolName(c.int(2))}
	case callBind, callConnect:
		return []string{fd, c.addressText(c.arg(1), c.int(2))}
	case callListen:
		return []string{fd, strconv.Itoa(c.int(1))}
	case callShutdown:
		return []string{fd, howName(c.int(1))}
	case callAccept, callAccept4, callGetsockname, callGetpeername:
		if o.kind == succeeded && c.arg(1) != 0 {
			return []string{fd, c.addressText(c.arg(1), c.lengthAt(2))}
		}
	case callSetsockopt:
		return []string{fd, c.optionText(c.int(4))}
	case callGetsockopt:
		if o.kind == succeeded {
			return []string{fd, c.optionText(c.lengthAt(4))}
		}
		return []string{fd, linux.LevelName(c.int(1)), linux.OptionName(c.int(1), c.int(2))}
	case callSendto:
		args := []string{fd, fmt.Sprintf("%d bytes", c.arg(2)), flagText(c.int(3))}
		if c.arg(4) != 0 {
			args = append(args, c.addressText(c.arg(4), c.int(5)))
		}
		return args
	case callRecvfrom:
		return []string{fd, fmt.Sprintf("room for %d", c.arg(2)), flagText(c.int(3))}
	case callRead, callWrite:
		return []string{fd, fmt.Sprintf("%d bytes", c.arg(2))}
	case callSendmsg, callRecvmsg:
		return append([]string{fd}, c.headerText(o)...)
	case callSendmmsg, callRecvmmsg:
		return []string{fd, fmt.Sprintf("%d messages", uint32(c.arg(2))), flagText(c.int(3))}
	}
	return []string{fd}
}

// lengthAt returns the length that the argument points to.
func (c *call) lengthAt(arg int) int {
	var b [4]byte
	if c.arg(arg) == 0 || c.read(span{c.arg(arg), b[:]}) != 0 {
		return 0
	}
	return int(int32(le.Uint32(b[:])))
}

func (c *call) addressText(addr uint64, n int) string {
	b, e := c.address(addr, n)
	if e != 0 {
		return fmt.Sprintf("%#x, %d", addr, n)
	}
	a, err := linux.ParseSockaddr(b)
	if err != nil {
		return fmt.Sprintf("%x", b)
	}
	return a.String()
}

func (c *call) optionText(n int) string {
	level, name := c.int(1), c.int(2)
	value := make([]byte, max(0, min(n, maxOption)))
	if e := c.read(span{c.arg(3), value}); e != 0 {
		return fmt.Sprintf("%s, %s, %#x, %d", linux.LevelName(level), linux.OptionName(level, name), c.arg(3), n)
	}
	return fmt.Sprintf("%s, %s, %s", linux.LevelName(level), linux.OptionName(level, name), linux.DescribeOption(level, name, value))
}

// headerText says what a struct msghdr has: lengths, flags and ancillary data.
func (c *call) headerText(o outcome) []string {
	m, e := c.header(c.arg(1), c.int(2))
	if e != 0 {
		return []string{fmt.Sprintf("%#x", c.arg(1))}
	}
	texts := []string{fmt.Sprintf("%d bytes", m.total(maxSend)), flagText(m.flags)}
	if m.name != 0 && (c.op == callSendmsg || o.kind == succeeded) {
		texts = append(texts, c.addressText(m.name, int(m.nameLen)))
	}
	if c.op == callRecvmsg {
		if o.kind != succeeded {
			return texts
		}
		got := linux.MsgFlags(le.Uint32(m.header[headerFlags:]))
		texts = append(texts, "got "+got.String())
		if got&linux.MSG_NOTIFICATION != 0 {
			texts = append(texts, c.notificationText(&m))
		}
	}
	rest := make([]byte, min(le.Uint64(m.header[headerControlLen:]), linux.MaxControl))
	if c.read(span{le.Uint64(m.header[headerControl:]), rest}) != 0 {
		return texts
	}
	for {
		item, left, ok, err := linux.NextControl(rest)
		if !ok || err != nil {
			return texts
		}
		rest = left
		if item.Level == linux.IPPROTO_SCTP {
			texts = append(texts, item.Type.String())
		}
	}
}

// notificationText says which notification was received: its type comes first in it.
func (c *call) notificationText(m *message) string {
	var b [2]byte
	if len(m.pieces) == 0 || m.pieces[0].n < uint64(len(b)) || c.read(span{m.pieces[0].addr, b[:]}) != 0 {
		return "a notification"
	}
	return linux.NotificationType(le.Uint16(b[:])).String()
}

// howName is the argument of shutdown.
func howName(how int) string {
	switch how {
	case unix.SHUT_RD:
		return "SHUT_RD"
	case unix.SHUT_WR:
		return "SHUT_WR"
	case unix.SHUT_RDWR:
		return "SHUT_RDWR"
	}
	return strconv.Itoa(how)
}

func flagText(flags int) string { return linux.MsgFlags(uint32(flags)).String() }

func familyName(f int) string {
	switch f {
	case linux.AF_INET:
		return "AF_INET"
	case linux.AF_INET6:
		return "AF_INET6"
	}
	return strconv.Itoa(f)
}

func typeName(t int) string {
	name := strconv.Itoa(t & typeMask)
	switch t & typeMask {
	case unix.SOCK_STREAM:
		name = "SOCK_STREAM"
	case unix.SOCK_SEQPACKET:
		name = "SOCK_SEQPACKET"
	}
	if t&unix.SOCK_NONBLOCK != 0 {
		name += "|SOCK_NONBLOCK"
	}
	if t&unix.SOCK_CLOEXEC != 0 {
		name += "|SOCK_CLOEXEC"
	}
	return name
}

func protocolName(p int) string {
	switch p {
	case linux.IPPROTO_SCTP:
		return "IPPROTO_SCTP"
	case protocolTCP, 0:
		return "IPPROTO_TCP"
	}
	return strconv.Itoa(p)
}
