package sim

import (
	"errors"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
)

// move changes the addresses of an association: it adds one that the host has, removes one, or asks the peer to prefer one.
func (u *user) move(now mono.Time) {
	rng := u.w.rng
	mine := u.n.addrs[rng.IntN(len(u.n.addrs))]
	var c assoc.AddrChange
	switch known := u.a.LocalAddrs(nil); {
	case !slices.Contains(known, mine):
		c.Add = []netip.Addr{mine}
		if rng.IntN(2) == 0 && len(known) > 0 { // one for another
			c.Remove = known[rng.IntN(len(known)):][:1]
		}
	case rng.IntN(3) == 0:
		c.Primary = mine
	default:
		c.Remove = []netip.Addr{mine}
	}
	if !u.reaches(c) {
		return
	}
	_, err := u.a.ChangeAddrs(now, c)
	for _, fine := range []error{
		nil, assoc.ErrNotEstablished, assoc.ErrNotNegotiated, assoc.ErrReconfigBusy, assoc.ErrBadAddr, assoc.ErrAddrKnown, assoc.ErrNoSuchAddr,
		assoc.ErrLastAddr,
	} {
		if errors.Is(err, fine) {
			return
		}
	}
	u.fail(RuleError, "ChangeAddrs: %v", err)
}

// reaches reports whether a network is left on which both sides have an address, and had one before.
func (u *user) reaches(c assoc.AddrChange) bool {
	peer := u.talk.users[1-u.side]
	if peer == nil {
		return false
	}
	theirs := peer.a.LocalAddrs(nil)
	return slices.ContainsFunc(u.a.LocalAddrs(nil), func(mine netip.Addr) bool {
		return !slices.Contains(c.Remove, mine) && slices.ContainsFunc(theirs, func(their netip.Addr) bool {
			return u.w.s.planeOf(mine) == u.w.s.planeOf(their)
		})
	})
}

// judgeAddrs compares what u was told of a change of its addresses with what its peer has.
func (u *user) judgeAddrs(e assoc.AddrsChanged) {
	peer := u.talk.users[1-u.side]
	if peer == nil || peer.ended || peer.restarted || u.restarted || e.Err != nil {
		return
	}
	has := func(addr netip.Addr) bool {
		for _, p := range peer.a.Paths(nil) {
			if p.Remote == addr {
				return true
			}
		}
		return false
	}
	for _, addr := range e.Added {
		if !has(addr) && !slices.Contains(e.Removed, addr) {
			u.fail(RuleAddresses, "%v was added, and the peer does not have it", addr)
		}
	}
	for _, addr := range e.Removed {
		if has(addr) {
			u.fail(RuleAddresses, "%v was removed, and the peer has it", addr)
		}
	}
}

// planeOf is the plane of an address.
func (s *Scenario) planeOf(addr netip.Addr) int {
	p := 0
	for !s.prefix(p).Contains(addr) {
		p++
	}
	return p
}
