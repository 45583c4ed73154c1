package porttable

import "net/netip"

// Held reports whether any process of this host has port for addr. Whoever holds the right of ClaimOOTB asks before answering a
// packet to a port that is not its own.
func (t *Table) Held(port uint16, addr netip.Addr) bool {
	return exists(t.kind.names(port, nil)[0]) || exists(t.kind.names(port, canonical([]netip.Addr{addr}))[0])
}
