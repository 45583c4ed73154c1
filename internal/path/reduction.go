package path

import "github.com/gosctp/sctp/internal/seq"

// Reduction is the last time that a congestion window was reduced. Losses and marks of one window of data are one sign of
// congestion, so that they reduce it once (RFC 3168 section 6.1.2).
type Reduction struct {
	any bool
	// mark: it was for a mark, not for a loss.
	mark  bool
	until seq.TSN // the last TSN of the window of data
	sent  uint64  // the TSNs sent by then
}

// memory is how many TSNs later a reduction is forgotten: long after its window of data, and before TSNs repeat themselves.
const memory = 1 << 30

// Note records a reduction for a mark or for a loss, when until is the last TSN sent and sent the number of them.
func (r *Reduction) Note(mark bool, until seq.TSN, sent uint64) {
	*r = Reduction{any: true, mark: mark, until: until, sent: sent}
}

// Covers reports whether t was sent before the last reduction, so that a mark on it has had its effect.
func (r *Reduction) Covers(t seq.TSN, sent uint64) bool {
	return r.any && sent-r.sent < memory && t.LessEq(r.until)
}

// ForMark reports whether the last reduction was for a mark, and that window of data is not acknowledged up to cum yet.
func (r *Reduction) ForMark(cum seq.TSN, sent uint64) bool { return r.mark && r.Covers(cum+1, sent) }
