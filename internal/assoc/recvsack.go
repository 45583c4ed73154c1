package assoc

import (
	"time"

	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/internal/wire"
)

// recovery is fast recovery (RFC 9260 section 7.2.4).
type recovery struct {
	active bool
	// exit is the highest TSN outstanding when it began.
	exit seq.TSN
	// began is when, or when a retransmission was lost in it.
	began mono.Time
	// rush: the first packet of retransmissions has not left; it ignores cwnd.
	rush bool
}

// recvSack handles a SACK chunk.
func (a *Association) recvSack(now mono.Time, c wire.Chunk) {
	if !a.takesSack() {
		return
	}
	s, err := wire.ParseSack(c)
	if err != nil {
		a.violation(err.Error())
		return
	}
	a.stats.SacksReceived++
	a.incidents().GapsReceived += uint64(s.Gaps.Len())
	a.acknowledged(now, &report{cum: s.CumTSN, gaps: s.Gaps, dups: s.Dups, rwnd: int(s.ARwnd)})
}

// takesSack reports whether a SACK counts in this state; in others it is discarded (section 6).
func (a *Association) takesSack() bool {
	switch a.state {
	case StateCookieEchoed, StateEstablished, StateShutdownPending, StateShutdownReceived:
		return true
	case StateClosed, StateCookieWait, StateShutdownSent, StateShutdownAckSent:
	}
	return false
}

// acknowledged processes what the peer says it has (section 6.2.1).
func (a *Association) acknowledged(now mono.Time, r *report) {
	s, cum, rwnd := &a.send, r.cum, r.rwnd
	out := s.outstanding
	if r.dups.Len() > 0 {
		a.hearDuplicates(now, r.dups)
	}
	if cum.Less(out.CumTSNAck()) {
		return // item D i: overtaken by a later one
	}
	if !a.plausible(cum) {
		return
	}
	busy := out.Len() > 0
	s.heard, s.answered = true, true

	for i := range a.paths {
		s.flightBefore[i] = out.Flight(i)
	}
	var acked *tx.Acked
	if r.kept.Len() == 0 {
		acked = out.Ack(cum, r.gaps, s.queue)
	} else {
		acked = out.AckNR(cum, r.gaps, r.kept, s.queue)
	}
	a.replenishFor(acked)
	a.credit(now, r, acked)
	a.forwardAcked(now, cum)
	opened := rwnd > s.peerRwnd && rwnd >= out.DataInFlight()
	s.peerRwnd = rwnd
	s.windowClosed = rwnd == 0
	s.probing = s.probing && !acked.Any
	if s.probing && opened {
		a.repeatProbe()
	}
	a.settleSendBuffer()
	if busy && out.Len() == 0 && s.queue.Empty() {
		a.emit(SenderDry{})
		return
	}
	a.giveUp(now)
}

// replenishFor gives the credit of a SACK. There should be one for every second packet (section 6.2), each an opportunity to send; one
// that acknowledges more, because the peer read many packets at once, stands for as many as there should have been. Otherwise a
// sender that gets one SACK for every Max.Burst packets never has more than these in flight.
func (a *Association) replenishFor(acked *tx.Acked) {
	sacks := 0
	for _, p := range a.paths {
		sacks += acked.Paths[p.ID].Bytes / (2 * p.PMDCS())
	}
	for range max(1, sacks) {
		a.send.replenish(a.cfg.MaxBurst)
	}
}

// plausible reports whether a Cumulative TSN Ack names a TSN that was sent; if not, the association ends.
func (a *Association) plausible(cum seq.TSN) bool {
	if cum.Less(a.send.outstanding.NextTSN()) {
		return true
	}
	if a.reconfig != nil && a.reconfig.renumbered {
		return false // it was sent before TSNs were reset
	}
	a.violation("Cumulative TSN Ack of a TSN that was never sent")
	return false
}

// repeatProbe sends a zero window probe again that the peer threw away, now that its window has opened: until T3-rtx expires it could
// take RTO.Max, since probes back off.
func (a *Association) repeatProbe() {
	a.send.probing = false
	for _, p := range a.paths {
		if a.send.outstanding.Flight(p.ID) > 0 {
			a.send.outstanding.MarkLost(p.ID)
			p.T3 = 0
		}
	}
}

