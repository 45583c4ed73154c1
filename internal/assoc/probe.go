package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// The path MTU is probed by HEARTBEATs with padding (RFC 8899 section 6.2, RFC 4820). Package path knows what to probe. Data never serves as
// a probe, and a probe that is lost is no error of the path: it may have been too large.

// modest is the user data that surely fits into one packet of BasePMTU, whatever is beside it.
const modest = path.BasePMTU - 200

// beginSearch starts the search on a path of which only the first hop is known, when that and the path itself are, and somebody has a use for
// larger packets: many associations are set up for a few small messages, or never send anything, and two probes and their answers are as much
// as all of the handshake.
func (a *Association) beginSearch(p *path.Path) {
	if a.heartbeating() && (a.bulky || a.cfg.DisableFragments) && p.BeginSearch() {
		a.probeWanted = true
	}
}

// beginSearches does so on all paths, when there is a reason that there was not before.
func (a *Association) beginSearches() {
	for _, p := range a.paths {
		a.beginSearch(p)
	}
}

// suspectSize has the path MTU confirmed when data keeps being lost. An association whose HEARTBEATs are answered, while what it sends never
// arrives, would else look healthy to its user until Association.Max.Retrans is reached.
func (a *Association) suspectSize(p *path.Path, flight int) {
	p.TimedOut(flight)
	a.probeWanted = a.probeWanted || p.Search.WantProbe
}

// expireSearch handles the timer of the search for the path MTU.
func (a *Association) expireSearch(now mono.Time, p *path.Path) {
	if size := p.ExpireSearch(now); size > 0 {
		a.incidents().BlackHoles++
		a.reportStall(now, p, StallPacketSize)
		if p.SetPMTU(size) {
			a.sendAgainSmaller(p)
		}
	}
	a.probeWanted = a.probeWanted || p.Search.WantProbe
}

// heartbeatAnswered notes that the path works. That small packets arrive does not bring a path back on which data vanished that may have been
// too large, while another works: data would be lost on it again until the size is known.
func (a *Association) heartbeatAnswered(now mono.Time, p *path.Path) {
	a.alive(now, p)
	if p.Doubted() {
		for _, q := range a.paths {
			if q != p && q.State() == path.Active && !q.Doubted() {
				return
			}
		}
	}
	a.pathAnswered(p, true)
}

// probeAnswered takes the answer to a probe, which is one to a HEARTBEAT as well.
func (a *Association) probeAnswered(now mono.Time, p *path.Path) {
	a.heartbeatAnswered(now, p)
	a.probeWanted = a.probeWanted || p.Search.WantProbe
}

// nextProbe builds the next probe that a path wants.
func (a *Association) nextProbe(now mono.Time, buf []byte, d *transport.Datagram) bool {
	if !a.heartbeating() {
		a.probeWanted = false
		return false
	}
	for _, p := range a.paths {
		s := &p.Search
		if !s.WantSmall && !s.WantProbe {
			continue
		}
		small := s.WantSmall
		nonce := max(a.rand.Uint64(), 1) // zero stands for none
		p.ProbeSent(now, nonce, small)
		k := builder{b: beginPacket(buf[:0], a.params.LocalPort, a.params.PeerPort, a.peerTag), path: p}
		k.add(wire.HeartbeatInfo{Path: uint32(p.ID), Nonce: nonce}.Append(k.b))
		size := min(s.Size, cap(buf)&^3)
		if a.auth != nil && (a.auth.Asked(wire.ChunkHeartbeat) || a.auth.Asked(wire.ChunkPad)) {
			size -= a.authOverhead()
		}
		if !small && size > len(k.b) {
			k.add(wire.AppendPad(k.b, size-len(k.b)))
		}
		if a.auth != nil {
			k.b = a.sign(k.b, a.auth.Active())
		}
		a.seal(&k)
		a.stats.PacketsSent++
		a.stats.ControlSent += uint64(k.control)
		*d = transport.Datagram{Path: p.Addr, Data: k.b, ECN: a.ecnOf(&k), Probe: true}
		d.DSCP, d.FlowLabel = p.Labels()
		return true
	}
	a.probeWanted = false
	return false
}
