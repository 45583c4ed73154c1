package sockets

import (
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/engine"
)

// Listen is listen. A backlog of 0 ends listening.
func (s *Socket) Listen(backlog int) error {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	switch {
	case s.state != closed && s.state != listening, s.assoc != nil, backlog == 0 && s.state == closed:
		return syscall.EINVAL
	}
	if err := s.autobind(); err != nil {
		return err
	}
	if backlog == 0 {
		_, err := s.bound.Listen(0, nil)
		s.state = closed
		return err
	}
	if backlog < 0 || backlog > somaxconn {
		backlog = somaxconn
	}
	if s.many() {
		backlog = anyNumber
	}
	// Linux takes one more than it was told.
	l, err := s.bound.Listen(backlog+1, s.tell)
	if err != nil {
		return bindErrno(err)
	}
	s.listener, s.state = l, listening
	return nil
}

// somaxconn is the largest backlog, net.core.somaxconn.
const somaxconn = 4096

// anyNumber is the backlog of a one-to-many socket, whose associations do not wait for anybody.
const anyNumber = 1 << 20

// Accept is accept. The new socket has the options of this one.
func (s *Socket) Accept() (*Socket, error) {
	s.mu.Lock()
	defer s.unlock()
	switch {
	case s.style == linux.OneToMany:
		return nil, syscall.EOPNOTSUPP
	case s.state != listening || s.noMoreIn:
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
		bound: a.Socket(), addrs: s.addrs, named: s.named, assoc: a, mailbox: a.Mailbox(), options: s.options,
		discovers4: s.discovers4 || s.family == linux.AF_INET, ect6: s.family == linux.AF_INET6, cookie: cookies.Add(1),
	}
	n.bound.Hold()
	_, n.peer = a.Primary()
	n.local = s.localOf(a)
	n.options.kept, n.options.reusePort = s.options.kept.toChild(), false
	n.subscribed.Store(s.subscribed.Load())
	n.defaults.Store(s.defaults.Load())
	n.params.Store(s.params.Load())
	n.mailbox.SetChanged(n.tell)
	if _, ok := s.options.kept[plainKey{linux.SOL_IP, linux.IP_TOS}]; ok {
		n.setDSCP(0) // IP_TOS is one that it does not have
	}
	s.stack.all.add(n)
	if at := a.Standing(); at.Ended {
		n.state, n.noMoreIn, n.over = closed, true, true
	}
	return n
}

// peelOff makes an association of a one-to-many socket a socket of its own (RFC 6458 section 9.2). s.mu is held.
func (s *Socket) peelOff(id linux.AssocID) (*Socket, error) {
	a := s.member(id)
	if a == nil || !s.many() {
		return nil, syscall.EINVAL
	}
	box := engine.NewMailbox(true)
	if s.mailbox.Move(a, box) != nil {
		return nil, syscall.EINVAL
	}
	n := s.child(a)
	n.peeled = true
	return n, nil
}

// member returns the association that an identifier names: a socket with a single one ignores it. s.mu is held.
func (s *Socket) member(id linux.AssocID) *engine.Assoc {
	switch {
	case !s.many():
		return s.assoc
	case id < linux.FirstAssocID:
		return nil
	}
	return s.mailbox.ByID(uint32(id))
}

// members returns all associations of the socket. s.mu is held.
func (s *Socket) members() []*engine.Assoc {
	switch {
	case s.many():
		return s.mailbox.Members()
	case s.assoc != nil:
		return []*engine.Assoc{s.assoc}
	}
	return nil
}
