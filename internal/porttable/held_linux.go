package porttable

import "net/netip"

// Held reports whether another table, of any process of this host, has port for addr, or shares it. Who is about to answer a packet
// that belongs to no association of its own asks first, if the port is not its alone.
func (t *Table) Held(port uint16, addr netip.Addr) bool {
	addr = addr.Unmap()
	names := append(t.kind.names(port, nil), t.kind.names(port, []netip.Addr{addr, unspecified(addr)})...)
	for i := range maxSharing {
		names = append(names, t.kind.sharing(port, i))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := seeker{fd: -1}
	defer s.close()
	for _, name := range names {
		if t.names[name] == nil && s.exists(name) {
			return true
		}
	}
	return false
}
