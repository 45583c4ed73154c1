package assoc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/tx"
)

// tailDelay is what a probe allows the peer for a delayed acknowledgement, beside two round trips (RFC 8985 section 7.2): SACK.Delay.
const tailDelay = 200 * time.Millisecond

// watchTail has data in flight probed for if nothing is heard of it (RFC 8985 section 7), before T3-rtx expires. It is called when that is
// started.
//
// Where another path works and the first time-out moves data there, the probe is to tell whether this one does: after two round trips and the
// delay of an acknowledgement, the earliest chunk is sent again on the same path, which the peer answers at once (RFC 9260 section 6.2). If
// that is not answered in the same time either, or the next chunks are not, the path is taken for one whose T3-rtx has expired: where
// acknowledgements are lost on their way, the peer sends those of duplicates another way.
//
// On an association with one path the probe is to find what was lost at the end of a flight, see probeTail.
func (a *Association) watchTail(now mono.Time, p *path.Path) {
	if !a.cfg.TailProbe {
		return
	}
	p.Tail = 0
	rto := p.RTO.Current()
	switch wait := a.tailWait(p); {
	case p.RTO.SRTT() == 0:
	case 2*wait < rto && a.mayMove(p):
		p.Tail = now.Add(wait)
	case a.mayProbe(p):
		if wait = a.probeWait(p); wait < rto {
			p.Tail = now.Add(wait)
		}
	}
}

func (a *Association) tailWait(p *path.Path) time.Duration { return 2*p.RTO.SRTT() + tailDelay }

// expectsAcks reports whether a silence of the path would mean something.
func (a *Association) expectsAcks(p *path.Path) bool {
	s := &a.send
	return p.State() == path.Active && !s.windowClosed && !s.probing && s.outstanding.Flight(p.ID) > 0
}

// mayMove reports whether data would move from the path to another one.
func (a *Association) mayMove(p *path.Path) bool {
	if !a.expectsAcks(p) || p.Params().PFMaxRetrans > 0 {
		return false
	}
	for _, q := range a.paths {
		if q != p && q.State() == path.Active {
			return true
		}
	}
	return false
}

// expireTail sends the probe, or when that went unanswered too, does what T3-rtx would do later.
func (a *Association) expireTail(now mono.Time, p *path.Path) {
	p.Tail = 0
	if !a.mayMove(p) {
		if a.mayProbe(p) {
			a.probeTail(now, p)
		}
		return
	}
	if p.Probed {
		a.expireT3(now, p)
		return
	}
	p.Probed = true
	p.Tail = now.Add(a.tailWait(p))
	lowest, _ := a.send.outstanding.Lowest(p.ID)
	// What may be given up is not marked: that could be the end of it.
	if c := a.send.outstanding.Find(lowest); c.Message.PR.Policy == tx.PRNone && a.send.outstanding.MarkDamaged(c) {
		a.send.burst = max(a.send.burst, 1)
		a.incidents().TailProbes++
	}
}
