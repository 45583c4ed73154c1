package sockets

import (
	"errors"
	"net/netip"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
)

// asconfOptions are those of RFC 5061.
var asconfOptions = table{
	linux.SCTP_AUTO_ASCONF:           of(setAutoASCONF, getAutoASCONF),
	linux.SCTP_SET_PEER_PRIMARY_ADDR: of(setPeerPrimaryAddr, nil),
}

// setAsconfSupported is for associations to come. ASCONF wants its chunks authenticated.
func setAsconfSupported(s *Socket, v *linux.AssocValue) error {
	if _, err := s.source(v.AssocID); err != nil {
		return err
	}
	s.options.ext.asconf = v.Value != 0
	s.changeFuture(func(d *defaults) {
		if d.auth.on {
			d.auth.enable(s.options.ext.asconf)
		}
	})
	s.reconfigure()
	return nil
}

func getAsconfSupported(s *Socket, v *linux.AssocValue) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	v.Value = uint32(number(a == nil && s.options.ext.asconf || a != nil && s.uses(a, assoc.DynamicAddresses)))
	return nil
}

// boundToAll reports whether the socket has all addresses of the host, those that come later too. s.mu is held.
func (s *Socket) boundToAll() bool { return s.bound != nil && len(s.addrs) == 0 }

// setAutoASCONF is for sockets with all addresses.
func setAutoASCONF(s *Socket, v *linux.Int) error {
	if *v != 0 && !s.boundToAll() {
		return syscall.EINVAL
	}
	s.options.ext.autoASCONF = *v != 0
	for _, a := range s.members() {
		a.SetAutoASCONF(*v != 0)
	}
	s.reconfigure()
	return nil
}

func getAutoASCONF(s *Socket, v *linux.Int) error {
	*v = linux.Int(number(s.options.ext.autoASCONF && s.boundToAll()))
	return nil
}

// setPeerPrimaryAddr asks a peer to send to an address of this side first (RFC 6458 section 8.3.1). It does not wait for the answer. An address
// with another port than the socket's is not one of its own, even where both sides have the same IP address; port 0 does not stand for it here.
func setPeerPrimaryAddr(s *Socket, v *linux.SetPeerPrim) error {
	a := s.member(v.AssocID)
	if a == nil {
		return syscall.EINVAL
	}
	status := a.Status()
	switch {
	case !status.Extensions.Has(assoc.DynamicAddresses):
		return syscall.EPERM
	case status.State != assoc.StateEstablished:
		return syscall.ENOTCONN
	}
	addr, err := v.Address.Sockaddr()
	if err != nil {
		return syscall.EINVAL
	}
	at, err := s.usable(addr)
	switch {
	case err != nil:
		return err
	case at.Port() != s.bound.Port():
		return syscall.EADDRNOTAVAIL
	}
	switch err := a.BeginChangeAddrs(assoc.AddrChange{Primary: at.Addr()}); {
	case errors.Is(err, assoc.ErrNotNegotiated):
		return syscall.EPERM
	case errors.Is(err, assoc.ErrReconfigBusy):
		return syscall.EAGAIN
	case err != nil:
		return syscall.EADDRNOTAVAIL
	}
	return nil
}

// announce tells the peers of associations that can be told of addresses that the socket has got or lost. What one of them has, or has not, before
// it is told nothing of, as in Linux. s.mu is held.
func (s *Socket) announce(addrs []netip.Addr, added bool) {
	if !s.options.ext.asconf {
		return
	}
	for _, a := range s.members() {
		c := assoc.AddrChange{Remove: addrs}
		if added {
			c = assoc.AddrChange{Add: addrs}
		}
		_ = a.BeginChangeAddrs(c) // what is refused leaves the association as it is
	}
}
