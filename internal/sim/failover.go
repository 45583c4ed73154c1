package sim

import (
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
)

// failoverSlack is what a failover may take beside time-outs: round trips of the slowest links, and delayed acknowledgements.
const failoverSlack = 3 * time.Second

// progress is what one association has had acknowledged, in a world where paths break.
type progress struct {
	acked uint64
	// since is when acked last changed, or had no reason to; unset while nothing can be asked.
	since mono.Time
	// bound is how long it may stay as it is: as long as each path takes to time out, once for what is sent and once for what is behind it.
	bound time.Duration
}

// judgeFailover asks that data goes on while a path works: one that has been confirmed, that is active, and whose network has been intact all
// the time. A chunk that is lost on another path times out there, and is sent again on an active path that has failed less often; so at the
// latest when each of the others has timed out, this one has its turn.
//
// In UDP, a packet that is replayed from a port that the peer had before has the right tag, and leads to that port until the peer sends something.
func (u *user) judgeFailover(s *assoc.Status) {
	if u.w.s.UDP && u.w.s.Replay > 0 {
		return
	}
	p := &u.progress
	acked := s.Stats.OrderedSent + s.Stats.UnorderedSent - uint64(s.Unacked)
	plane := u.workingPlane(s)
	if plane < 0 || s.Unacked == 0 || !sendsData(s.State) || !u.peerTakes(s) {
		p.since = 0
		return
	}
	if acked != p.acked || p.since <= u.w.broken[plane] {
		*p = progress{acked: acked, since: u.w.now, bound: failoverSlack}
		for _, path := range s.Paths {
			p.bound += 2 * path.RTO
		}
		return
	}
	if d := u.w.now.Sub(p.since); d > p.bound && u.answered(plane) {
		u.fail(RuleFailover, "nothing was acknowledged for %v, though the path on plane %d works; %v were enough", d, plane, p.bound)
	}
}

// answered reports whether the peer can answer on a plane: who has begun to shut down confirms no more addresses.
func (u *user) answered(plane int) bool {
	s := u.talk.users[1-u.side].status()
	p := pathStatus(&s, u.w.s.addr(plane, u.n.index))
	return p != nil && p.Confirmed
}

// sendsData reports whether data is sent, and acknowledged, in a state.
func sendsData(s assoc.State) bool {
	return s == assoc.StateEstablished || s == assoc.StateShutdownPending || s == assoc.StateShutdownReceived
}

// workingPlane is a plane on which nothing is lost and that both sides use, or -1.
func (u *user) workingPlane(s *assoc.Status) int {
	peer := u.w.nodes[u.w.s.peerOf(u.n.index, u.talk.index)]
	for i, p := range u.w.s.Planes {
		l := &p.Link
		perfect := l.Loss == 0 && l.Corrupt == 0 && l.Rate == 0 && (l.MTU == 0 || l.MTU >= maxHostMTU) && max(u.n.plan.MTU, peer.plan.MTU) <= maxHostMTU
		if !perfect || u.w.broken[i] > u.w.now {
			continue
		}
		if path := pathStatus(s, u.w.s.addr(i, peer.index)); path != nil && path.Confirmed && path.State == assoc.AddrAvailable && slices.Contains(u.n.addrs, u.w.s.addr(i, u.n.index)) {
			return i
		}
	}
	return -1
}

// maxHostMTU is what links of planes take that say nothing else.
const maxHostMTU = 1500

// peerTakes reports whether the peer is there, reads, and has room.
func (u *user) peerTakes(s *assoc.Status) bool {
	other := u.talk.users[1-u.side]
	return other != nil && !other.ended && !other.restarted && !u.restarted && paired(u, other) && !other.n.paused &&
		s.PeerRwnd > 4*maxHostMTU && u.talk.plan.Loads[u.side].MayGiveUp == 0
}

// breaks and mends say when plane p begins and ends to lose packets.
func (w *world) breaks(p int) { w.broken[p] = forever }
func (w *world) mends(p int)  { w.broken[p] = w.now }

// cut lets nothing through on plane p, and repair everything again.
func (w *world) cut(p int) {
	w.breaks(p)
	w.net.Cut(w.s.prefix(p), w.everything(p))
}

func (w *world) repair(p int) {
	w.mends(p)
	w.net.Repair(w.s.prefix(p), w.everything(p))
}

// forever is a time that no run reaches.
const forever = mono.Time(1<<63 - 1)
