package sockets

import (
	"net"
	"net/netip"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/engine"
)

// address reads a socket address as the socket takes it: EINVAL answers a family that it does not have, and one that is cut short.
func (s *Socket) address(b []byte) (netip.AddrPort, error) {
	a, err := linux.ParseSockaddr(b)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return s.usable(a)
}

// usable returns the address and port of a, EINVAL if its family is none of the socket's.
func (s *Socket) usable(a linux.Sockaddr) (netip.AddrPort, error) {
	ip := a.Addr().Unmap()
	if a.Family() == linux.AF_INET6 && s.family == linux.AF_INET || ip.Is4() && s.options.v6only {
		return netip.AddrPort{}, syscall.EINVAL
	}
	return canonical(a), nil
}

// canonical is the address and port of a. v4-mapped addresses are IPv4's, and link-local ones have the zone of the interface that
// sin6_scope_id names.
func canonical(a linux.Sockaddr) netip.AddrPort {
	ip := a.Addr().Unmap()
	if ip.Is6() && ip.IsLinkLocalUnicast() && a.ScopeID != 0 {
		if i, err := net.InterfaceByIndex(int(a.ScopeID)); err == nil {
			ip = ip.WithZone(i.Name)
		}
	}
	return netip.AddrPortFrom(ip, a.Port())
}

// show appends an address as the socket's program gets to see it.
func (s *Socket) show(b []byte, a netip.AddrPort) []byte {
	return s.sockaddr(a).Append(b)
}

// sockaddr is an address as the socket's program gets to see it.
func (s *Socket) sockaddr(a netip.AddrPort) linux.Sockaddr {
	v := linux.Sockaddr{AddrPort: netip.AddrPortFrom(a.Addr().WithZone(""), a.Port())}
	if zone := a.Addr().Zone(); zone != "" {
		if i, err := net.InterfaceByName(zone); err == nil {
			v.ScopeID = uint32(i.Index)
		}
	}
	return v.ToUser(s.family, s.options.mapped)
}

// wildcard stands for all addresses of the host. An IPv6 socket may have been bound to that of IPv4, and shows that.
func (s *Socket) wildcard() netip.Addr {
	if s.family == linux.AF_INET6 && !s.wildcard4 {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// Name is getsockname.
func (s *Socket) Name() ([]byte, error) {
	s.mu.Lock()
	defer s.unlock()
	ip, port := s.wildcard(), uint16(0)
	s.follow()
	switch {
	case s.local.IsValid():
		ip = s.local
	case s.named.IsValid():
		ip = s.named
	}
	if s.bound != nil {
		port = s.bound.Port()
	}
	return s.show(nil, netip.AddrPortFrom(ip, port)), nil
}

// PeerName is getpeername.
func (s *Socket) PeerName() ([]byte, error) {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	return s.peerName()
}

// peerName is getpeername. s.mu is held.
func (s *Socket) peerName() ([]byte, error) {
	if s.peer.Port() == 0 || s.state == closed || s.state == listening && !s.many() {
		return nil, syscall.ENOTCONN
	}
	return s.show(nil, s.peer), nil
}

// Bind is bind.
func (s *Socket) Bind(addr []byte) error {
	s.mu.Lock()
	defer s.unlock()
	a, err := s.address(addr)
	switch {
	case err != nil:
		return err
	case s.bound != nil:
		return syscall.EINVAL
	case !bindable(a.Addr()):
		return syscall.EADDRNOTAVAIL
	}
	return s.bindFirst(a)
}

// bindFirst takes a port with one address, or the wildcard. s.mu is held.
func (s *Socket) bindFirst(a netip.AddrPort) error {
	var addrs []netip.Addr
	if !a.Addr().IsUnspecified() {
		addrs = []netip.Addr{a.Addr()}
	}
	if err := s.bind(addrs, a.Port()); err != nil {
		return err
	}
	s.wildcard4 = len(addrs) == 0 && a.Addr().Is4()
	return nil
}

var (
	broadcast         = netip.AddrFrom4([4]byte{255, 255, 255, 255})
	loopbackBroadcast = netip.AddrFrom4([4]byte{127, 255, 255, 255})
)

// bindable reports whether an address can be a host's.
func bindable(a netip.Addr) bool { return !a.IsMulticast() && a != broadcast && a != loopbackBroadcast }

// bind takes a port. s.mu is held.
func (s *Socket) bind(addrs []netip.Addr, port uint16) error {
	o := engine.SocketOptions{
		Port: port, Addrs: addrs, Config: s.config().Defaults(), Mail: s.mail, Shared: s.many(), Sharing: s.sharing(),
		RefuseWhenFull: true, Foreign: s.freebind(),
	}
	switch {
	case len(addrs) > 0:
	case s.family == linux.AF_INET:
		o.Family = endpoint.IPv4
	case s.options.v6only:
		o.Family = endpoint.IPv6
	}
	b, err := s.stack.engine.Bind(o)
	if err != nil {
		return bindErrno(err)
	}
	s.bound, s.addrs, s.owner = b, addrs, true
	if len(addrs) > 0 {
		s.named = addrs[0]
	}
	return nil
}

// freebind reports whether addresses may be bound that the host has not. s.mu is held.
func (s *Socket) freebind() bool {
	return s.plainValue(linux.SOL_IP, linux.IP_FREEBIND) != 0 || s.plainValue(linux.SOL_IP, linux.IP_TRANSPARENT) != 0 ||
		s.plainValue(linux.SOL_IPV6, linux.IPV6_FREEBIND) != 0
}

// mail gives an association that a peer sets up its mailbox: the socket's, or what will be its own socket's when it is accepted.
func (s *Socket) mail() (*engine.Mailbox, engine.Filter) {
	if s.many() { // which never changes while peers can set something up
		return s.mailbox, s.newSubscriber()
	}
	return engine.NewMailbox(true), s.newSubscriber()
}

// autobind takes any port. s.mu is held.
func (s *Socket) autobind() error {
	if s.bound != nil {
		return nil
	}
	if s.bind(nil, 0) != nil {
		return syscall.EAGAIN
	}
	return nil
}
