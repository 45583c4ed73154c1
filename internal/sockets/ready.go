package sockets

import "github.com/gosctp/sctp/internal/abi/linux"

// Readiness is what poll shows.
type Readiness struct {
	In, Out, RdHup, Hup bool
	// Err is the pending error, nil if there is none.
	Err error
	// Arrivals grows with every message, notification and connection: an edge for an edge-triggered epoll.
	Arrivals uint64
}

// Ready is poll. A listening socket is never ready to send, and one that is not connected is not either.
func (s *Socket) Ready() Readiness {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	if s.state == listening && s.style == linux.OneToOne {
		return Readiness{In: s.listener.Waiting() > 0, Arrivals: s.listener.Arrivals()}
	}
	r := Readiness{RdHup: s.noMoreIn, Hup: s.noMoreIn && s.noMoreOut, Arrivals: s.mailbox.Arrivals()}
	if s.err != 0 {
		r.Err = s.err
	}
	_, some := s.mailbox.Next(nil)
	r.In = some && !s.reading || s.noMoreIn
	switch {
	case s.many():
		r.Out = s.full == nil || s.full.Room(s.sendLimit(s.full))
	case s.state != closed:
		r.Out = s.assoc == nil || s.assoc.Room(s.sendLimit(s.assoc))
	}
	return r
}
