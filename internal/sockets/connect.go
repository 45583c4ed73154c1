package sockets

import (
	"net/netip"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// Connect is connect. It answers EINPROGRESS when it has begun.
func (s *Socket) Connect(addr []byte) error {
	s.mu.Lock()
	defer s.unlock()
	if len(addr) >= 2 && linux.Family(addr) == linux.AF_UNSPEC {
		return syscall.EOPNOTSUPP // SCTP does not disconnect
	}
	to, err := s.address(addr)
	if err != nil {
		return err
	}
	s.follow()
	if !s.many() {
		switch {
		case s.state != closed:
			return syscall.EISCONN
		case s.assoc != nil:
			return syscall.EALREADY
		}
	}
	a, err := s.begin([]netip.AddrPort{to}, s.config())
	if err != nil {
		return err
	}
	s.connect = connection{under: true, assoc: a}
	return syscall.EINPROGRESS
}

// begin begins an association with a peer of one or more addresses. s.mu is held.
func (s *Socket) begin(to []netip.AddrPort, c assoc.Config) (*engine.Assoc, error) {
	for _, a := range to {
		if a.Port() == 0 || a.Addr().IsUnspecified() || a.Addr().IsMulticast() || a.Addr() == broadcast {
			return nil, syscall.EINVAL
		}
	}
	if err := s.autobind(); err != nil {
		return nil, err
	}
	peer := engine.Peer{Port: to[0].Port(), EncapPort: s.stack.engine.PeerEncapPort(to[0].Addr(), to[0].Port())}
	for _, a := range to {
		if other := s.bound.Find(a); other != nil {
			return nil, existsErrno(other)
		}
		peer.Addrs = append(peer.Addrs, a.Addr())
	}
	a, err := s.bound.BeginWithMailbox(c, peer, s.mailbox, s.newSubscriber())
	if err != nil {
		return nil, beginErrno(err)
	}
	if !s.many() {
		s.assoc, s.peer = a, to[0]
	}
	return a, nil
}

// existsErrno is why no other association with the peer of a can begin.
func existsErrno(a *engine.Assoc) error {
	if a.Standing().Up {
		return syscall.EISCONN
	}
	return syscall.EALREADY
}

// ConnectResult says what came of Connect: EAGAIN until that is known, nil or why it failed.
func (s *Socket) ConnectResult() error {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	if s.connect.under {
		return syscall.EAGAIN
	}
	return s.connect.err
}
