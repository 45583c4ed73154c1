package sockets

import (
	"net/netip"
	"syscall"

	"github.com/gosctp/sctp/internal/engine"
)

// Listen is listen. A backlog of 0 ends listening.
func (s *Socket) Listen(backlog int) error {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	switch {
	case s.state != closed && s.state != listening, s.assoc != nil:
		return syscall.EINVAL
	case backlog == 0 && s.state == closed:
		return nil
	}
	if err := s.autobind(); err != nil {
		return err
	}
	if backlog == 0 {
		s.bound.Listen(0, nil)
		s.state = closed
		return nil
	}
	if backlog < 0 || backlog > somaxconn {
		backlog = somaxconn
	}
	// Linux takes one more than it was told.
	s.listener = s.bound.Listen(backlog+1, s.tell)
	s.state = listening
	return nil
}

// somaxconn is the largest backlog, net.core.somaxconn.
const somaxconn = 4096

// Accept is accept. The new socket has the options of this one.
func (s *Socket) Accept() (*Socket, error) {
	s.mu.Lock()
	defer s.unlock()
	if s.state != listening {
		return nil, syscall.EINVAL
	}
	a := s.listener.TryAccept()
	if a == nil {
		return nil, syscall.EAGAIN
	}
	return s.child(a), nil
}

// child makes the socket of an association of s. s.mu is held.
func (s *Socket) child(a *engine.Assoc) *Socket {
	n := &Socket{
		stack: s.stack, family: s.family, style: s.style, state: established,
		bound: a.Socket(), addrs: s.addrs, assoc: a, mailbox: a.Mailbox(), options: s.options,
	}
	if paths := a.Paths(); len(paths) > 0 {
		n.peer = netip.AddrPortFrom(paths[0].Remote, a.PeerPort())
	}
	n.subscribed.Store(s.subscribed.Load())
	n.mailbox.SetChanged(n.tell)
	if at := a.Standing(); at.Ended {
		n.state, n.noMoreIn = closed, true
	}
	return n
}
