package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/tx"
)

// F-RTO (RFC 5682) finds out whether T3-rtx expired because a path was silent for a while and not because all was lost: then what was sent
// before goes on to be acknowledged. Without it all of that is sent again, as the late acknowledgements ask for more and more of it.

// doubtTimeout is called when T3-rtx has expired, before anything is done about it. Only what is sent again on the same path tells something
// about it, and not what was sent again already. Further time-outs change nothing: the path is silent still.
func (a *Association) doubtTimeout(p *path.Path) {
	d := &p.Doubt
	if !a.cfg.Undo || d.IsOpen() && d.TimedOut && d.Acks == 0 {
		return
	}
	if a.send.recovery.active && d.IsOpen() && d.Exit == a.send.recovery.exit {
		d.TimedOut = true // what was sent again in fast recovery has to come twice as well
		return
	}
	a.beginDoubt(p, true)
	d.Watched = d.IsOpen() && a.otherPath(p) == p
}

// lateAck judges the last time-out by what a SACK has acknowledged on its path. The first SACK may tell of what arrived long before, since
// earlier ones can be lost, and then comes for what was sent again. When the second one acknowledges something that was not sent again, that
// has arrived since, and so was late and not lost (RFC 5682 section 3.1 step 3).
func (a *Association) lateAck(now mono.Time, p *path.Path, r *tx.PathAcked) {
	d := &p.Doubt
	if !d.Watched || r.Bytes == 0 {
		return
	}
	if d.Acks++; d.Acks == 1 {
		return
	}
	d.Watched = false
	if r.LateAt.IsZero() {
		return
	}
	a.send.outstanding.Unmark(p.ID)
	a.undo(p)
	p.RTO.Measured(now.Sub(r.LateAt)) // it is known which transmission this is the round trip of
	p.T3 = now.Add(p.RTO.Current())
	a.pathAnswered(p, false)
}

// awaitsVerdict reports whether new data is to be sent on a path rather than what T3-rtx gave up: between the first SACK and the second one
// (RFC 5682 section 3.1 step 2.b). Of RFC 9260 section 6.1 rule C this is the exception.
func (a *Association) awaitsVerdict(p *path.Path) bool { return p.Doubt.Watched && p.Doubt.Acks == 1 }

// buildFresh adds new chunks instead of those that T3-rtx gave up, and reports whether that was possible.
func (a *Association) buildFresh(now mono.Time, k *builder) bool {
	s, d := &a.send, &k.path.Doubt
	if most := a.fragmentSize(); !s.queue.Empty() && s.queue.NextSize(most) <= s.rwnd() {
		a.buildNew(now, k)
	}
	d.Watched = k.data > 0 || d.Fresh && a.send.outstanding.Flight(k.path.ID) > 0
	d.Fresh = d.Watched
	return d.Watched
}
