package rx

import "github.com/gosctp/sctp/internal/seq"

// horizon is how far TSNs have come, as far as memory is concerned.
type horizon struct {
	started bool
	highest seq.TSN
	// holes is how many TSNs below the highest have not come.
	holes int
}

// start says that initial is the first TSN that can come.
func (h *horizon) start(initial seq.TSN) { *h = horizon{started: true, highest: initial - 1} }

// fills reports whether t lies below the highest TSN that has come.
func (h *horizon) fills(t seq.TSN) bool { return h.started && t.Less(h.highest) }

// holesWith is what holes would be after t.
func (h *horizon) holesWith(t seq.TSN) int {
	if !h.started || t.LessEq(h.highest) {
		return h.holes
	}
	return h.holes + t.Diff(h.highest) - 1
}

// reach records that t has come.
func (h *horizon) reach(t seq.TSN) {
	switch {
	case !h.started: // for want of better knowledge, it is the lower end
		*h = horizon{started: true, highest: t}
	case h.fills(t):
		h.holes = max(h.holes-1, 0)
	default:
		h.holes, h.highest = h.holesWith(t), t
	}
}

// skip records that the TSNs from first to last, which have not come, will not come any more.
func (h *horizon) skip(first, last seq.TSN) {
	if !h.started || h.highest.Less(last) {
		h.started, h.highest = true, last // and first follows on what was the highest
		return
	}
	h.holes = max(h.holes-last.Diff(first)-1, 0)
}
