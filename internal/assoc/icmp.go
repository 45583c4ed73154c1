package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// deliverICMP handles an ICMP report about a packet of this association (RFC 9260 section 10).
func (a *Association) deliverICMP(now mono.Time, d *transport.Datagram) {
	p := a.pathTo(d.Path.Remote)
	if p == nil || a.state == StateClosed || len(d.Data) < 8 {
		return
	}
	isInit, ok := a.ownPacket(d.Data)
	if !ok {
		return
	}
	switch d.Kind {
	case transport.PacketTooBig: // ICMP7
		if p.TooBig(now, a.limitPMTU(d.MTU)) {
			a.sendAgainSmaller(p)
		}
		a.probeWanted = a.probeWanted || p.Search.WantProbe
	case transport.ProtocolUnreachable: // ICMP8
		a.protocolUnreachable(now, p, isInit)
	case transport.Unreachable: // ICMP9: an error of the path, but for the packet's own timer to count
	case transport.Packet, transport.Damaged, transport.Disconnected, transport.Rerouted:
	}
}

// sendAgainSmaller sends again at once what was in flight when the path MTU became less: some of it was dropped for its size, which is no
// sign of congestion, and T3-rtx may be far away. Chunks keep their size: IP may fragment those that are too large now.
func (a *Association) sendAgainSmaller(p *path.Path) {
	if a.opening != nil || a.send.outstanding.Flight(p.ID) == 0 {
		return
	}
	a.send.outstanding.MarkLost(p.ID)
	a.send.replenish(a.cfg.MaxBurst)
	p.T3 = 0
}

// protocolUnreachable handles the report that the peer's host has no SCTP (ICMP8). In COOKIE-WAIT it ends the association. Later
// the peer has shown that it has SCTP, and the report is doubtful: a Linux host with a userland stack sends it whenever the raw
// socket's buffer is full. It is believed when the path has errors; else the path is probed, which soon gives it some if the peer is gone. Over UDP
// a NAT that has forgotten the peer sends it, and the peer will be heard again: there only timers end the association, unless the peer is on this host.
func (a *Association) protocolUnreachable(now mono.Time, p *path.Path, isInit bool) {
	switch {
	case isInit != (a.state == StateCookieWait):
	case !isInit && a.isMisled(now, p):
	case a.auth != nil && a.auth.Requires(wire.ChunkAbort): // nobody who has not the key ends this association
	case isInit, p.Errors() > 0 && (!a.params.Carrier.Encapsulated || p.Addr.Remote.IsLoopback()):
		a.end(a.lossReason(), ErrUnreachable)
	case a.heartbeating() && p.HB.Nonce == 0:
		p.HB.Wanted = true
	}
}

// ownPacket checks that the quoted start of a packet is one that this association could have sent (ICMP6), and tells whether it is an
// INIT. Of other packets only the verification tag need be quoted.
func (a *Association) ownPacket(b []byte) (isInit, ok bool) {
	q, ok := wire.ParseQuoted(b)
	if !ok || q.SrcPort != a.params.LocalPort || q.DstPort != a.params.PeerPort {
		return false, false
	}
	if q.Tag != 0 {
		return false, q.Tag == a.peerTag
	}
	return true, q.Init && q.InitiateTag == a.localTag
}

// SetMTU tells what the carrier reports for the path to remote: the largest packet, common header included.
func (a *Association) SetMTU(now mono.Time, remote netip.Addr, mtu int) {
	if p := a.pathTo(remote); p != nil {
		p.SetCeiling(a.limitPMTU(min(mtu, path.MaxPMTU)))
		a.beginSearch(p)
	}
}
