package path

import (
	"time"

	"github.com/gosctp/sctp/internal/seq"
)

const (
	// reorderingShare is the part of the shortest round trip that packets may overtake each other by at first, and each time it was too little more
	// (RFC 8985 section 6.2 step 4).
	reorderingShare = 4
	// reorderingPersists is for how many recoveries an allowance lasts that has grown.
	reorderingPersists = 16
	// maxReordering bounds its growth. The smoothed round trip does so before, but where round trips vary much.
	maxReordering = 64
)

// Reordering is how long packets may be late that others have overtaken, before they are lost.
type Reordering struct {
	// more is how often the allowance was too little; left are the recoveries before that is forgotten.
	more, left int
	// round is the last TSN sent when it grew; in that round trip it does not again.
	round   seq.TSN
	growing bool
}

// Allowance is the time beside the round trip.
func (r *Reordering) Allowance(least, smoothed time.Duration) time.Duration {
	return min(time.Duration(1+r.more)*least/reorderingShare, smoothed)
}

// Seen reports whether packets of late came so late that they were taken for lost.
func (r *Reordering) Seen() bool { return r.more > 0 }

// TooLittle notes that something was taken for lost too early; cum is acknowledged, and last was sent last.
func (r *Reordering) TooLittle(cum, last seq.TSN) {
	if r.growing && cum.Less(r.round) {
		return
	}
	r.more = min(r.more+1, maxReordering)
	r.left = reorderingPersists
	r.round, r.growing = last, true
}

// Recovered notes the end of a recovery.
func (r *Reordering) Recovered() {
	if r.left--; r.left <= 0 {
		*r = Reordering{}
	}
}
