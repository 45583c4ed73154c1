package porttable

import (
	"net/netip"
	"slices"
	"sync"
)

// registry is the table of one process, for systems that have nothing to share one with. The zero value is ready for use.
type registry struct {
	mu    sync.Mutex
	ports map[registryKey][]*registryClaim
}

type registryKey struct {
	kind Kind
	port uint16
}

// registryClaim is a port that is held; no addrs means all.
type registryClaim struct {
	key     registryKey
	addrs   []netip.Addr
	udpPort uint16
}

// claim takes key for addrs, or says for which address somebody else has it.
func (r *registry) claim(key registryKey, addrs []netip.Addr, udpPort uint16) (*registryClaim, error) {
	addrs = canonical(addrs)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.ports[key] {
		if addr, ok := clash(c.addrs, addrs); ok {
			return nil, &InUseError{Port: key.port, Addr: addr}
		}
	}
	c := &registryClaim{key, addrs, udpPort}
	if r.ports == nil {
		r.ports = map[registryKey][]*registryClaim{}
	}
	r.ports[key] = append(r.ports[key], c)
	return c, nil
}

// clash finds an address that two claims of a port both want; an invalid one if either wants all.
func clash(a, b []netip.Addr) (netip.Addr, bool) {
	if len(a) == 0 || len(b) == 0 {
		return netip.Addr{}, true
	}
	for _, addr := range a {
		if slices.Contains(b, addr) {
			return addr, true
		}
	}
	return netip.Addr{}, false
}

// release gives c back.
func (r *registry) release(c *registryClaim) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ports[c.key] = slices.DeleteFunc(r.ports[c.key], func(x *registryClaim) bool { return x == c })
	if len(r.ports[c.key]) == 0 {
		delete(r.ports, c.key)
	}
}

// lookup returns the UDP port of who has key for addr.
func (r *registry) lookup(key registryKey, addr netip.Addr) (uint16, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.ports[key] {
		if len(c.addrs) == 0 || slices.Contains(c.addrs, addr) {
			return c.udpPort, true
		}
	}
	return 0, false
}
