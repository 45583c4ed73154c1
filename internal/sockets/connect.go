package sockets

import (
	"net/netip"
	"slices"
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
	_, err = s.beginConnect([]netip.AddrPort{to})
	return err
}

// beginConnect is what the ways to connect have in common. s.mu is held.
func (s *Socket) beginConnect(to []netip.AddrPort) (linux.AssocID, error) {
	if to[0].Port() == 0 && connectable(to) {
		return 0, s.refuse()
	}
	a, err := s.begin(to, s.config())
	if err != nil {
		return 0, err
	}
	a.Start()
	s.connect = connection{under: true, assoc: a}
	s.peer, s.local = to[0], s.localOf(a)
	s.spoke(a)
	return assocID(a), syscall.EINPROGRESS
}

// refuse connects to port 0. No packet is for that port (RFC 9260 section 3.1), but Linux sends one and is refused by the peer.
func (s *Socket) refuse() error {
	if err := s.autobind(); err != nil {
		return err
	}
	s.connect = connection{err: syscall.ECONNREFUSED}
	if !s.many() {
		s.err = syscall.ECONNREFUSED
	}
	s.news.Store(true)
	return syscall.EINPROGRESS
}

// connectable reports whether there can be peers at these addresses. Link-local ones of IPv6 are somewhere only with an interface.
func connectable(to []netip.AddrPort) bool {
	return !slices.ContainsFunc(to, func(a netip.AddrPort) bool {
		ip := a.Addr()
		return ip.IsUnspecified() || !bindable(ip) || ip.Is6() && ip.IsLinkLocalUnicast() && ip.Zone() == ""
	})
}

// begin prepares an association with a peer of one or more addresses, which the caller starts. s.mu is held.
func (s *Socket) begin(to []netip.AddrPort, c assoc.Config) (*engine.Assoc, error) {
	if to[0].Port() == 0 || !connectable(to) {
		return nil, syscall.EINVAL
	}
	if err := s.autobind(); err != nil {
		return nil, err
	}
	if !s.inScope(to[0].Addr()) {
		return nil, syscall.ENETUNREACH
	}
	peer := engine.Peer{Port: to[0].Port(), EncapPort: s.stack.engine.PeerEncapPort(to[0].Addr(), to[0].Port())}
	if port := s.params.Load().path.encapPort; port != 0 && s.stack.encapsulated() {
		peer.EncapPort = port
	}
	for _, a := range to {
		if other := s.bound.Find(a); other != nil {
			if s.many() && other.Mailbox() != s.mailbox {
				return nil, syscall.EADDRNOTAVAIL // it was peeled off
			}
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

// scope is how far an address reaches, as Linux ranks it: the less, the farther.
type scope uint8

const (
	globalScope scope = iota
	privateScope
	linkScope
	loopbackScope
)

func scopeOf(a netip.Addr) scope {
	switch {
	case a.IsLoopback():
		return loopbackScope
	case a.IsLinkLocalUnicast():
		return linkScope
	case a.Is4() && a.IsPrivate():
		return privateScope
	}
	return globalScope
}

// scopePolicies are what net.sctp.addr_scope_policy stands for.
var scopePolicies = [...]assoc.ScopePolicy{assoc.LinuxScopesOff, assoc.LinuxScopes, assoc.LinuxScopesAndPrivate, assoc.LinuxScopesAndLink}

// inScope reports whether the socket has an address that reaches as far as a peer's, as net.sctp.addr_scope_policy has it. For what is
// global, an address of a link will do. s.mu is held.
func (s *Socket) inScope(peer netip.Addr) bool {
	far, policy := scopeOf(peer), scopePolicies[s.stack.sysctls().AddrScopePolicy]
	if far == globalScope {
		far = linkScope
	}
	addrs := s.addrs
	if len(addrs) == 0 {
		addrs = s.stack.engine.LocalAddrs()
	}
	return policy == assoc.LinuxScopesOff || slices.ContainsFunc(addrs, func(a netip.Addr) bool {
		switch of := scopeOf(a); of {
		case privateScope:
			return of <= far || policy == assoc.LinuxScopesAndPrivate
		case linkScope:
			return of <= far || policy == assoc.LinuxScopesAndLink
		default:
			return of <= far
		}
	})
}
