package intercept

import "github.com/gosctp/sctp/internal/sockets"

// Sockets makes a [Stack] of the sockets of package sockets, which is one with [Files].
func Sockets(s *sockets.Stack) Stack { return socketsStack{s} }

type socketsStack struct{ *sockets.Stack }

func (s socketsStack) Socket(family, typ, protocol int) (Socket, error) {
	return joined(s.Stack.Socket(family, typ, protocol))
}

// socketsSocket is a socket whose methods return interfaces where those of package sockets return its own types.
type socketsSocket struct{ *sockets.Socket }

// joined keeps a socket that there is not from becoming one that is not nil.
func joined(s *sockets.Socket, err error) (Socket, error) {
	if s == nil {
		return nil, err
	}
	return socketsSocket{s}, err
}

func (s socketsSocket) Accept() (Socket, error) { return joined(s.Socket.Accept()) }

func (s socketsSocket) Send(m *Msg) (Sent, error) {
	v := sockets.Msg(*m)
	sent, err := s.Socket.Send(&v)
	m.N = v.N
	if err != nil {
		return nil, err
	}
	return sent, nil
}

func (s socketsSocket) Receive(m *Msg) (Received, error) {
	v := sockets.Msg(*m)
	got, err := s.Socket.Receive(&v)
	*m = Msg(v)
	if err != nil {
		return nil, err
	}
	return got, nil
}

func (s socketsSocket) Option(level, name int, value []byte) (out []byte, result int, accepted Socket, err error) {
	out, result, peeled, err := s.Socket.Option(level, name, value)
	accepted, err = joined(peeled, err)
	return out, result, accepted, err
}

func (s socketsSocket) Ready() Readiness { return Readiness(s.Socket.Ready()) }
