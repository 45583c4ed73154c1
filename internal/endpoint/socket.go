package endpoint

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
)

// Family restricts a socket to one address family.
type Family uint8

const (
	AnyFamily Family = iota
	IPv4
	IPv6
)

// Socket is a bound port.
type Socket struct {
	Port uint16
	// Addrs are the bound addresses; empty for all of the host's of Family.
	Addrs  []netip.Addr
	Family Family
	// Config is for associations that peers set up; it must have its defaults.
	Config assoc.Config
	// Backlog bounds how many accepted associations wait for Endpoint.Taken; 0 does not listen.
	Backlog int
	// User is the driver's.
	User any

	waiting int
}

// takesFamily reports whether the socket can use an address of a's family.
func (s *Socket) takesFamily(a netip.Addr) bool {
	switch s.Family {
	case IPv4:
		return a.Is4()
	case IPv6:
		return a.Is6()
	case AnyFamily:
	}
	return true
}

// takes reports whether a packet to the local address a can be for the socket. An invalid a is of a carrier that does not tell.
func (s *Socket) takes(a netip.Addr) bool {
	if !a.IsValid() {
		return true
	}
	if len(s.Addrs) > 0 {
		return slices.Contains(s.Addrs, a)
	}
	return s.takesFamily(a)
}

// overlaps reports whether two sockets of one port would contend for an address.
func (s *Socket) overlaps(t *Socket) bool {
	switch {
	case len(s.Addrs) == 0 && len(t.Addrs) == 0:
		return s.Family == AnyFamily || t.Family == AnyFamily || s.Family == t.Family
	case len(s.Addrs) == 0:
		return slices.ContainsFunc(t.Addrs, s.takesFamily)
	}
	return slices.ContainsFunc(s.Addrs, t.takes)
}

// Bind adds a socket. It refuses a port that is taken on one of the same addresses.
func (e *Endpoint) Bind(s *Socket) error {
	if s.Port == 0 {
		return fmt.Errorf("port 0 cannot be bound: choose one first")
	}
	for _, t := range e.sockets[s.Port] {
		if s.overlaps(t) {
			return fmt.Errorf("%w: %d", ErrPortInUse, s.Port)
		}
	}
	e.sockets[s.Port] = append(e.sockets[s.Port], s)
	return nil
}

// Unbind removes a socket; its associations stay.
func (e *Endpoint) Unbind(s *Socket) {
	rest := slices.DeleteFunc(e.sockets[s.Port], func(t *Socket) bool { return t == s })
	if len(rest) == 0 {
		delete(e.sockets, s.Port)
		return
	}
	e.sockets[s.Port] = rest
}

// socket returns the one bound to a port on a local address; nil if there is none.
func (e *Endpoint) socket(port uint16, local netip.Addr) *Socket {
	for _, s := range e.sockets[port] {
		if s.takes(local) {
			return s
		}
	}
	return nil
}
