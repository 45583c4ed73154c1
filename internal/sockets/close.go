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
	var err error
	switch {
	case s.state == closed:
		err = syscall.ENOTCONN
	case s.state == listening && how == shutWR:
	case s.state == listening:
		s.bound.Listen(0, nil)
		s.state = closed
	}
	s.noMoreIn = s.noMoreIn || how != shutWR
	s.noMoreOut = s.noMoreOut || how != shutRD
	if how != shutRD && s.state != listening && s.assoc != nil && err == nil {
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
	s.changed = nil
	if s.assoc != nil {
		if s.mailbox.Unread() || s.options.linger == (linux.Linger{On: 1}) {
			s.assoc.Leave(0)
		} else {
			s.assoc.Leave(lingering)
		}
	}
	if s.owner && s.bound != nil {
		_ = s.bound.Close() // it is closed once
	}
}
