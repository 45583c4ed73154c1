//go:build !linux

package porttable

import (
	"errors"
	"net/netip"
	"sync"
)

// thisProcess has the ports of this process.
var thisProcess registry

// Table is a carrier's part of the port table, which is this process's own on this system.
type Table struct {
	kind    Kind
	udpPort uint16

	mu     sync.Mutex
	closed bool
	claims map[*Claim]struct{}
}

// Claim is a port that is held until Release.
type Claim struct {
	table *Table
	entry *registryClaim
}

// Open opens a table for a carrier of that kind; udpPort is the UDP port of one over UDP.
func Open(kind Kind, udpPort uint16) (*Table, error) {
	return &Table{kind: kind, udpPort: udpPort, claims: map[*Claim]struct{}{}}, nil
}

// Claim takes port for addrs, or for all addresses if there are none.
func (t *Table) Claim(port uint16, addrs []netip.Addr) (*Claim, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, ErrClosed
	}
	entry, err := thisProcess.claim(registryKey{t.kind, port}, addrs, t.udpPort)
	if err != nil {
		return nil, err
	}
	c := &Claim{t, entry}
	t.claims[c] = struct{}{}
	return c, nil
}

// ClaimEphemeral takes a free ephemeral port for addrs; random decides where the search begins.
func (t *Table) ClaimEphemeral(addrs []netip.Addr, random uint32) (*Claim, error) {
	for i := range ephemeralCount {
		c, err := t.Claim(ephemeral(random, i), addrs)
		if !errors.Is(err, ErrInUse) {
			return c, err
		}
	}
	return nil, ErrNoPort
}

// Port is the port.
func (c *Claim) Port() uint16 { return c.entry.key.port }

// Release gives the port back. It may be called more than once.
func (c *Claim) Release() {
	c.table.mu.Lock()
	defer c.table.mu.Unlock()
	if _, held := c.table.claims[c]; held {
		delete(c.table.claims, c)
		thisProcess.release(c.entry)
	}
}

// Lookup returns the UDP port of the carrier that has the SCTP port for addr.
func (t *Table) Lookup(port uint16, addr netip.Addr) (udpPort uint16, ok bool) {
	return thisProcess.lookup(registryKey{t.kind, port}, addr)
}

// Held reports whether this process has port for addr.
func (t *Table) Held(port uint16, addr netip.Addr) bool {
	_, held := t.Lookup(port, addr)
	return held
}

// ClaimOOTB is always granted: no other process gets this carrier's packets here.
func (t *Table) ClaimOOTB() bool { return true }

// OOTBFree is nil: ClaimOOTB does not fail here.
func (t *Table) OOTBFree() <-chan struct{} { return nil }

// Close releases all claims.
func (t *Table) Close() error {
	t.mu.Lock()
	t.closed = true
	var held []*Claim
	for c := range t.claims {
		held = append(held, c)
	}
	t.mu.Unlock()
	for _, c := range held {
		c.Release()
	}
	return nil
}
