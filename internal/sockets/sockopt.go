package sockets

import (
	"bytes"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// SetOption is setsockopt.
func (s *Socket) SetOption(level, name int, value []byte) (result int, err error) {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	switch {
	case level == linux.SOL_SOCKET:
		return 0, s.setSocketOption(name, value)
	case level == linux.SOL_IP:
		return 0, s.setIP(name, value)
	case level == linux.SOL_IPV6 && s.family == linux.AF_INET6:
		return 0, s.setIPv6(name, value)
	}
	o := linux.Lookup(level, name)
	switch {
	case o == nil:
		return 0, syscall.ENOPROTOOPT
	case o.Value == nil && o.Set.Possible():
		return s.setAddresses(o, value)
	}
	return 0, s.setSCTP(o, value)
}

// Option is getsockopt. value is the program's buffer with what is in it.
func (s *Socket) Option(level, name int, value []byte) (out []byte, result int, accepted *Socket, err error) {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	if !s.hasRoute && s.many() {
		s.heard()
	}
	switch {
	case level == linux.SOL_SOCKET:
		out, err = s.socketOption(name, len(value))
		return out, 0, nil, err
	case level == linux.SOL_IP:
		out, err = s.getIP(name, len(value))
		return out, 0, nil, err
	case level == linux.SOL_IPV6 && s.family == linux.AF_INET6:
		out, err = s.getIPv6(name, len(value))
		return out, 0, nil, err
	case level != linux.SOL_SCTP && s.family == linux.AF_INET:
		return nil, 0, nil, syscall.EOPNOTSUPP
	}
	o := linux.Lookup(level, name)
	switch {
	case o == nil:
		return nil, 0, nil, syscall.ENOPROTOOPT
	case o.Number == linux.SCTP_SOCKOPT_PEELOFF, o.Number == linux.SCTP_SOCKOPT_PEELOFF_FLAGS:
		return s.optionPeelOff(o, value)
	}
	out, err = s.getSCTP(o, value)
	return out, 0, nil, err
}

// optionPeelOff answers SCTP_SOCKOPT_PEELOFF, and the same with flags, with the new socket; the descriptor in the struct is the caller's to
// fill in, and flags are for that descriptor. s.mu is held.
func (s *Socket) optionPeelOff(o *linux.Option, value []byte) (out []byte, result int, accepted *Socket, err error) {
	n, err := o.CheckGet(len(value), s.style, 0)
	if err != nil {
		return nil, 0, nil, err
	}
	var v linux.PeelOff // which the one with flags begins with
	if err := linux.Parse(value[:n], &v); err != nil {
		return nil, 0, nil, err
	}
	if accepted, err = s.peelOff(v.AssocID); err != nil {
		return nil, 0, nil, err
	}
	return bytes.Clone(value[:n]), 0, accepted, nil
}

// reconfigure has options that have changed count for the associations that peers will set up. s.mu is held.
func (s *Socket) reconfigure() {
	if s.owner && s.bound != nil {
		s.bound.Configure(s.config())
	}
}

func number(on bool) int {
	if on {
		return 1
	}
	return 0
}
