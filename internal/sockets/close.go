package sockets

import (
	"syscall"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// Ways of Shutdown.
const (
	shutRD = iota
	shutWR
	shutRDWR
)

// Shutdown is shutdown. Of a one-to-one socket, SHUT_WR ends the association for both directions, since SCTP has no half-closed ones (RFC
// 9260 section 9.2).
func (s *Socket) Shutdown(how int) error {
	if how < shutRD || how > shutRDWR {
		return syscall.EINVAL
	}
	s.mu.Lock()
	s.follow()
	if s.many() && s.state == listening && how != shutWR {
		s.unlock()
		return syscall.EOPNOTSUPP // Linux takes it for a wish to disconnect
	}
	var err error
	if s.state == closed {
		err = syscall.ENOTCONN
	}
	if how != shutWR {
		s.noMoreIn = true
		s.mailbox.Deafen()
	}
	s.noMoreOut = s.noMoreOut || how != shutRD
	if how != shutRD && s.style == linux.OneToOne && s.assoc != nil && err == nil {
		s.state = closing
		s.assoc.BeginShutdown()
	}
	s.news.Store(true)
	s.unlock()
	return err
}

// lingering bounds a shutdown that nobody waits for. The core's T5-shutdown-guard is shorter.
const lingering = time.Hour

// Close is close of the last descriptor. What was sent is still delivered, unless SO_LINGER says otherwise; if there was something to read, the
// peer hears ABORT, since it shall not believe that it was read.
func (s *Socket) Close() {
	s.mu.Lock()
	defer s.unlock()
	if s.closed {
		return
	}
	s.follow()
	s.closed = true
	s.stack.all.remove(s)
	s.changed = nil
	linger := lingering
	if s.mailbox.Unread() || s.options.linger == (linux.Linger{On: 1}) {
		linger = 0
	}
	for _, a := range s.members() {
		a.Leave(linger)
	}
	if s.listener != nil {
		for a := s.listener.TryAccept(); a != nil; a = s.listener.TryAccept() {
			a.Leave(lingering)
		}
	}
	switch {
	case s.bound == nil:
	case s.owner:
		_ = s.bound.Close() // it is closed once
	default:
		s.bound.Unhold()
	}
}
