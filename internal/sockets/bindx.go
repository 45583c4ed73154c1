package sockets

import (
	"net/netip"
	"slices"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// bindxAdd is sctp_bindx with SCTP_BINDX_ADD_ADDR (RFC 6458 section 9.1). Linux binds one address after the other, and takes them back if one
// of them cannot be had; the only address of a socket it cannot take back. Associations keep the addresses that they began with, unless both
// sides can change them (RFC 5061). s.mu is held.
func (s *Socket) bindxAdd(value []byte) error {
	list, err := linux.ParseSockaddrs(value)
	if err != nil {
		return err
	}
	before := len(s.addrs)
	for i, a := range list {
		if err := s.bindOne(a); err != nil {
			_ = s.removeAll(list[:i])
			return err
		}
	}
	s.announce(slices.Clone(s.addrs[before:]), true)
	return nil
}

// bindxRemove is sctp_bindx with SCTP_BINDX_REM_ADDR. s.mu is held.
func (s *Socket) bindxRemove(value []byte) error {
	list, err := linux.ParseSockaddrs(value)
	if err != nil {
		return err
	}
	before := s.addrs
	if err := s.removeAll(list); err != nil {
		return err
	}
	s.announce(slices.DeleteFunc(slices.Clone(before), func(a netip.Addr) bool { return slices.Contains(s.addrs, a) }), false)
	return nil
}

// bindOne binds one more address, or the first.
func (s *Socket) bindOne(a linux.Sockaddr) error {
	to, err := s.usable(a)
	switch {
	case err != nil:
		return err
	case s.bound == nil && !bindable(to.Addr()):
		return syscall.EADDRNOTAVAIL
	case s.bound == nil:
		return s.bindFirst(to)
	case to.Port() != 0 && to.Port() != s.bound.Port(), len(s.addrs) == 0, to.Addr().IsUnspecified(), slices.Contains(s.addrs, to.Addr()):
		return syscall.EINVAL
	case !bindable(to.Addr()):
		return syscall.EADDRNOTAVAIL
	}
	if err := s.rebind(append(slices.Clip(s.addrs), to.Addr())); err != nil {
		return err
	}
	s.named = to.Addr()
	return nil
}

// rebind changes the addresses of a bound socket. An accepted one has those of its association, and not its listener's.
func (s *Socket) rebind(addrs []netip.Addr) error {
	if !s.owner {
		s.addrs = addrs
		return nil
	}
	if err := s.bound.Rebind(addrs); err != nil {
		return bindErrno(err)
	}
	s.addrs = addrs
	return nil
}

// removeAll removes addresses, all of them or none. One has to be left.
func (s *Socket) removeAll(list []linux.Sockaddr) error {
	rest := s.addrs
	for _, a := range list {
		if len(rest) < 2 {
			return syscall.EBUSY
		}
		to, err := s.usable(a)
		i := slices.Index(rest, to.Addr())
		switch {
		case err != nil:
			return err
		case !bindable(to.Addr()):
			return syscall.EADDRNOTAVAIL
		case to.Port() != 0 && to.Port() != s.bound.Port(), i < 0:
			return syscall.EINVAL
		}
		rest = slices.Concat(rest[:i], rest[i+1:])
	}
	if len(rest) == len(s.addrs) {
		return nil
	}
	return s.rebind(rest)
}

// setReusePort is SCTP_REUSE_PORT (RFC 6458 section 8.1.27), before the socket is bound.
func setReusePort(s *Socket, v *linux.Int) error {
	if s.bound != nil {
		return syscall.EFAULT
	}
	s.options.reusePort = *v != 0
	return nil
}

func getReusePort(s *Socket, v *linux.Int) error {
	*v = linux.Int(number(s.options.reusePort))
	return nil
}
