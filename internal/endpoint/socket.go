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

// Sharing is how a socket can have a port and an address that another one has, too.
type Sharing struct {
	// Reuse: with sockets that allow it as well, of which one at most listens.
	Reuse bool
	// Balance: with sockets that allow it as well and have the same Group. If several listen, each gets some of the peers.
	Balance bool
	Group   uint32
}

// allows reports whether s may be bound where t is, or listen there.
func (s *Socket) allows(t *Socket) bool {
	a, b := &s.Sharing, &t.Sharing
	return a.Reuse && b.Reuse && t.Backlog == 0 || a.Balance && b.Balance && a.Group == b.Group
}

// Socket is a bound port.
type Socket struct {
	Port uint16
	// Addrs are the bound addresses; empty for all of the host's of Family.
	Addrs  []netip.Addr
	Family Family
	// Config is for associations that peers set up, which share it; it must have its defaults, and is not changed in place.
	Config *assoc.Config
	// Backlog bounds how many accepted associations wait for Endpoint.Taken; 0 does not listen. It changes by Endpoint.Listen.
	Backlog int
	// Sharing says which other sockets may have the same port and address.
	Sharing Sharing
	// RefuseWhenFull: an INIT for which there is no room in the backlog is answered with ABORT. Otherwise the peer tries again.
	RefuseWhenFull bool
	// User is the driver's.
	User any

	waiting int
}

// reach is where packets have to arrive: at one of addrs, or if there are none, at any address of the family.
type reach struct {
	addrs  []netip.Addr
	family Family
	// left are addresses that one association does without, though its socket has them.
	left []netip.Addr
}

func (s *Socket) reach() reach { return reach{addrs: s.Addrs, family: s.Family} }

// takesFamily reports whether an address of a's family can be used.
func (r reach) takesFamily(a netip.Addr) bool {
	switch r.family {
	case IPv4:
		return a.Is4()
	case IPv6:
		return a.Is6()
	case AnyFamily:
	}
	return true
}

// takes reports whether a packet to the local address a can be meant. An invalid a is of a carrier that does not tell.
func (r reach) takes(a netip.Addr) bool {
	if !a.IsValid() {
		return true
	}
	if slices.Contains(r.left, a) {
		return false
	}
	if len(r.addrs) > 0 {
		return slices.Contains(r.addrs, a)
	}
	return r.takesFamily(a)
}

// overlaps reports whether sockets of one port would contend for an address.
func (r reach) overlaps(t reach) bool {
	switch {
	case len(r.addrs) == 0 && len(t.addrs) == 0:
		return r.family == AnyFamily || t.family == AnyFamily || r.family == t.family
	case len(r.addrs) == 0:
		return slices.ContainsFunc(t.addrs, r.takesFamily)
	}
	return slices.ContainsFunc(r.addrs, t.takes)
}

// Bind adds a socket. It refuses a port that is taken on one of the same addresses, unless both sockets share.
func (e *Endpoint) Bind(s *Socket) error {
	if s.Port == 0 {
		return fmt.Errorf("port 0 cannot be bound: choose one first")
	}
	if err := e.free(s, s.reach()); err != nil {
		return err
	}
	e.sockets[s.Port] = append(e.sockets[s.Port], s)
	return nil
}

// free reports a socket of the port of s that contends with it at some of the addresses of at.
func (e *Endpoint) free(s *Socket, at reach) error {
	for _, t := range e.sockets[s.Port] {
		if t != s && at.overlaps(t.reach()) && !s.allows(t) {
			return fmt.Errorf("%w: %d", ErrPortInUse, s.Port)
		}
	}
	return nil
}

// Rebind gives a bound socket other addresses. Its associations keep theirs.
func (e *Endpoint) Rebind(s *Socket, addrs []netip.Addr) error {
	if err := e.free(s, reach{addrs: addrs, family: s.Family}); err != nil {
		return err
	}
	s.Addrs = addrs
	return nil
}

// Listen changes the backlog of a bound socket. To begin to listen is refused where another socket does, unless both balance.
func (e *Endpoint) Listen(s *Socket, backlog int) error {
	if backlog > 0 && s.Backlog == 0 {
		if err := e.free(s, s.reach()); err != nil {
			return err
		}
	}
	s.Backlog = backlog
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

// bound reports whether a port is.
func (e *Endpoint) bound(port uint16) bool { return len(e.sockets[port]) > 0 }

// listener returns the socket that a peer who comes along r to a local address meets; nil if none listens. Of several, each peer always
// meets the same.
func (e *Endpoint) listener(r route, local netip.Addr) *Socket {
	n := 0
	for _, s := range e.sockets[r.port] {
		if s.listensAt(local) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	i := int(r.hash() % uint32(n))
	for _, s := range e.sockets[r.port] {
		if !s.listensAt(local) {
			continue
		}
		if i == 0 {
			return s
		}
		i--
	}
	return nil
}

func (s *Socket) listensAt(local netip.Addr) bool { return s.Backlog > 0 && s.reach().takes(local) }
