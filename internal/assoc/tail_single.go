package assoc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
)

// leastProbeWait is the shortest silence that is probed for: a peer that is busy for a moment is not worth a packet.
const leastProbeWait = 10 * time.Millisecond

// probeWait is how long nothing is heard before a probe is sent (RFC 8985 section 7.2). A packet that is alone in flight may be acknowledged
// late.
func (a *Association) probeWait(p *path.Path) time.Duration {
	wait := max(2*p.RTO.SRTT(), leastProbeWait)
	if a.send.outstanding.Flight(p.ID) <= p.PMDCS() {
		wait += tailDelay
	}
	return wait
}

// mayProbe reports whether a probe may find out something that is not found out already, and whether the last one is settled (sections 7.2 and
// 7.3). Where there are several paths, time-outs are what moves data between them, and T3-rtx is not put off for a probe.
func (a *Association) mayProbe(p *path.Path) bool {
	s := &a.send
	return len(a.paths) == 1 && a.expectsAcks(p) && !s.recovery.active && !p.OnePacket && s.outstanding.Lost() == 0 && !s.outstanding.Gaps() &&
		!p.TailProbe.Out && !p.TailProbe.Unmeasured
}

// probeTail sends what is new, or else the last packet again, whatever the congestion window says, and has it acknowledged at once (section
// 7.3). If packets before it were lost, the SACK shows the gap, and they are found to be overdue (searchByTime); if it was lost itself, it
// has been repaired. In both cases without it T3-rtx would have to expire. That goes on as it is, and only waits for the answer.
func (a *Association) probeTail(now mono.Time, p *path.Path) {
	s := &a.send
	p.T3 = max(p.T3, now.Add(max(2*p.RTO.SRTT(), leastProbeWait)))
	probe := path.TailProbe{Out: true, Unmeasured: true}
	if most := a.fragmentSize(); s.queue.Head() == nil || s.corked || a.newDataPath() != p || s.queue.NextSize(most) > s.rwnd() {
		if probe.End, probe.Again = s.outstanding.MarkTail(p.ID, p.PMDCS()); !probe.Again {
			return
		}
	}
	p.TailProbe = probe
	s.tail = p
	s.burst = max(s.burst, 1)
}

// probeSent notes that the probe has left, if this packet is it.
func (a *Association) probeSent(k *builder) {
	s := &a.send
	if s.tail != k.path {
		return
	}
	s.tail = nil
	if t := &k.path.TailProbe; !t.Again {
		t.End = s.outstanding.NextTSN() - 1
	}
	a.incidents().TailProbes++
}

// probeAcked takes what a SACK says about a probe. The loss that it has repaired is one like any other: the window is reduced (section 7.4.2).
func (a *Association) probeAcked(p *path.Path, cum seq.TSN) {
	if p.TailProbe.Acked(cum) {
		a.incidents().TailLosses++
		a.reduceForLoss(p)
	}
}

// settleProbes ends the waiting for the fate of probes when a recovery begins: what was lost is known by other means (section 7.1).
func (a *Association) settleProbes() {
	a.send.tail = nil
	for _, p := range a.paths {
		p.TailProbe.Out = false
	}
}
