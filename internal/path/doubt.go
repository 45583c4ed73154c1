package path

import (
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
)

// MaxRepeats is how many TSNs are kept of those that were sent again after a reduction. When there are more, something was lost.
const MaxRepeats = 1024

// Doubt is about the last reduction of a congestion window for a loss or a time-out: whether anything was lost. It is unfounded when the peer
// has reported all that was sent again as duplicates (RFC 3708).
type Doubt struct {
	// Exit is the highest TSN outstanding when the window was reduced.
	Exit seq.TSN
	// TimedOut: T3-rtx had expired.
	TimedOut bool
	// Watched: the next SACKs tell whether that was too early (RFC 5682). Acks are those that have acknowledged something, Fresh that new data
	// has left since the first of them.
	Watched, Fresh bool
	Acks           int

	open    bool
	many    bool     // not all that was sent again is known
	repeats []repeat // by TSN
	left    int      // reports that are missing
}

// repeat is a TSN that was sent again.
type repeat struct {
	tsn seq.TSN
	// left is how many of its retransmissions were not reported as duplicates; at is when the last one left.
	left int
	at   mono.Time
}

// Open begins anew: the window is reduced.
func (d *Doubt) Open(exit seq.TSN, timedOut bool) {
	*d = Doubt{open: true, Exit: exit, TimedOut: timedOut, repeats: d.repeats[:0]}
}

// Close ends the doubt, whatever may be heard later.
func (d *Doubt) Close() { *d = Doubt{} }

// IsOpen reports whether a reduction may still turn out to be unfounded.
func (d *Doubt) IsOpen() bool { return d.open }

// Repeated notes that a TSN was sent again.
func (d *Doubt) Repeated(now mono.Time, t seq.TSN) {
	if !d.open || d.many {
		return
	}
	i, found := d.find(t)
	switch {
	case found:
		d.repeats[i].left++
		d.repeats[i].at = now
	case len(d.repeats) == MaxRepeats:
		d.many = true
	default:
		d.repeats = slices.Insert(d.repeats, i, repeat{t, 1, now})
	}
	d.left++
}

// Duplicate notes that the peer has reported a TSN as a duplicate, and reports whether it had been sent again in time: a report that comes
// sooner than the shortest round trip after that is about something else.
func (d *Doubt) Duplicate(now mono.Time, t seq.TSN, least time.Duration) bool {
	i, found := d.find(t)
	if !d.open || !found || d.repeats[i].left == 0 || now.Sub(d.repeats[i].at) < least {
		return false
	}
	d.repeats[i].left--
	d.left--
	return true
}

// Unfounded reports whether something was sent again, and all of it in vain.
func (d *Doubt) Unfounded() bool { return d.open && !d.many && len(d.repeats) > 0 && d.left == 0 }

// find is the place of a TSN.
func (d *Doubt) find(t seq.TSN) (int, bool) {
	return slices.BinarySearchFunc(d.repeats, t, func(r repeat, t seq.TSN) int { return r.tsn.Diff(t) })
}
