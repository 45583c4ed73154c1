//go:build linux && (amd64 || arm64)

package intercept

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// waiter is a call that is kept until it need not block any more.
type waiter struct {
	*call
	timer *time.Timer
	timed bool // whether the socket has a time limit for such calls
	// rounds is how often a signal was found pending that perhaps another thread takes.
	rounds int
}

// keep keeps a call that blocks.
func (s *supervisor) keep(c *call, o outcome) {
	kept := *c // which is the supervisor's for the next one
	c = &kept
	c.kept = true
	w := &waiter{call: c}
	limit := c.f.sock.RecvTimeout()
	timeout := failure(unix.EAGAIN)
	switch c.op {
	case callWrite, callWritev, callPwritev2, callSendto, callSendmsg, callSendmmsg:
		limit = c.f.sock.SendTimeout()
	case callConnect, callSetsockopt, callGetsockopt:
		limit, timeout = c.f.sock.SendTimeout(), failure(o.err)
	}
	s.waiters[c.n.id] = w
	c.f.waiters = append(c.f.waiters, w)
	if limit > 0 {
		w.timed = true
		w.timer = time.AfterFunc(limit, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.interrupt(w, timeout)
		})
	}
	if !s.polling {
		s.polling = true
		go s.pollSignals()
	}
}

// interrupt ends a kept call with o, unless it has moved messages, which it then tells.
func (s *supervisor) interrupt(w *waiter, o outcome) {
	if s.waiters[w.n.id] != w {
		return
	}
	w.f.waiters = slices.DeleteFunc(w.f.waiters, func(x *waiter) bool { return x == w })
	s.forget(w)
	if w.done > 0 {
		o = success(w.done)
	}
	s.finish(w.call, o)
	w.f.endUnused()
}

// forget takes w off the list of all waiters.
func (s *supervisor) forget(w *waiter) {
	delete(s.waiters, w.n.id)
	if w.timer != nil {
		w.timer.Stop()
	}
}

// retry tries the kept calls again, the oldest first.
func (f *file) retry() {
	if len(f.waiters) == 0 || f.closed {
		return
	}
	all := f.waiters
	f.waiters, f.retrying = nil, true
	for i, w := range all {
		if f.s.step(w.call) {
			f.s.forget(w)
			continue
		}
		f.waiters = append(f.waiters, all[i])
	}
	f.retrying = false
	f.endUnused()
}
