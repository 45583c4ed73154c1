package assoc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/tx"
)

// tailDelay is what a probe allows the peer for a delayed acknowledgement, beside two round trips (RFC 8985 section 7.2): SACK.Delay.
const tailDelay = 200 * time.Millisecond

// watchTail has data in flight probed for if nothing is heard of it (RFC 8985 section 7): after two round trips and the delay of an
// acknowledgement, the earliest chunk is sent again on the same path, which the peer answers at once (RFC 9260 section 6.2). If that is not
// answered in the same time either, or the next chunks are not, the path is taken for one whose T3-rtx has expired: where acknowledgements are
// lost on their way, the peer sends those of duplicates another way. It is called when T3-rtx is started. That pays where
// another path works and the first time-out moves data there, and where T3-rtx would be later.
func (a *Association) watchTail(now mono.Time, p *path.Path) {
	if !a.cfg.TailProbe {
		return
	}
	p.Tail = 0
	wait := a.tailWait(p)
	if p.RTO.SRTT() > 0 && 2*wait < p.RTO.Current() && a.mayProbe(p) {
		p.Tail = now.Add(wait)
	}
}

func (a *Association) tailWait(p *path.Path) time.Duration { return 2*p.RTO.SRTT() + tailDelay }

// mayProbe reports whether a silence of the path would mean something, and anything could be done.
func (a *Association) mayProbe(p *path.Path) bool {
	s := &a.send
	if p.State() != path.Active || p.Params().PFMaxRetrans > 0 || s.windowClosed || s.probing || s.outstanding.Flight(p.ID) == 0 {
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
	if !a.mayProbe(p) {
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
	}
}
