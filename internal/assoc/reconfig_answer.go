package assoc

import (
	"slices"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// admit reports whether a request of the peer is new. One that came before gets the same answer as then, any other one out of turn is refused (RFC
// 6525 sections 4.4 and 5.2.1).
func (a *Association) admit(s seq.TSN) bool {
	q := &a.reconfig.peer
	if s == q.next {
		q.next++
		if len(q.last) == MaxKeptAnswers {
			q.last = slices.Delete(q.last, 0, 1)
		}
		q.last = append(q.last, wire.ReconfigResponse{RespSeq: s})
		return true
	}
	if f := a.reconfig.own.flight; f != nil && f.induced() && f.answers == s {
		f.pending = true
		return false
	}
	for _, r := range q.last {
		if r.RespSeq == s {
			q.answer(r)
			return false
		}
	}
	q.answer(wire.ReconfigResponse{RespSeq: s, Result: wire.ReconfigBadSequence})
	return false
}

// conclude has a request of the peer answered.
func (a *Association) conclude(s seq.TSN, result wire.ReconfigResult) {
	a.reconfig.peer.answer(a.reconfig.peer.record(s, result))
}

// record keeps the result of a request, should it come again.
func (q *peerRequests) record(s seq.TSN, result wire.ReconfigResult) wire.ReconfigResponse {
	r := wire.ReconfigResponse{RespSeq: s, Result: result}
	q.keep(r)
	return r
}

// keep puts an answer in the place of the one before.
func (q *peerRequests) keep(r wire.ReconfigResponse) {
	for i := range q.last {
		if q.last[i].RespSeq == r.RespSeq {
			q.last[i] = r
		}
	}
}

// answer has an answer sent, instead of an earlier one to the same request.
func (q *peerRequests) answer(r wire.ReconfigResponse) {
	for i := range q.answers {
		if q.answers[i].RespSeq == r.RespSeq {
			q.answers[i] = r
			return
		}
	}
	if len(q.answers) < MaxReconfigAnswers {
		q.answers = append(q.answers, r)
	}
}

// withdraw takes back an answer that was not sent.
func (q *peerRequests) withdraw(s seq.TSN) {
	for i := range q.answers {
		if q.answers[i].RespSeq == s {
			q.answers = slices.Delete(q.answers, i, i+1)
			return
		}
	}
}
