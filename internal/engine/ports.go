package engine

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/transport"
)

// firstEphemeral is the first of the ports that are picked for sockets that ask for none (RFC 6335 section 6).
const firstEphemeral = 49152

// PortTable arbitrates SCTP ports between the processes of this host.
type PortTable interface {
	// Claim takes port on addrs (all of the host's if empty) from the other processes, or some free port if it is 0.
	Claim(port uint16, addrs []netip.Addr) (PortClaim, error)
	// AwaitOOTB returns true when this process has become the one to answer out-of-the-blue packets to ports that
	// nobody holds, and false when done is closed.
	AwaitOOTB(done <-chan struct{}) bool
}

// PortClaim is a port that this process holds.
type PortClaim interface {
	Port() uint16
	Release()
}

// claimKey names what a socket claims.
type claimKey struct {
	port  uint16
	addrs string
}

// sharedClaim is a claim of this process. A socket that is bound again while associations of the one before it live on uses
// the same. Guarded by Engine.portsMu.
type sharedClaim struct {
	key   claimKey
	held  PortClaim // nil without a PortTable
	users int
}

func (c *sharedClaim) release() {
	if c.held != nil {
		c.held.Release()
		c.held = nil
	}
}

// bind takes a port from other processes and then from other sockets of this one.
func (e *Engine) bind(s *Socket) error {
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	if s.core.Port == 0 {
		if err := e.bindEphemeral(s); err != nil {
			return err
		}
	} else if err := e.bindPort(s); err != nil {
		return err
	}
	return e.filterPorts()
}

// bindEphemeral tries the ephemeral ports, first the one after the last that was taken: a port should rest before it is used
// again, since the peer may not know yet that it is free. The very first is random (RFC 6056 section 3.3.1).
func (e *Engine) bindEphemeral(s *Socket) error {
	const count = 1<<16 - firstEphemeral
	for range count {
		e.lastEphemeral = (e.lastEphemeral + 1) % count
		s.core.Port = uint16(firstEphemeral + e.lastEphemeral)
		if err := e.bindPort(s); err == nil {
			return nil
		}
	}
	s.core.Port = 0
	return errNoPort
}

// bindPort takes s.core.Port. portsMu is held.
func (e *Engine) bindPort(s *Socket) error {
	key := claimKey{s.core.Port, addrsKey(s.core.Addrs)}
	c := e.claims[key]
	if c == nil {
		c = &sharedClaim{key: key}
		if e.ports != nil {
			held, err := e.ports.Claim(s.core.Port, s.core.Addrs)
			if err != nil {
				return err
			}
			c.held = held
		}
	}
	if err := e.bindCore(s); err != nil {
		if c.users == 0 {
			c.release()
		}
		return err
	}
	c.users++
	s.claim = c
	e.claims[key] = c
	return nil
}

func (e *Engine) bindCore(s *Socket) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return e.err
	}
	if err := e.core.Bind(&s.core); err != nil {
		return err
	}
	e.sockets[s] = struct{}{}
	return nil
}

// unclaim gives the port of s back.
func (e *Engine) unclaim(s *Socket) {
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	s.claim.users--
	if s.claim.users > 0 {
		return
	}
	s.claim.release()
	delete(e.claims, s.claim.key)
	// An error means a broken carrier, which the reader sees as well.
	_ = e.filterPorts()
}

// filterPorts tells the carrier which ports matter. portsMu is held.
func (e *Engine) filterPorts() error {
	f, ok := e.carrier.(transport.PortFilter)
	if !ok {
		return nil
	}
	ports := make([]uint16, 0, len(e.claims))
	for key := range e.claims {
		ports = append(ports, key.port)
	}
	slices.Sort(ports)
	return f.SetPorts(slices.Compact(ports), e.ootb)
}

// watchOOTB waits for the right to answer for ports that nobody holds, which one process of a host has.
func (e *Engine) watchOOTB() {
	if !e.ports.AwaitOOTB(e.done) {
		return
	}
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	e.ootb = true
	e.mu.Lock()
	e.core.SetOOTB(true)
	e.mu.Unlock()
	_ = e.filterPorts() // As in unclaim.
}

func addrsKey(addrs []netip.Addr) string {
	sorted := slices.Clone(addrs)
	slices.SortFunc(sorted, netip.Addr.Compare)
	return fmt.Sprint(sorted)
}
