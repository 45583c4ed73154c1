package sockets

import (
	"net/netip"
	"syscall"

	"github.com/gosctp/sctp/internal/engine"
)

// Connect is connect. It answers EINPROGRESS when it has begun.
func (s *Socket) Connect(addr []byte) error {
	s.mu.Lock()
	defer s.unlock()
	to, err := s.address(addr)
	if err != nil {
		return err
	}
	s.follow()
	switch {
	case s.state != closed:
		return syscall.EISCONN
	case s.assoc != nil:
		return syscall.EALREADY
	case to.Port() == 0 || to.Addr().IsMulticast() || to.Addr() == broadcast:
		return syscall.EINVAL
	}
	if err := s.autobind(); err != nil {
		return err
	}
	return s.begin(to)
}

// begin begins the association of a one-to-one socket. s.mu is held.
func (s *Socket) begin(to netip.AddrPort) error {
	ip := to.Addr()
	if ip.IsUnspecified() { // Linux, as with TCP, takes that for this host
		ip = loopback(ip)
	}
	e := s.stack.engine
	peer := engine.Peer{Addrs: []netip.Addr{ip}, Port: to.Port(), EncapPort: e.PeerEncapPort(ip, to.Port())}
	a, err := s.bound.BeginWithMailbox(s.config(), peer, s.mailbox, newSubscriber(subscription(s.subscribed.Load())))
	if err != nil {
		return beginErrno(err)
	}
	s.assoc, s.connect, s.peer = a, connection{under: true}, netip.AddrPortFrom(ip, to.Port())
	return syscall.EINPROGRESS
}

func loopback(any netip.Addr) netip.Addr {
	if any.Is4() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
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
