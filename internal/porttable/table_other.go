//go:build !linux

package porttable

import (
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
func (t *Table) Claim(port uint16, addrs []netip.Addr, hold Hold) (*Claim, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, ErrClosed
	}
	entry := &registryClaim{key: registryKey{t.kind, port}, owner: t, addrs: addrs, hold: hold, udpPort: t.udpPort}
	if err := thisProcess.claim(entry); err != nil {
		return nil, err
	}
	c := &Claim{t, entry}
	t.claims[c] = struct{}{}
	return c, nil
}

// Change has the claim hold its port in another way. To share is always possible.
func (c *Claim) Change(hold Hold) error { return thisProcess.change(c.entry, hold) }

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

// Rest is Release: another claim costs little here.
func (c *Claim) Rest() { c.Release() }

// Rested is nil: no claim rests.
func (t *Table) Rested() *Claim { return nil }

// Lookup returns the UDP port of the carrier that has the SCTP port for addr.
func (t *Table) Lookup(port uint16, addr netip.Addr) (udpPort uint16, ok bool) {
	return thisProcess.lookup(registryKey{t.kind, port}, addr)
}

// Held reports whether another table has port for addr, or shares it.
func (t *Table) Held(port uint16, addr netip.Addr) bool {
	return thisProcess.held(registryKey{t.kind, port}, t, addr)
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
