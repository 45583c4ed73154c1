package assoc

import (
	"slices"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
)

// isMisled reports whether a refusal that came along p, an ABORT of somebody who knows no such association or an ICMP report that there is no SCTP, says
// nothing about the peer, only about the path: then the path has failed, and the association goes on. That is so for an address that nobody has
// confirmed, which may be anybody's: behind a NAT peers list addresses that mean other hosts here. In UDP it is so too while another path
// works: a peer that does not know the address that the NAT of one uplink gives to this side refuses what comes from there (RFC 6951
// section 5.7), and a port may be closed at one of its addresses. The other paths are asked at once, in case it is true after all.
func (a *Association) isMisled(now mono.Time, p *path.Path) bool {
	if p == nil || a.opening != nil {
		return false
	}
	confirmed := p.State().Confirmed()
	if confirmed && (!a.params.Carrier.Encapsulated || !a.heartbeating()) || !slices.ContainsFunc(a.paths, func(q *path.Path) bool {
		return q != p && q.State().Confirmed() && (!confirmed || works(q))
	}) {
		return false
	}
	for _, q := range a.paths {
		if confirmed && q != p && works(q) {
			q.HB.Wanted = true
		}
	}
	a.refused(now, p)
	return true
}

// works reports whether a path is confirmed and has answered everything so far.
func works(p *path.Path) bool { return p.State() == path.Active && p.Errors() == 0 }

// refused makes a path inactive.
func (a *Association) refused(now mono.Time, p *path.Path) {
	defer a.switchOver()
	p.HB.TimedOut()
	if a.send.outstanding.Flight(p.ID) > 0 {
		a.send.outstanding.MarkLost(p.ID)
		a.send.replenish(a.cfg.MaxBurst)
		p.T3, p.Tail = 0, 0
	}
	if p.Refused() {
		a.emit(PeerAddrChange{Addr: p.Addr.Remote, State: AddrUnreachable})
	}
	a.scheduleHeartbeat(now, p)
}
