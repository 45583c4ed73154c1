package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
)

// What is done when no path works, and when the first one does again. Timers alone find that late: they have doubled with each failure. Before the
// first SACK they have to: the peer may answer HEARTBEATs and take no data, because the COOKIE ACK was lost, for as long as its COOKIE ECHO takes
// to get through. So they have when HEARTBEATs have brought paths back in vain.

// maxRescues is how often data moves to a path that a HEARTBEAT has brought back, without any of it being acknowledged: packets of data may be too
// large for the path, and its time-outs would be used up in no time.
const maxRescues = 2

// hopeful reports whether a path that answers HEARTBEATs can be expected to take data.
func (a *Association) hopeful() bool { return a.send.answered && a.send.rescues < maxRescues }

// lookAround probes all paths that have failed when none is left that works, each time that T3-rtx expires, beside the one that data is tried
// on. Their own HEARTBEATs go on: the more moments are tried, the sooner one is found at which a path works.
func (a *Association) lookAround(now mono.Time) {
	if !a.heartbeating() || !a.hopeful() || a.dataPath().State() == path.Active {
		return
	}
	target := a.dataTarget()
	for _, p := range a.paths {
		if p != target && lost(now, p) {
			a.probeFailed(p)
		}
	}
}

// failed reports whether p was confirmed and works no longer.
func failed(p *path.Path) bool {
	return p.State() == path.PotentiallyFailed || p.State() == path.Inactive
}

// lost reports whether no HEARTBEAT to p is under way, or only one that has been so for longer than the path ever took: the end of an RTO that
// has doubled tells no more.
func lost(now mono.Time, p *path.Path) bool {
	return p.HB.Nonce == 0 || now.Sub(p.HB.SentAt) >= p.RTO.Measurement()
}

// probeFailed sends a HEARTBEAT to a path that has failed, now rather than later, unless HEARTBEATs to it are off. The only path there is has
// data to tell.
func (a *Association) probeFailed(p *path.Path) {
	if failed(p) && p.Params().HBInterval >= 0 && a.heartbeating() && a.hopeful() && len(a.paths) > 1 {
		p.HB.Wanted = true
	}
}

// measureAnew has the round trip of a path measured that has come back by a SACK. What was sent again measures nothing (RFC 9260 section 6.3.1
// C5), so the RTO would stay as long as the outage has made it, and the next loss would be found late.
func (a *Association) measureAnew(p *path.Path) {
	if a.heartbeating() && p.Params().HBInterval >= 0 && p.RTO.Current() > p.RTO.Measurement() {
		p.HB.Wanted = true
	}
}

// rescue has sent again what is in flight on failed paths, now that one works: it went there because nothing better was left. The path that
// works has the window of a path that has been silent.
func (a *Association) rescue() {
	if !a.hopeful() {
		return
	}
	moved := false
	for _, p := range a.paths {
		if p.State() == path.Active || a.send.outstanding.Flight(p.ID) == 0 {
			continue
		}
		moved = true
		a.send.outstanding.MarkTimedOut(p.ID)
		p.T3 = 0
		a.send.burst = max(a.send.burst, a.cfg.MaxBurst)
	}
	if moved {
		a.send.rescues++
	}
}
