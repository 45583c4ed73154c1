package engine

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"slices"
	"syscall"

	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/porttable"
	"github.com/gosctp/sctp/transport"
)

// firstEphemeral is the first of the ports that are picked for sockets that ask for none (RFC 6335 section 6).
const firstEphemeral = 49152

// bind takes a port from other processes and then from other sockets of this one.
func (e *Engine) bind(s *Socket) error {
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	if err := e.haveAddrs(s, s.core.Addrs); err != nil {
		return err
	}
	if s.core.Port == 0 {
		if err := e.bindEphemeral(s); err != nil {
			return err
		}
	} else if err := e.bindPort(s); err != nil {
		return err
	}
	return e.admitPort(s.core.Port)
}

// haveAddrs reports an address that is not one of this host's, unless the socket takes others, too.
func (e *Engine) haveAddrs(s *Socket, addrs []netip.Addr) error {
	for _, a := range addrs {
		if s.foreign || e.isLocal(a) {
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
// again, since the peer may not know yet that it is free. The very first is random (RFC 6056 section 3.3.1). It is nobody else's yet, even if
// the socket is going to share it.
func (e *Engine) bindEphemeral(s *Socket) error {
	sharing := s.core.Sharing
	s.core.Sharing = endpoint.Sharing{}
	if err := e.bindAnyPort(s); err != nil {
		return err
	}
	s.Share(sharing)
	if hold := s.hold(s.core.Backlog > 0); s.claim != nil && hold != porttable.Alone {
		_ = s.claim.Change(hold) // otherwise nobody shares it
	}
	return nil
}

func (e *Engine) bindAnyPort(s *Socket) error {
	if e.bindRested(s) {
		return nil
	}
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

// bindRested takes a port that another socket has used, if s does not care which it gets. portsMu is held.
func (e *Engine) bindRested(s *Socket) bool {
	if !s.anyPort || e.ports == nil {
		return false
	}
	c := e.ports.Rested()
	if c == nil {
		return false
	}
	s.claim, s.core.Port = c, c.Port()
	if e.bindCore(s) != nil { // another socket of this process has taken it without the table, or the engine has ended
		s.unclaim()
		return false
	}
	return true
}

// bindPort takes s.core.Port. portsMu is held.
func (e *Engine) bindPort(s *Socket) error {
	if e.ports != nil {
		var err error
		if s.claim, err = e.ports.Claim(s.core.Port, s.claimed(s.core.Addrs), s.hold(s.core.Backlog > 0)); err != nil {
			return err
		}
	}
	if err := e.bindCore(s); err != nil {
		s.unclaim()
		return err
	}
	return nil
}

// claimed are the addresses that a socket bound to addrs claims.
func (s *Socket) claimed(addrs []netip.Addr) []netip.Addr {
	switch {
	case s.anyPort, len(addrs) > 0:
	case s.core.Family == endpoint.IPv4:
		return []netip.Addr{netip.IPv4Unspecified()}
	case s.core.Family == endpoint.IPv6:
		return []netip.Addr{netip.IPv6Unspecified()}
	}
	return addrs
}

// hold is how a socket that listens, or does not, holds its port among processes. Of those that share a port one listens: nothing
// spreads peers over processes.
func (s *Socket) hold(listens bool) porttable.Hold {
	switch {
	case !s.core.Sharing.Reuse && !s.core.Sharing.Balance:
		return porttable.Alone
	case listens:
		return porttable.Leading
	}
	return porttable.Sharing
}

// unclaim gives the claim back. portsMu is held.
func (s *Socket) unclaim() {
	if s.claim == nil {
		return
	}
	if s.anyPort {
		s.claim.Rest()
	} else {
		s.claim.Release()
	}
	s.claim = nil
}

// inUse is the error for a port that another socket of this process has. Whether that or another process has the port makes no
// difference to the user.
func (s *Socket) inUse() error { return &porttable.InUseError{Port: s.core.Port, PID: os.Getpid()} }

func (e *Engine) bindCore(s *Socket) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return e.err
	}
	if e.core.Bind(&s.core) != nil { // nothing else can be wrong here
		return s.inUse()
	}
	e.sockets[s] = struct{}{}
	e.held[s.core.Port]++
	s.countSharing()
	return nil
}

// Rebind gives the socket other addresses, for associations to come.
func (s *Socket) Rebind(addrs []netip.Addr) error {
	e := s.engine
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	if err := e.haveAddrs(s, addrs); err != nil {
		return err
	}
	var claim *porttable.Claim
	if e.ports != nil {
		var err error
		if claim, err = e.ports.Claim(s.core.Port, s.claimed(addrs), s.hold(s.core.Backlog > 0)); err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	err := s.open()
	if err == nil && e.core.Rebind(&s.core, addrs) != nil {
		err = s.inUse()
	}
	if err == nil {
		s.claim, claim = claim, s.claim
	}
	if claim != nil {
		claim.Release()
	}
	return err
}

// Share says which other sockets may have the same port. It changes nothing about those that have it already.
func (s *Socket) Share(h endpoint.Sharing) {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	s.core.Sharing = h
	s.countSharing()
}

// countSharing keeps account of the ports that others may share. Engine.mu is held.
func (s *Socket) countSharing() {
	if !s.shares && (s.core.Sharing.Reuse || s.core.Sharing.Balance) {
		s.shares = true
		s.engine.shared[s.core.Port]++
	}
}

// setBacklog begins to listen, or ends it with 0. portsMu is held.
func (s *Socket) setBacklog(backlog int) error {
	before := s.hold(s.core.Backlog > 0)
	if s.claim != nil && s.hold(backlog > 0) != before {
		if err := s.claim.Change(s.hold(backlog > 0)); err != nil {
			return err
		}
	}
	e := s.engine
	e.mu.Lock()
	if s.listener == nil {
		s.listener = newListener(s)
	}
	err := e.core.Listen(&s.core, backlog)
	e.mu.Unlock()
	if err == nil {
		return nil
	}
	if s.claim != nil {
		_ = s.claim.Change(before) // it could be had a moment ago
	}
	return s.inUse()
}

// shareRest lets others have the port of a closed socket that shared it, while associations are left.
func (s *Socket) shareRest() {
	e := s.engine
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	if s.claim != nil && s.hold(true) == porttable.Leading {
		_ = s.claim.Change(porttable.Sharing) // at worst the port is free later
	}
}

// release gives the port of s back.
func (e *Engine) release(s *Socket) {
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	e.mu.Lock()
	e.held[s.core.Port]--
	last := e.held[s.core.Port] == 0
	if last {
		delete(e.held, s.core.Port)
	}
	if s.shares {
		if e.shared[s.core.Port]--; e.shared[s.core.Port] == 0 {
			delete(e.shared, s.core.Port)
		}
	}
	e.mu.Unlock()
	s.unclaim()
	if last && !(s.anyPort && e.ports != nil) {
		delete(e.admitted, s.core.Port)
		// An error means a broken carrier, which the reader sees as well.
		_ = e.filterPorts()
	}
}

// admitPort has the carrier let packets to a port through. portsMu is held.
func (e *Engine) admitPort(port uint16) error {
	if _, ok := e.admitted[port]; ok {
		return nil
	}
	e.admitted[port] = struct{}{}
	return e.filterPorts()
}

// filterPorts tells the carrier which ports matter. portsMu is held.
func (e *Engine) filterPorts() error {
	f, ok := e.carrier.(transport.PortFilter)
	if !ok {
		return nil
	}
	return f.SetPorts(slices.Sorted(maps.Keys(e.admitted)), e.ootb)
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
