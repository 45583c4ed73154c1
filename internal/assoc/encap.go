package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/path"
)

// Route is what the packets of one path of the peer can be told by, beside ports and tags.
type Route struct {
	Remote netip.Addr
	// EncapPort is the UDP port of the peer there; zero on carriers without ports, and for the carrier's default.
	EncapPort uint16
	// Learnt: an authentic packet came from EncapPort. Otherwise that is where to send, and the peer may be behind any other.
	Learnt bool
	// Confirmed: the peer has shown that the address is its own (RFC 9260 section 5.4).
	Confirmed bool
}

// Routes appends the routes of the peer to dst, the one of the primary path first. RoutesChanged tells when to ask again.
func (a *Association) Routes(dst []Route) []Route {
	if a.primary != nil {
		dst = append(dst, routeOf(a.primary))
	}
	for _, p := range a.paths {
		if p != a.primary {
			dst = append(dst, routeOf(p))
		}
	}
	return dst
}

func routeOf(p *path.Path) Route {
	return Route{p.Addr.Remote, p.Addr.EncapPort, p.PortLearnt, p.State().Confirmed()}
}

// learnPort notes the UDP port that an authentic packet of p came from: that is where packets to the address go from now on (RFC 6951 section
// 5.4). It reports whether anything is new. The verification tag is all the proof that the RFC asks for: who reads packets on the way can
// move the port, until the peer's next packet moves it back.
func (a *Association) learnPort(p *path.Path, port uint16) bool {
	if port == 0 || p.PortLearnt && p.Addr.EncapPort == port {
		return false
	}
	moved := p.PortLearnt
	p.Addr.EncapPort, p.PortLearnt = port, true
	if moved {
		a.incidents().PortChanges++
		a.sendAgainElsewhere(p)
	}
	return true
}

// sendAgainElsewhere sends again at once what went to a port where the peer was not any more: a NAT has forgotten it, and T3-rtx has been backed
// off meanwhile. Without time-outs before, nothing is known to be lost: behind some NATs a peer comes from two ports in turns.
func (a *Association) sendAgainElsewhere(p *path.Path) {
	if a.opening != nil || p.Errors() == 0 {
		return
	}
	if a.heartbeating() && p.HB.Nonce == 0 {
		p.HB.Wanted = true // whether it works again is to be known soon
	}
	if a.send.outstanding.Flight(p.ID) == 0 {
		return
	}
	a.send.outstanding.MarkLost(p.ID)
	a.send.replenish(a.cfg.MaxBurst)
	p.T3 = 0
}
