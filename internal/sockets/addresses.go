package sockets

import (
	"net/netip"
	"slices"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// addressOptions are about the addresses of both sides.
var addressOptions = table{
	linux.SCTP_I_WANT_MAPPED_V4_ADDR: flag(func(o *options) *bool { return &o.mapped }),
	linux.SCTP_PRIMARY_ADDR:          of(setPrimaryAddr, getPrimaryAddr),
	linux.SCTP_GET_PEER_ADDRS:        of(nil, getPeerAddrs),
	linux.SCTP_GET_LOCAL_ADDRS:       of(nil, getLocalAddrs),
	linux.SCTP_REUSE_PORT:            of(setReusePort, getReusePort),
}

// addresses reads a packed array of socket addresses of one port. s.mu is held.
func (s *Socket) addresses(b []byte) (all []netip.AddrPort, err error) {
	list, err := linux.ParseSockaddrs(b)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		to, err := s.usable(a)
		if err != nil || to.Port() != list[0].Port() {
			return nil, syscall.EINVAL
		}
		all = append(all, to)
	}
	return all, nil
}

// hasRepeated reports whether an address is listed twice.
func hasRepeated(all []netip.AddrPort) bool {
	for i, a := range all {
		if slices.Contains(all[:i], a) {
			return true
		}
	}
	return false
}

// connectx is sctp_connectx (RFC 6458 section 9.9): EINPROGRESS, with the identifier of the association, when it has begun. s.mu is held.
func (s *Socket) connectx(value []byte) (linux.AssocID, error) {
	to, err := s.addresses(value)
	if err != nil {
		return 0, err
	}
	if !s.many() && s.state != closed {
		return 0, syscall.EISCONN
	}
	if hasRepeated(to) {
		return 0, syscall.EADDRNOTAVAIL
	}
	id, err := s.beginConnect(to)
	if a := s.connect.assoc; err == syscall.EINPROGRESS && a != nil {
		if sub, ok := a.Filter().(*subscriber); ok {
			sub.named.Store(true)
		}
	}
	return id, err
}

// setAddresses does the options whose value is an array of addresses. s.mu is held.
func (s *Socket) setAddresses(o *linux.Option, value []byte) (result int, err error) {
	if err := o.CheckSet(len(value), s.style, 0); err != nil {
		return 0, err
	}
	switch o.Number {
	case linux.SCTP_SOCKOPT_BINDX_ADD:
		return 0, s.bindxAdd(value)
	case linux.SCTP_SOCKOPT_BINDX_REM:
		return 0, s.bindxRemove(value)
	case linux.SCTP_SOCKOPT_CONNECTX_OLD:
		_, err := s.connectx(value)
		return 0, err
	case linux.SCTP_SOCKOPT_CONNECTX:
		id, err := s.connectx(value)
		return int(id), err
	}
	return 0, syscall.ENOPROTOOPT
}

// byAddress returns the association that an address and an identifier name, and the path to that address. EINVAL answers what is not
// one of the peer's addresses, and an identifier of another association; on a one-to-many socket the address is enough. s.mu is held.
func (s *Socket) byAddress(id linux.AssocID, address *linux.Storage) (*engine.Assoc, *assoc.PathStatus, error) {
	sa, err := address.Sockaddr()
	if err != nil || s.bound == nil {
		return nil, nil, syscall.EINVAL
	}
	at := canonical(sa)
	a := s.bound.Find(at)
	if a == nil || a.Mailbox() != s.mailbox || s.member(id) != nil && s.member(id) != a {
		return nil, nil, syscall.EINVAL
	}
	paths := a.Status().Paths
	for i := range paths {
		if paths[i].Path.Remote == at.Addr() {
			return a, &paths[i], nil
		}
	}
	return nil, nil, syscall.EINVAL
}

// getPeerAddrInfo is SCTP_GET_PEER_ADDR_INFO.
func getPeerAddrInfo(s *Socket, v *linux.PaddrInfo) error {
	a, p, err := s.byAddress(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	*v = s.pathInfo(a, p)
	v.AssocID = assocID(a)
	if v.State == linux.SCTP_PF && s.paramsOf(a).exposure == exposureOff {
		return syscall.EACCES
	}
	return nil
}

// setPrimaryAddr is SCTP_PRIMARY_ADDR.
func setPrimaryAddr(s *Socket, v *linux.Prim) error {
	a, p, err := s.byAddress(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	if a.SetPrimary(p.Path.Remote) != nil {
		return syscall.EINVAL
	}
	if !p.Primary {
		a.Post(assoc.PeerAddrChange{State: assoc.AddrMadePrimary, Addr: p.Path.Remote})
	}
	return nil
}

func getPrimaryAddr(s *Socket, v *linux.Prim) error {
	a := s.member(v.AssocID)
	if a == nil {
		return syscall.EINVAL
	}
	_, primary := a.Primary()
	v.Address.Set(s.sockaddr(primary))
	return nil
}
