package sockets

import (
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// asconfOptions are those of RFC 5061. The settings are kept and shown; no association has it in use yet, so no peer can be asked for anything.
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
	v.Value = uint32(number(a == nil && s.options.ext.asconf))
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
	return nil
}

func getAutoASCONF(s *Socket, v *linux.Int) error {
	*v = linux.Int(number(s.options.ext.autoASCONF && s.boundToAll()))
	return nil
}

// setPeerPrimaryAddr has nobody to ask: EPERM is what Linux answers when the peer has no ASCONF.
func setPeerPrimaryAddr(s *Socket, v *linux.SetPeerPrim) error {
	if s.member(v.AssocID) == nil {
		return syscall.EINVAL
	}
	return syscall.EPERM
}
