package tx

import (
	"slices"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// PathAcked is what a SACK changed on one path.
type PathAcked struct {
	// Bytes newly acknowledged, as sent last to this path; Largest of them were one chunk.
	Bytes, Largest int
	// InFlight: at least one of the chunks was in flight. Those that a time-out gave up show that the path worked once, not that it
	// works.
	InFlight bool
	// Earliest: the earliest TSN in flight was among them, so T3-rtx restarts (RFC 9260 section 6.3.2 R3).
	Earliest bool
	// SentAt is when a chunk left whose acknowledgement measures the round trip; unset if none does.
	SentAt mono.Time
	// LatestAt is when that of the chunks left which was sent last, if it was sent once: SACKs that measure nothing for RTO tell the round
	// trip with it. Unset if all were sent again.
	LatestAt mono.Time
	// LateAt is when that of the chunks left which was sent last of those that T3-rtx gave up, and which were not sent again. Unset if there are
	// none.
	LateAt mono.Time
	// NewestAt is when that of the chunks left which was sent last, newestTSN; newestAgain: that was not the first time.
	NewestAt    mono.Time
	newestTSN   seq.TSN
	newestAgain bool
	// Reneged: a chunk is in flight again that a gap block had acknowledged (R4).
	Reneged bool
}

// Acked is the outcome of a SACK.
type Acked struct {
	CumAdvanced bool
	// Any: at least one chunk was newly acknowledged; Highest is then the highest TSN newly acknowledged (section 7.2.4).
	Any     bool
	Highest seq.TSN
	// Paths are those that SetPaths has told of.
	Paths []PathAcked
}

// interval is a run of TSNs, both ends included.
type interval struct{ start, end seq.TSN }

// Ack takes the Cumulative TSN Ack and the gap blocks of a SACK chunk; cum must lie between the Cumulative TSN Ack Point and the last
// TSN sent. Messages that are acknowledged whole go back to q. The result is valid until the next call.
func (o *Outstanding) Ack(cum seq.TSN, gaps wire.Gaps, q *Queue) *Acked {
	o.forgetResult()
	o.advance(cum, q)
	if gaps.Len() > 0 || len(o.gaps) > 0 {
		o.applyGaps(o.normalise(cum, gaps))
	}
	return &o.result
}

// AckCumulative takes a Cumulative TSN Ack that comes without gap blocks and says nothing about them, as in SHUTDOWN.
func (o *Outstanding) AckCumulative(cum seq.TSN, q *Queue) *Acked {
	o.forgetResult()
	o.advance(cum, q)
	return &o.result
}

// advance moves the Cumulative TSN Ack Point.
func (o *Outstanding) advance(cum seq.TSN, q *Queue) {
	for o.cum != cum {
		o.cum++
		o.result.CumAdvanced = true
		c := o.at(o.cum)
		o.acknowledge(c)
		if !c.kept {
			q.Acked(c.Message)
		}
		*c = Chunk{}
	}
	if o.lost > 0 && o.nextLost.LessEq(cum) {
		o.nextLost = cum + 1
	}
}

// acknowledge notes that the peer has the chunk.
func (o *Outstanding) acknowledge(c *Chunk) {
	if c.fate == acked {
		return
	}
	r := &o.result.Paths[c.Path]
	switch c.fate {
	case inFlight:
		r.Earliest = o.outOfFlight(c) || r.Earliest
		r.InFlight = true
	case lost:
		o.lost--
		if c.TimedOut && c.Transmissions == 1 {
			r.LateAt = max(r.LateAt, c.sentAt)
		}
	case abandoned: // RFC 3758 section 3.5 A2: nothing is credited
		o.noteAcked(c.TSN)
		return
	case acked: // excluded above
	}
	c.fate = acked
	o.noteAcked(c.TSN)
	r.Bytes += c.Size()
	r.Largest = max(r.Largest, c.Size())
	if c.Transmissions == 1 {
		r.LatestAt = max(r.LatestAt, c.sentAt)
	}
	if sentBefore(r.NewestAt, r.newestTSN, c.sentAt, c.TSN) {
		r.NewestAt, r.newestTSN, r.newestAgain = c.sentAt, c.TSN, c.Transmissions > 1
	}
	if p := &o.paths[c.Path]; !p.timedAt.IsZero() && p.timed == c.TSN {
		r.SentAt, p.timedAt = p.timedAt, 0
	}
}

func (o *Outstanding) noteAcked(t seq.TSN) {
	if !o.result.Any || o.result.Highest.Less(t) {
		o.result.Highest = t
	}
	o.result.Any = true
}

// normalise turns gap blocks into sorted, disjoint intervals of outstanding TSNs. A peer may send them in any order, overlapping, or
// beyond what was sent; the latter is ignored.
func (o *Outstanding) normalise(cum seq.TSN, gaps ...wire.Gaps) []interval {
	o.spare = o.intervals(o.spare, cum, gaps...)
	return o.spare
}

// intervals does that in the memory of out.
func (o *Outstanding) intervals(out []interval, cum seq.TSN, lists ...wire.Gaps) []interval {
	out = out[:0]
	sorted := true
	for _, gaps := range lists {
		out, sorted = o.appendIntervals(out, sorted, cum, gaps)
	}
	if !sorted {
		out = merge(out)
	}
	return out
}

// appendIntervals appends the intervals of one list, and says whether all are sorted and disjoint if those before it were.
func (o *Outstanding) appendIntervals(out []interval, sorted bool, cum seq.TSN, gaps wire.Gaps) ([]interval, bool) {
	for i := range gaps.Len() {
		g := gaps.At(i)
		iv := interval{cum.Add(int(g.Start)), cum.Add(int(g.End))}
		if last := o.next - 1; last.Less(iv.end) {
			iv.end = last
		}
		if g.Start == 0 || iv.end.Less(iv.start) {
			continue
		}
		sorted = sorted && (len(out) == 0 || out[len(out)-1].end.Less(iv.start))
		out = append(out, iv)
	}
	return out, sorted
}

func merge(ivs []interval) []interval {
	slices.SortFunc(ivs, func(a, b interval) int { return a.start.Diff(b.start) })
	out := ivs[:1]
	for _, iv := range ivs[1:] {
		last := &out[len(out)-1]
		switch {
		case last.end.Less(iv.start):
			out = append(out, iv)
		case last.end.Less(iv.end):
			last.end = iv.end
		}
	}
	return out
}

// applyGaps acknowledges what is in the new gap list and was not in the one before, and takes back what was and is not. Only the
// differences of the two lists are visited.
func (o *Outstanding) applyGaps(new []interval) {
	old := o.gaps
	eachOnlyIn(new, old, o.cum, func(t seq.TSN) { o.acknowledge(o.at(t)) })
	eachOnlyIn(old, new, o.cum, o.renege)
	o.gaps, o.spare = new, old[:0]
}

// renege handles a chunk that the peer no longer reports (section 6.2.1 D iii).
func (o *Outstanding) renege(t seq.TSN) {
	c := o.at(t)
	if c.fate != acked || c.kept {
		return
	}
	o.intoFlight(c)
	c.misses = 1
	c.fast = false
	o.result.Paths[c.Path].Reneged = true
}

// eachOnlyIn calls f for every TSN above cum that lies in an interval of a but in none of b. Both are sorted and disjoint.
func eachOnlyIn(a, b []interval, cum seq.TSN, f func(seq.TSN)) {
	j := 0
	for _, iv := range a {
		t := iv.start
		if t.LessEq(cum) {
			t = cum + 1
		}
		for t.LessEq(iv.end) {
			for j < len(b) && b[j].end.Less(t) {
				j++
			}
			if j < len(b) && b[j].start.LessEq(t) {
				t = b[j].end + 1
				continue
			}
			f(t)
			t++
		}
	}
}

// drain empties the list and hands the message of every chunk to f, in order of TSN, but of those that the peer keeps.
func (o *Outstanding) drain(f func(*Message)) {
	for t := o.cum + 1; t != o.next; t++ {
		if c := o.at(t); !c.kept {
			f(c.Message)
		}
	}
	*o = *NewOutstandingTo(o.next, len(o.paths))
}