// acknowledgedUpTo processes the Cumulative TSN Ack of a SHUTDOWN chunk, which says nothing about gaps or the window (section 9.2).
func (a *Association) acknowledgedUpTo(now mono.Time, cum seq.TSN) {
	out := a.send.outstanding
	if cum.Less(out.CumTSNAck()) {
		return
	}
	if !a.plausible(cum) {
		return
	}
	a.send.replenish(a.cfg.MaxBurst)
	for i := range a.paths {
		a.send.flightBefore[i] = out.Flight(i)
	}
	a.credit(now, &report{cum: cum}, out.AckCumulative(cum, a.send.queue))
	a.forwardAcked(now, cum)
}

// credit does for the paths what newly acknowledged chunks ask for: timers, windows, and the search for losses.
func (a *Association) credit(now mono.Time, rep *report, acked *tx.Acked) {
	s, cum := &a.send, rep.cum
	out := s.outstanding
	if s.recovery.active && !cum.Less(s.recovery.exit) {
		a.endRecovery()
	}
	if acked.Any {
		a.knowsTSNs()
		a.errors, s.rescues = 0, 0 // section 8.1
		a.progressed(now)
	}
	for _, p := range a.paths {
		r := &acked.Paths[p.ID]
		a.lateAck(now, p, r)
		a.probeAcked(p, cum)
		if r.Bytes > 0 {
			a.pathAcked(now, p.ID, r, acked.CumAdvanced)
		}
		switch {
		case s.waitsForForward(p) && out.Flight(p.ID) == 0 && !acked.CumAdvanced: // RFC 3758 section 3.5 C5
		case out.Flight(p.ID) == 0 && !s.waitsForForward(p):
			if s.flightBefore[p.ID] > 0 || rep.rwnd > s.peerRwnd || s.queue.Head() == nil { // else it runs for a probe of the window
				p.T3, p.Tail = 0, 0 // section 6.3.2 R2
			}
		case out.Flight(p.ID) == 0:
			p.T3 = now.Add(p.RTO.Current())
		case r.Earliest, p.T3.IsZero(): // R3, R4
			p.T3 = now.Add(p.RTO.Current())
			a.watchTail(now, p)
		}
	}
	if acked.Any {
		limit := acked.Highest
		if s.recovery.active && acked.CumAdvanced {
			limit = out.NextTSN()
		}
		a.fastRetransmit(now, rep, limit)
		a.searchByTime(now, acked)
	}
}

// pathAcked credits a path with what it carried.
func (a *Association) pathAcked(now mono.Time, id int, r *tx.PathAcked, cumAdvanced bool) {
	p := a.paths[id]
	if !r.SentAt.IsZero() {
		p.RTO.Measured(now.Sub(r.SentAt))
		p.Probed, p.TailProbe.Unmeasured = false, false
	}
	p.OnePacket = false
	p.Arrived(r.Largest)
	var rtt time.Duration
	if !r.LatestAt.IsZero() {
		rtt = now.Sub(r.LatestAt)
		p.MinRTT.Seen(now, rtt)
	}
	flight := a.send.outstanding.Flight(id)
	p.CC.Acked(cc.Ack{
		Now: now, RTT: rtt, SRTT: p.RTO.SRTT(),
		Bytes: r.Bytes, FlightBefore: a.send.flightBefore[id], CumAdvanced: cumAdvanced,
		FastRecovery: a.send.recovery.active, Drained: flight == 0, FlightAfter: flight, NewestAt: r.NewestAt, Repairing: a.send.outstanding.Lost() > 0,
		Paced: a.pacingOf(p).on(), Held: !p.Pacer.Due.IsZero(),
	})
	if r.InFlight { // section 8.2
		a.pathAnswered(p, false)
	}
}

// fastRetransmit counts miss indications and enters fast recovery (section 7.2.4). In fast recovery, and when the Cumulative TSN Ack Point
// advances, every missing TSN that the SACK reports counts.
func (a *Association) fastRetransmit(now mono.Time, r *report, limit seq.TSN) {
	last, any := r.last()
	if !any {
		return // nothing is reported missing
	}
	if last.Less(limit) {
		limit = last
	}
	s := &a.send
	var marked [tx.MaxPaths]bool
	if s.outstanding.Missing(limit, &marked, s.losses) == 0 {
		return
	}
	defer a.tellLosses()
	if s.recovery.active {
		return
	}
	a.enterRecovery(now)
	for _, p := range a.paths {
		if marked[p.ID] {
			a.reduceForLoss(p)
		}
	}
}
