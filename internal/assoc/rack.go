package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/tx"
)

// searchByTime finds losses by the time since chunks were sent (RFC 8985): what left before something that has arrived by now, and is overdue by
// a quarter of a round trip, is lost. Unlike counting miss indications (RFC 9260 section 7.2.4) that finds what was sent again and lost
// again, and losses that too few packets followed. Each path is looked at by itself, since they take different times.
func (a *Association) searchByTime(now mono.Time, acked *tx.Acked) {
	if !a.cfg.RACK {
		return
	}
	for _, p := range a.paths {
		if acked.Paths[p.ID].Bytes > 0 {
			a.send.outstanding.Delivered(p.ID, now, p.MinRTT.Least())
			a.markOverdue(now, p)
		}
	}
}

// markOverdue marks what is overdue on a path, and waits for what soon will be.
func (a *Association) markOverdue(now mono.Time, p *path.Path) {
	s := &a.send
	patience := p.Reordering.Allowance(p.MinRTT.Least(), p.RTO.SRTT())
	n, again, next := s.outstanding.MarkOverdue(p.ID, now, patience, s.recovery.began, s.losses)
	p.Overdue = next
	switch {
	case n == 0:
	case !s.recovery.active:
		a.enterRecovery(now)
		a.reduceForLoss(p)
	case again: // the loss of a retransmission is another sign of congestion (RFC 5681 section 4.3)
		s.recovery.began = now
		if p.Doubt.IsOpen() && p.Doubt.Exit != s.recovery.exit {
			a.beginDoubt(p, false) // it was another path that recovery began with
		}
		p.CC.Lost()
	}
	a.tellLosses()
}

// expireOverdue looks again at what was in doubt when the last SACK came.
func (a *Association) expireOverdue(now mono.Time, p *path.Path) {
	p.Overdue = 0
	a.send.replenish(a.cfg.MaxBurst)
	a.markOverdue(now, p)
	if p.T3.IsZero() && a.send.outstanding.Flight(p.ID) > 0 {
		p.T3 = now.Add(p.RTO.Current())
	}
}

// enterRecovery begins fast recovery (RFC 9260 section 7.2.4).
func (a *Association) enterRecovery(now mono.Time) {
	s := &a.send
	a.incidents().FastRetransmits++
	a.settleProbes()
	s.recovery = recovery{active: true, exit: s.outstanding.NextTSN() - 1, rush: true, began: now}
}
