package assoc

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/mono"
)

// followHost tells the peer of what has changed among the addresses of the host since it was told last (auto-ASCONF, RFC 6458 section 8.1.23). What
// the user has removed himself stays so.
func (a *Association) followHost(now mono.Time) {
	if !a.cfg.AutoASCONF || !a.params.Wildcard || a.params.Host == nil || !a.configuresAddrs() || a.state != StateEstablished {
		return
	}
	planned := a.plannedAddrs()
	gone := func(addr netip.Addr) bool { return !contains(a.params.Host, addr) }
	var c AddrChange
	for _, addr := range a.announceable(nil, a.params.Host) {
		if !contains(planned, addr) && !contains(a.left, addr) {
			c.Add = append(c.Add, addr)
		}
	}
	for _, addr := range planned {
		if gone(addr) {
			c.Remove = append(c.Remove, addr)
		}
	}
	if len(c.Remove) == len(planned) && len(c.Add) == 0 {
		if c.Remove = nil; !slices.ContainsFunc(a.params.Host, a.isHidden) {
			return // there is no network now
		}
		any := netip.IPv4Unspecified()
		if a.dataPath().Addr.Remote.Is6() {
			any = netip.IPv6Unspecified()
		}
		c = AddrChange{Add: []netip.Addr{any}, Primary: any, Remove: []netip.Addr{any}}
	}
	_, _ = a.ChangeAddrs(now, c) // what is refused, for want of room, is tried with the next change
}

// SetAutoASCONF changes Config.AutoASCONF.
func (a *Association) SetAutoASCONF(now mono.Time, on bool) {
	if a.cfg.AutoASCONF != on {
		a.configure(func(c *Config) { c.AutoASCONF = on })
	}
	a.followHost(now)
}

// isHidden reports whether an address of the host is one that the peer cannot use as it is, and may see as another one: behind a NAT.
func (a *Association) isHidden(addr netip.Addr) bool {
	return scopeOf(addr) == scopePrivate && addr.BitLen() == a.dataPath().Addr.Remote.BitLen() && scopeOf(a.dataPath().Addr.Remote) == scopeGlobal
}

// hurryASCONF has a chunk that is under way sent again now, for there are other ways than when its timer was set.
func (a *Association) hurryASCONF(now mono.Time) {
	if a.addressing == nil || a.addressing.own.flight == nil {
		return
	}
	f := a.addressing.own.flight
	if f.from = a.newSource(f.path); f.keep.IsValid() {
		f.keep = cmp.Or(f.from, f.path.Addr.Local)
	}
	f.pending, f.repeated = true, true
	f.timeout = f.path.RTO.Current()
	f.deadline = now.Add(f.timeout)
}
