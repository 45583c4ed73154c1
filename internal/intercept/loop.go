//go:build linux && (amd64 || arm64)

package intercept

import (
	"runtime"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
)

// serveCalls serves calls until no program is left, on a thread of its own: more threads would only pass the lock to each other.
func (s *supervisor) serveCalls() {
	runtime.LockOSThread()
	defer close(s.idle)
	for {
		var n notification
		if err := s.listener.receive(&n); err != nil {
			return
		}
		s.enter()
		s.serve(&n)
		s.leave()
	}
}

// serveAll is serveCalls for a stack that can be polled: the thread serves packets and closed sockets, too. It is a packet that most calls wait
// for, and a call that sends most packets. And a program finds what its own calls have led to: it closes one socket of a connection within this
// host, and the other one has heard of it.
func (s *supervisor) serveAll(stack PolledStack) {
	runtime.LockOSThread()
	defer close(s.idle)
	inputs := stack.Inputs()
	set := []unix.PollFd{{Fd: int32(s.listener), Events: unix.POLLIN}, {Fd: int32(s.epoll), Events: unix.POLLIN}}
	for _, in := range inputs {
		set = append(set, unix.PollFd{Fd: int32(in.Descriptor), Events: unix.POLLIN})
	}
	packets := packets{stack, inputs, set[2:], make([]bool, len(inputs))}
	for {
		timeout := -1
		if slices.Contains(packets.more, true) {
			timeout = 0
		}
		if _, err := unix.Poll(set, timeout); err != nil {
			continue // a signal
		}
		if set[0].Revents&(unix.POLLIN|unix.POLLHUP) == unix.POLLHUP {
			break
		}
		s.enter()
		if set[1].Revents != 0 {
			s.takeEnds()
		}
		packets.serve()
		var n notification
		if set[0].Revents&unix.POLLIN != 0 {
			packets.settle()
			if s.listener.tryReceive(&n) {
				s.serve(&n)
			}
		}
		s.leave()
	}
	stack.ReadOn()
}

// packets are the inputs of a stack that can be polled.
type packets struct {
	stack  PolledStack
	inputs []transport.Input
	set    []unix.PollFd
	more   []bool // what poll does not show
}

func (p *packets) serve() {
	for i, in := range p.inputs {
		if p.more[i] || p.set[i].Revents != 0 {
			p.more[i] = p.stack.Serve(in.Queue)
		}
	}
}

// maxRounds bounds how many packets of an ending association a call waits for: SHUTDOWN, its answers, and what is on its way before them.
const maxRounds = 8

// settle has associations end whose end was begun before the call that is about to be served: within this host the packets for it are there as
// soon as they are sent. A call waits for no others.
func (p *packets) settle() {
	for range maxRounds {
		if !p.stack.Ending() {
			return
		}
		if n, err := unix.Poll(p.set, 0); n <= 0 || err != nil {
			return
		}
		p.serve()
	}
}
