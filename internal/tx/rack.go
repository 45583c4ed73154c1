package tx

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
)

// newest is the chunk that was sent last of those that a path has delivered (RFC 8985 section 6.1: RACK.xmit_ts, RACK.end_seq), and how long
// it took (RACK.rtt).
type newest struct {
	at  mono.Time
	tsn seq.TSN
	rtt time.Duration
}

// sentBefore compares in the order of sending; TSNs tell apart what left at one time (section 5.1).
func sentBefore(at mono.Time, t seq.TSN, otherAt mono.Time, other seq.TSN) bool {
	return at < otherAt || at == otherAt && t.Less(other)
}

// Delivered takes what the last SACK acknowledged on a path for the search for losses by time (RFC 8985 section 6.2 step 2). A chunk that was
// sent again may be acknowledged as it was sent before: it counts only if it took least, the shortest round trip that the path is known for.
func (o *Outstanding) Delivered(path int, now mono.Time, least time.Duration) {
	r := &o.result.Paths[path]
	if r.NewestAt.IsZero() || r.newestAgain && now.Sub(r.NewestAt) < least {
		return
	}
	if n := &o.paths[path].newest; sentBefore(n.at, n.tsn, r.NewestAt, r.newestTSN) {
		*n = newest{at: r.NewestAt, tsn: r.newestTSN, rtt: now.Sub(r.NewestAt)}
	}
}

// MarkOverdue marks for retransmission what is in flight on a path and was sent before something that it has delivered, if that is longer ago
// than the round trip of the latter and patience (section 6.2 step 5). It returns how many there are, whether one of them had been sent
// again after since, and when the next one is overdue, unset if none is in doubt. losses, if not nil, gets what is marked.
func (o *Outstanding) MarkOverdue(
	path int, now mono.Time, patience time.Duration, since mono.Time, losses *Losses,
) (n int, again bool, next mono.Time) {
	p := &o.paths[path]
	if p.newest.at.IsZero() || !p.any {
		return 0, false, 0
	}
	gap := 0
	for t := p.lowest; t.Less(o.next); t++ {
		for gap < len(o.gaps) && o.gaps[gap].end.Less(t) {
			gap++
		}
		if gap < len(o.gaps) && o.gaps[gap].start.LessEq(t) {
			t = o.gaps[gap].end
			continue
		}
		c := o.at(t)
		before := sentBefore(c.sentAt, c.TSN, p.newest.at, p.newest.tsn)
		if c.Transmissions == 1 && !before {
			break // and so was everything that follows and was sent once
		}
		if c.fate != inFlight || c.Path != path || !before {
			continue
		}
		if due := c.sentAt.Add(p.newest.rtt + patience); !due.Reached(now) {
			next = mono.Earliest(next, due)
			continue
		}
		again = again || c.Transmissions > 1 && since.Before(c.sentAt)
		losses.add(c)
		o.mark(c)
		c.fast = true
		c.TimedOut = false
		n++
	}
	return n, again, next
}
