package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// What was taken for lost may only be late: other packets have overtaken it, or the path was silent for longer than T3-rtx. Then the peer gets
// it twice, and says so in its SACKs (RFC 9260 section 3.3.4). When all that was sent again since a reduction of the window has come twice,
// nothing was lost, and the reduction is taken back (RFC 3708, RFC 4015, RFC 9438 section 4.9).

// distrustPersists is for how many reductions no report of duplicates is believed after one that cannot be about retransmissions.
const distrustPersists = 16

// duplicates is what the peer's reports of duplicates are worth.
type duplicates struct {
	// heard is how many there were since the association began or restarted, sent how many chunks were sent again.
	heard, sent uint64
	// distrust is for how many more reductions none of them is believed, because the network duplicates packets, or the peer makes them up.
	distrust int
}

// beginDoubt is called before the window of a path is reduced.
func (a *Association) beginDoubt(p *path.Path, timedOut bool) {
	if !a.cfg.Undo {
		return
	}
	d := &a.send.duplicates
	if d.distrust > 0 {
		d.distrust--
	}
	p.CC.Save()
	p.Doubt.Open(a.send.outstanding.NextTSN()-1, timedOut)
}

// sentAgain notes that a TSN that was sent to p was sent again, to whichever path.
func (a *Association) sentAgain(now mono.Time, p *path.Path, t seq.TSN) {
	a.send.duplicates.sent++
	p.Doubt.Repeated(now, t)
}

// hearDuplicates takes the TSNs that arrived more than once. A peer that wants a large window could as well claim to have what was lost; so
// these are believed as far as they fit what was sent.
func (a *Association) hearDuplicates(now mono.Time, dups wire.TSNs) {
	s := &a.send
	for i := range dups.Len() {
		t := dups.At(i)
		s.duplicates.heard++
		c := s.outstanding.Find(t)
		if c != nil && c.Transmissions == 1 || s.duplicates.heard > s.duplicates.sent {
			s.duplicates.distrust = distrustPersists
			s.duplicates.heard = s.duplicates.sent
		}
		a.hearDuplicate(now, t)
	}
	if s.duplicates.distrust > 0 {
		return
	}
	for _, p := range a.paths {
		if p.Doubt.Unfounded() && s.outstanding.Lost() == 0 {
			a.undo(p)
		}
	}
}

// hearDuplicate takes one of them.
func (a *Association) hearDuplicate(now mono.Time, t seq.TSN) {
	out := a.send.outstanding
	for _, p := range a.paths {
		p.TailProbe.Duplicate(t)
		if !p.Doubt.Duplicate(now, t, p.MinRTT.Least()) {
			continue
		}
		if a.cfg.RACK && !p.Doubt.TimedOut && a.send.duplicates.distrust == 0 {
			p.Reordering.TooLittle(out.CumTSNAck(), out.NextTSN()-1)
			out.SetPatient(p.ID, true)
		}
		return
	}
}

// undo takes back the last reduction of the window of a path.
func (a *Association) undo(p *path.Path) {
	s := &a.send
	if p.Doubt.TimedOut {
		a.incidents().TimeoutsUndone++
	} else {
		a.incidents().RecoveriesUndone++
		if s.recovery.active && s.recovery.exit == p.Doubt.Exit {
			a.endRecovery()
		}
	}
	p.CC.Undo()
	p.OnePacket = false
	p.Reduction = path.Reduction{}
	p.Doubt.Close()
}

// endRecovery ends fast recovery. An allowance for reordering that has grown lasts for so many (RFC 8985 section 6.2 step 4).
func (a *Association) endRecovery() {
	a.send.recovery.active = false
	for _, p := range a.paths {
		p.Reordering.Recovered()
		a.send.outstanding.SetPatient(p.ID, p.Reordering.Seen())
	}
}
