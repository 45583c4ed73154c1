package tx

import (
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// promised are the blocks of the last NR-SACK that the peer will not drop, sorted.
type promised struct{ kept, spare []interval }

// AckNR is Ack for an NR-SACK chunk, whose blocks nr the peer promises to keep: what they acknowledge gives its memory back at once, and
// stays acknowledged whatever the peer says later (draft-natarajan-tsvwg-sctp-nrsack section 6.2). A TSN in both lists is one of nr.
func (o *Outstanding) AckNR(cum seq.TSN, gaps, nr wire.Gaps, q *Queue) *Acked {
	o.forgetResult()
	o.advance(cum, q)
	o.applyGaps(o.normalise(cum, gaps, nr))
	if o.promised == nil {
		o.promised = new(promised)
	}
	p := o.promised
	kept := o.intervals(p.spare, cum, nr)
	eachOnlyIn(kept, p.kept, o.cum, func(t seq.TSN) { o.keep(o.at(t), q) })
	p.kept, p.spare = kept, p.kept[:0]
	return &o.result
}

// keep gives up what would be needed to send an acknowledged chunk again.
func (o *Outstanding) keep(c *Chunk, q *Queue) {
	if c.kept || c.fate == abandoned {
		return
	}
	c.kept = true
	q.Acked(c.Message)
	c.Message, c.Data = nil, nil
}
