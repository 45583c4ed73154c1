package assoc

import (
	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
)

// pacing is what a packet costs of the time that there is for data.
type pacing struct {
	rate    float64
	quantum int
}

// on reports whether data is paced at all.
func (g pacing) on() bool { return g.rate > 0 }

// pacingOf is how data leaves to a path. What goes with the COOKIE ECHO goes with that, and RFC 9260 paces nothing.
func (a *Association) pacingOf(p *path.Path) (g pacing) {
	if a.opening == nil && a.cfg.CongestionControl != cc.RFC9260 {
		g.rate, g.quantum = p.Pacing()
	}
	return g
}

// mayLeave reports whether data may leave to a path as far as bursts are concerned: the path's time for it has come, or where nothing
// is paced, Max.Burst leaves something (RFC 9260 section 6.1 D). The first packet of a fast retransmission asks neither.
func (a *Association) mayLeave(now mono.Time, p *path.Path, g pacing) bool {
	switch {
	case a.send.recovery.rush:
		return true
	case g.on():
		return p.Pacer.Open(now, g.rate, g.quantum)
	}
	return a.send.burst > 0
}

// departed tells of a packet with data that leaves, with so much in flight before it.
func (a *Association) departed(now mono.Time, p *path.Path, before int, g pacing) {
	after := a.send.outstanding.Flight(p.ID)
	if a.measures() {
		p.CC.Sent(cc.Departure{Now: now, Before: before, After: after})
	}
	if g.on() {
		p.Pacer.Sent(now, after-before, g.rate, g.quantum)
	}
}

// expirePacer lets data leave that waited for its time: what builds packets does, once they are pulled.
func expirePacer(now mono.Time, p *path.Path) {
	if p.Pacer.Due.Reached(now) {
		p.Pacer.Due = 0
	}
}

// measures reports whether the congestion control goes by what is delivered and lost.
func (a *Association) measures() bool { return a.send.losses != nil }

// ranOut tells of a path that could carry more than there is to send (draft-ietf-ccwg-bbr-06 section 4.1.2.4).
func (a *Association) ranOut() {
	s := &a.send
	if !a.measures() || s.outstanding == nil || a.opening != nil {
		return
	}
	p := a.dataPath()
	flight := s.outstanding.Flight(p.ID)
	if s.outstanding.Lost() == 0 && s.queue.Unsent() < p.PMDCS() && flight < p.CC.Cwnd() {
		p.CC.AppLimited(flight)
	}
}

// tellLosses tells of the chunks that were marked as lost.
func (a *Association) tellLosses() {
	if !a.measures() {
		return
	}
	for _, l := range a.send.losses.Take() {
		a.paths[l.Path].CC.Missed(cc.Loss{SentAt: l.SentAt, Bytes: l.Bytes, Ranges: l.Ranges})
	}
}
