//go:build linux && (amd64 || arm64)

package intercept

import (
	"runtime"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
)

// serveCalls serves calls until no program is left, on a thread of its own: more threads would only pass the lock to each other. The packets
// of a stack that can be polled are served on it as well: it is a packet that most calls wait for, and a call that sends most packets.
func (s *supervisor) serveCalls() {
	runtime.LockOSThread()
	defer close(s.idle)
	if stack, ok := s.config.Stack.(PolledStack); ok {
		if inputs := stack.Inputs(); len(inputs) > 0 {
			s.poll(stack, inputs)
			stack.ReadOn()
			return
		}
	}
	s.receive()
}

// receive waits for calls alone.
func (s *supervisor) receive() {
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

// poll waits for calls and packets.
func (s *supervisor) poll(stack PolledStack, inputs []transport.Input) {
	set := make([]unix.PollFd, 1+len(inputs))
	set[0] = unix.PollFd{Fd: int32(s.listener), Events: unix.POLLIN}
	for i, in := range inputs {
		set[1+i] = unix.PollFd{Fd: int32(in.Descriptor), Events: unix.POLLIN}
	}
	more := make([]bool, len(inputs)) // what poll does not show
	for {
		timeout := -1
		if slices.Contains(more, true) {
			timeout = 0
		}
		if _, err := unix.Poll(set, timeout); err != nil {
			continue // a signal
		}
		if set[0].Revents&(unix.POLLIN|unix.POLLHUP) == unix.POLLHUP {
			return
		}
		s.enter()
		for i, in := range inputs {
			if more[i] || set[1+i].Revents != 0 {
				more[i] = stack.Serve(in.Queue)
			}
		}
		var n notification
		if set[0].Revents&unix.POLLIN != 0 && s.listener.tryReceive(&n) {
			s.serve(&n)
		}
		s.leave()
	}
}
