package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"syscall"

	"github.com/gosctp/sctp/internal/porttable"
	"github.com/gosctp/sctp/transport"
)

// firstEphemeral is the first of the ports that are picked for sockets that ask for none (RFC 6335 section 6).
const firstEphemeral = 49152

// claimKey names what a socket claims.
type claimKey struct {
	port  uint16
	addrs string
}

// sharedClaim is a claim of this process. A socket that is bound again while associations of the one before it live on uses
// the same. Guarded by Engine.portsMu.
type sharedClaim struct {
	key   claimKey
	held  *porttable.Claim // nil without a port table
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
	if err := e.haveAddrs(s.core.Addrs); err != nil {
		return err
	}
	if s.core.Port == 0 {
		if err := e.bindEphemeral(s); err != nil {
			return err
		}
	} else if err := e.bindPort(s); err != nil {
		return err
	}
	return e.filterPorts()
}

// haveAddrs reports an address that is not one of this host's.
func (e *Engine) haveAddrs(addrs []netip.Addr) error {
	for _, a := range addrs {
		if e.isLocal(a) {
			continue
		}
		// It may be so new that nobody has told of it yet.
		local, err := e.carrier.LocalAddrs()
		if err != nil {
			return err
		}
		if !slices.Contains(local, a) {
			return fmt.Errorf("%v is not an address of this host: %w", a, syscall.EADDRNOTAVAIL)
		}
	}
	return nil
}

// isLocal reports whether a is known as an address of this host.
func (e *Engine) isLocal(a netip.Addr) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	// All of 127.0.0.0/8 is the host's, of which it lists only one.
	return a.IsLoopback() || slices.Contains(e.localAddrs, a)
}

// bindEphemeral tries the ephemeral ports, first the one after the last that was taken: a port should rest before it is used
// again, since the peer may not know yet that it is free. The very first is random (RFC 6056 section 3.3.1).
func (e *Engine) bindEphemeral(s *Socket) error {
	const count = 1<<16 - firstEphemeral
	for range count {
		e.lastEphemeral = (e.lastEphemeral + 1) % count
		s.core.Port = uint16(firstEphemeral + e.lastEphemeral)
		err := e.bindPort(s)
		if !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
	}
	s.core.Port = 0
	return porttable.ErrNoPort
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
		// Nothing else can be wrong here. Whether this or another process has the port makes no difference to the user.
		return &porttable.InUseError{Port: s.core.Port, PID: os.Getpid()}
	}
	e.sockets[s] = struct{}{}
	e.held[s.core.Port]++
	return nil
}

// unclaim gives the port of s back.
func (e *Engine) unclaim(s *Socket) {
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	e.mu.Lock()
	if e.held[s.core.Port]--; e.held[s.core.Port] == 0 {
		delete(e.held, s.core.Port)
	}
	e.mu.Unlock()
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

// PeerEncapPort returns the UDP port at which a process of this host has the SCTP port of addr, 0 if it is not known.
func (e *Engine) PeerEncapPort(addr netip.Addr, port uint16) uint16 {
	if e.ports == nil || !e.caps.Encapsulated || !e.isLocal(addr) {
		return 0
	}
	e.mu.Lock()
	mine := e.held[port] > 0
	e.mu.Unlock()
	if mine {
		return e.encapPort
	}
	udpPort, _ := e.ports.Lookup(port, addr)
	return udpPort
}

func addrsKey(addrs []netip.Addr) string {
	sorted := slices.Clone(addrs)
	slices.SortFunc(sorted, netip.Addr.Compare)
	return fmt.Sprint(sorted)
}
