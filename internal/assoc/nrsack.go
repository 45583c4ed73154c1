package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// NR-SACK (draft-natarajan-tsvwg-sctp-nrsack) takes the place of SACK where both sides have it. What was received is never given up
// (ADR 7), so that all gap blocks of this side are non-renegable (section 6.1 case 3).

// report is what a SACK or NR-SACK says that the peer has.
type report struct {
	cum seq.TSN
	// gaps may be taken back, kept may not.
	gaps, kept wire.Gaps
	// dups have arrived more than once.
	dups wire.TSNs
	rwnd int
}

// last is the highest TSN that the report says something about; false if there are no gaps.
func (r *report) last() (seq.TSN, bool) {
	if r.gaps.Len() == 0 && r.kept.Len() == 0 {
		return r.cum, false
	}
	last := r.cum
	for _, g := range [...]wire.Gaps{r.gaps, r.kept} {
		if g.Len() == 0 {
			continue
		}
		if end := r.cum.Add(int(g.At(g.Len() - 1).End)); last.Less(end) {
			last = end
		}
	}
	return last, true
}

// recvNRSack handles an NR-SACK chunk, as a SACK but for what the peer promises to keep (section 6.2).
func (a *Association) recvNRSack(now mono.Time, c wire.Chunk) {
	if !a.takesSack() {
		return
	}
	s, err := wire.ParseNRSack(c)
	if err != nil {
		a.violation(err.Error())
		return
	}
	a.stats.SacksReceived++
	a.incidents().GapsReceived += uint64(s.Gaps.Len() + s.NRGaps.Len())
	a.acknowledged(now, &report{cum: s.CumTSN, gaps: s.Gaps, kept: s.NRGaps, dups: s.Dups, rwnd: int(s.ARwnd)})
}

// sackHeaderLen is the length of a SACK or NR-SACK of this side without blocks.
func (a *Association) sackHeaderLen() int {
	if a.extensions.Has(NRSack) {
		return wire.NRSackHeaderLen
	}
	return wire.SackHeaderLen
}
