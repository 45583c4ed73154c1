package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/mono"
)

// Disconnected tells that the carrier has no connection with the peer any more, for the reason err. That ends the association: in order if all
// that is missing is SHUTDOWN COMPLETE, since then both sides have all that the other one sent.
func (a *Association) Disconnected(_ mono.Time, err error) {
	if a.state == StateShutdownAckSent {
		a.end(ShutdownComplete, nil)
		return
	}
	a.end(a.lossReason(), err)
}

// Rerouted tells that packets to remote take another way, though the address is the same: what was learnt about the former one is forgotten
// (RFC 8261 section 6.1).
func (a *Association) Rerouted(now mono.Time, remote netip.Addr) {
	p := a.pathTo(remote)
	if p == nil || a.state == StateClosed {
		return
	}
	p.Rerouted(now)
	a.probeWanted = a.probeWanted || p.Search.WantProbe
}
