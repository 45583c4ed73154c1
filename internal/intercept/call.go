//go:build linux && (amd64 || arm64)

package intercept

import (
	"encoding/binary"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

var le = binary.LittleEndian

// call is one system call on its way.
type call struct {
	s  *supervisor
	n  notification
	op number
	f  *file // nil for socket
	// kept says that the call has waited: the caller may have been killed meanwhile.
	kept bool
	// begun says that connecting has begun, and value is what the call returns when it is done. given are the association and the length
	// that SCTP_SOCKOPT_CONNECTX3 was called with.
	begun bool
	value int
	given [sizeofAssoc + 4]byte
	// done is how many messages sendmmsg or recvmmsg have moved.
	done int
	// until is when recvmmsg ends before it has them all.
	until time.Time
}

func (c *call) tid() int         { return int(c.n.tid) }
func (c *call) fd() int          { return c.int(0) }
func (c *call) arg(i int) uint64 { return c.n.args[i] }

// int returns an argument that is an int in C.
func (c *call) int(i int) int { return int(int32(c.n.args[i])) }

func (c *call) task() *task { return c.s.task(c.tid()) }

func (c *call) process() int {
	t := c.task()
	if t.process == 0 {
		t.process = processOf(t.tid)
	}
	return t.process
}

// reachable reports whether the memory of the thread is still that of the caller. A thread that has just called is; one that waited may
// be gone, and its number that of a stranger.
func (c *call) reachable() bool { return !c.kept || c.s.listener.alive(c.n.id) }

func (c *call) read(spans ...span) syscall.Errno {
	if !c.reachable() {
		return unix.ESRCH
	}
	return c.moved(readMemory(c.tid(), spans...))
}

func (c *call) write(spans ...span) syscall.Errno {
	if !c.reachable() {
		return unix.ESRCH
	}
	return c.moved(writeMemory(c.tid(), spans...))
}

// moved tells the user when it was not the program's fault.
func (c *call) moved(e syscall.Errno) syscall.Errno {
	if e == unix.EPERM || e == unix.EACCES {
		c.s.problems.denied(c.tid(), e)
		return unix.EFAULT
	}
	return e
}

// outcome is what became of a call.
type outcome struct {
	kind  outcomeKind
	value int
	err   syscall.Errno // of failed; of blocked, what a caller that does not wait is told
	// effect takes place when the caller has its answer, and not at all if it was killed before.
	effect effect
	// shown says that the descriptor shows already what it shall.
	shown bool
}

type outcomeKind uint8

const (
	succeeded outcomeKind = iota
	failed
	blocked
	native // the kernel is to do the call
)

// effect is what a call does to the stack.
type effect interface {
	Commit()
	Cancel()
}

// effects are those of a call that moves several messages.
type effects []effect

func (es effects) Commit() {
	for _, e := range es {
		e.Commit()
	}
}

func (es effects) Cancel() {
	for _, e := range es {
		e.Cancel()
	}
}

func success(value int) outcome          { return outcome{value: value} }
func failure(e syscall.Errno) outcome    { return outcome{kind: failed, err: e} }
func wouldBlock(e syscall.Errno) outcome { return outcome{kind: blocked, err: e} }
func returned(e syscall.Errno) outcome {
	if e != 0 {
		return failure(e)
	}
	return success(0)
}

// serve serves a call that has just come.
func (s *supervisor) serve(n *notification) {
	op, ok := s.calls[n.nr]
	c := &s.current
	*c = call{s: s, n: *n, op: op}
	if !ok {
		s.finish(c, outcome{kind: native})
		return
	}
	switch {
	case s.config.Kernel:
		s.serveKernel(c)
	case op == callSocket:
		s.settleSettings()
		s.finish(c, c.socket())
	case op.names():
		s.settleSettings()
		s.finish(c, c.path())
	default:
		s.serveDescriptor(c)
	}
}

// serveDescriptor serves a call on a descriptor.
func (s *supervisor) serveDescriptor(c *call) {
	if c.f = c.find(); c.f != nil {
		s.step(c)
		return
	}
	if len(s.settings) > 0 {
		if inode, _ := c.task().inode(c.fd()); s.settings[inode] != nil {
			s.finish(c, s.settings[inode].serve(c))
			return
		}
	}
	s.finish(c, outcome{kind: native})
}

// find returns the file that the call is about, nil if it is not ours.
func (c *call) find() *file {
	if f := c.findAt(0); f != nil {
		return f
	}
	switch c.op {
	case callSendfile:
		return c.findAt(1)
	case callSplice:
		return c.findAt(2)
	}
	return nil
}

func (c *call) findAt(i int) *file {
	inode, e := c.task().inode(c.int(i))
	if e == unix.ENOENT || e == unix.ESRCH || e == unix.EBADF {
		// There is no such descriptor; or the thread's number belongs to another one by now.
		c.s.forgetTask(c.task())
		inode, e = c.task().inode(c.int(i))
	}
	if e == unix.EACCES || e == unix.EPERM {
		c.s.problems.denied(c.tid(), e)
	}
	return c.s.files[inode]
}

// step tries the call. It reports whether that was the end of it.
func (s *supervisor) step(c *call) bool {
	o := c.do()
	if o.kind == blocked {
		if c.kept {
			return false
		}
		if !c.dontWait() {
			s.keep(c, o)
			return false
		}
		o = failure(o.err)
	}
	if o.kind != native && !o.shown {
		c.f.show(c, nil)
	}
	if !c.kept && o.effect == nil {
		// What the call has done to other sockets shall show before its answer, if it has: an accept may follow a connect in one thread.
		s.settle()
	}
	s.finish(c, o)
	return true
}

// finish answers the call and lets it take effect.
func (s *supervisor) finish(c *call, o outcome) {
	r := response{id: c.n.id, val: int64(o.value)}
	switch o.kind {
	case failed, blocked:
		r.val, r.err = 0, -int32(o.err)
	case native:
		r.val, r.flags = 0, continueNative
	case succeeded:
	}
	traced := s.trace != nil && o.kind != native
	var arguments string
	if traced { // from now on the program may change them
		arguments = c.arguments(o)
	}
	sent := s.listener.answer(r)
	if traced {
		s.trace.call(c, arguments, o, sent)
	}
	if o.effect == nil {
		return
	}
	if sent {
		o.effect.Commit()
	} else {
		o.effect.Cancel()
	}
}

// dontWait reports whether the program wants an answer even if the call would block.
func (c *call) dontWait() bool {
	flags := uint64(0)
	switch c.op {
	case callSendto, callRecvfrom, callSendmmsg, callRecvmmsg:
		flags = c.arg(3)
	case callSendmsg, callRecvmsg:
		flags = c.arg(2)
	case callPreadv2, callPwritev2:
		if c.arg(5)&unix.RWF_NOWAIT != 0 {
			return true
		}
	}
	return flags&unix.MSG_DONTWAIT != 0 || c.task().nonblocking(c.fd())
}

// do dispatches the call.
func (c *call) do() outcome {
	switch c.op {
	case callBind:
		return c.bind()
	case callListen:
		return c.listen()
	case callConnect:
		return c.connect()
	case callAccept, callAccept4:
		return c.accept()
	case callGetsockopt:
		return c.getsockopt()
	case callSetsockopt:
		return c.setsockopt()
	case callGetsockname:
		return c.name(c.f.sock.Name)
	case callGetpeername:
		return c.name(c.f.sock.PeerName)
	case callShutdown:
		return c.shutdown()
	}
	if c.f.tcp {
		return outcome{kind: native} // payload
	}
	switch c.op {
	case callRead, callReadv, callPreadv2, callRecvfrom, callRecvmsg:
		return c.receive()
	case callRecvmmsg:
		return c.receiveMany()
	case callWrite, callWritev, callPwritev2, callSendto, callSendmsg:
		return c.send()
	case callSendmmsg:
		return c.sendMany()
	case callDup, callFcntl:
		return c.dup()
	case callIoctl:
		return c.ioctl()
	case callSendfile, callSplice:
		return failure(unix.EINVAL) // as of a socket that cannot; programs then read and write
	case callDup2, callDup3: // the program chose the number, so the kernel does the call
		c.unserved(c.int(1))
	}
	return outcome{kind: native}
}
