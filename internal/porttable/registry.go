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
	owner   any
	addrs   []netip.Addr
	hold    Hold
	udpPort uint16
}

// claim takes c.key, or says for which address another owner has it.
func (r *registry) claim(c *registryClaim) error {
	c.addrs = canonical(c.addrs)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.check(c, c.hold); err != nil {
		return err
	}
	if r.ports == nil {
		r.ports = map[registryKey][]*registryClaim{}
	}
	r.ports[c.key] = append(r.ports[c.key], c)
	return nil
}

// check reports a claim that does not allow c to hold its port so. r.mu is held.
func (r *registry) check(c *registryClaim, hold Hold) error {
	for _, other := range r.ports[c.key] {
		if other.owner == c.owner || other.hold == Sharing && hold != Alone {
			continue
		}
		addr, ok := clash(other.addrs, c.addrs)
		if ok || other.hold == Sharing {
			return &InUseError{Port: c.key.port, Addr: addr}
		}
	}
	return nil
}

// change has c hold its port in another way.
func (r *registry) change(c *registryClaim, hold Hold) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if hold != Sharing {
		if err := r.check(c, hold); err != nil {
			return err
		}
	}
	c.hold = hold
	return nil
}

// clash finds an address that two claims of a port both want; an invalid one if either wants more than single ones.
func clash(a, b []netip.Addr) (netip.Addr, bool) {
	if len(a) == 0 || len(b) == 0 {
		return netip.Addr{}, true
	}
	for _, x := range a {
		for _, y := range b {
			switch {
			case x == y && !x.IsUnspecified():
				return x, true
			case x == unspecified(y), y == unspecified(x):
				return netip.Addr{}, true
			}
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

// lookup returns the UDP port of who has key for addr and does not only share it.
func (r *registry) lookup(key registryKey, addr netip.Addr) (uint16, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.ports[key] {
		if _, ok := clash(c.addrs, []netip.Addr{addr}); ok && c.hold != Sharing {
			return c.udpPort, true
		}
	}
	return 0, false
}

// held reports whether another owner has key for addr, or shares it.
func (r *registry) held(key registryKey, owner any, addr netip.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.ports[key], func(c *registryClaim) bool {
		_, ok := clash(c.addrs, []netip.Addr{addr})
		return c.owner != owner && (ok || c.hold == Sharing)
	})
}
