package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
)

// MaxLearntAddrs is how many addresses of a peer may be learnt from its packets.
const MaxLearntAddrs = 4

// LearnsAddrs reports whether packets with the right tag belong to an association also if they come from an address that is none of the peer's.
func LearnsAddrs(c *Config, carrier Carrier) bool { return c.LearnAddrs && carrier.Encapsulated }

// learnAddr takes the source of an authentic packet for an address of the peer that it has not told, since it does not know it: that of another NAT, or
// of the same one after a change. Nothing but a HEARTBEAT goes there until it is confirmed. RFC 5061 would have the peer tell, in a chunk that is
// authenticated; the tag alone is what anybody knows who has seen a packet. So the user has to want it.
func (a *Association) learnAddr(now mono.Time, in *inbound) {
	if !LearnsAddrs(a.cfg, a.params.Carrier) || in.header.Tag != a.localTag || !a.heartbeating() || !Unicast(in.d.Path.Remote) {
		return
	}
	if !a.roomForLearnt() {
		return
	}
	p := a.addPath(in.d.Path.Remote, path.Unconfirmed)
	p.Learnt = true
	in.path = p
	a.learnPort(p, in.d.Path.EncapPort)
	a.learnSource(p, in.d.Path)
	p.HB.Wanted = true
	a.scheduleHeartbeat(now, p)
	a.emit(PeerAddrChange{Addr: p.Addr.Remote, State: AddrAdded})
	a.emit(RoutesChanged{})
}

// roomForLearnt reports whether one more address can be learnt, and forgets one that does not work if it has to.
func (a *Association) roomForLearnt() bool {
	n, idle := 0, (*path.Path)(nil)
	for _, p := range a.paths {
		if p.Learnt {
			n++
			if p.State() != path.Active && p != a.primary {
				idle = p
			}
		}
	}
	if n < MaxLearntAddrs && len(a.paths) < MaxPeerAddrs {
		return true
	}
	if idle == nil {
		return false
	}
	a.removePath(idle)
	return true
}
