package sim

import (
	"errors"
	"hash/crc32"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// reconfigs are the requests of one side to reset and add streams, and its answers to the peer's, as the wire shows them.
type reconfigs struct {
	asked    map[seq.TSN]*asked
	answered map[seq.TSN]wire.ReconfigResult
}

// asked is a request.
type asked struct {
	kind    wire.ParamType
	sum     uint32
	streams []uint16 // none means all
	// Of an outgoing reset: the request that it answers, if any, and the Sender's Last Assigned TSN.
	answers, last seq.TSN
	over          bool // a final answer has come
}

func newReconfigs() reconfigs {
	return reconfigs{asked: make(map[seq.TSN]*asked), answered: make(map[seq.TSN]wire.ReconfigResult)}
}

// covers reports whether the request is about a stream.
func (a *asked) covers(stream uint16) bool {
	return len(a.streams) == 0 || slices.Contains(a.streams, stream)
}

// eachParam calls f for the parameters of a RE-CONFIG chunk.
func eachParam(c wire.Chunk, f func(wire.Param)) error {
	r, err := wire.ParseReConfig(c)
	if err != nil {
		return err
	}
	f(r.First)
	if r.Second.Raw != nil {
		f(r.Second)
	}
	return nil
}

// parseRequest reads a request and its sequence number.
func parseRequest(p wire.Param) (seq.TSN, *asked, error) {
	a := &asked{kind: p.Type, sum: crc32.ChecksumIEEE(p.Value)}
	switch p.Type {
	case wire.ParamOutSSNReset:
		r, err := wire.ParseOutSSNReset(p)
		a.answers, a.last = r.RespSeq, r.LastTSN
		for i := range r.Streams.Len() {
			a.streams = append(a.streams, r.Streams.At(i))
		}
		return r.ReqSeq, a, err
	case wire.ParamInSSNReset:
		r, err := wire.ParseInSSNReset(p)
		for i := range r.Streams.Len() {
			a.streams = append(a.streams, r.Streams.At(i))
		}
		return r.ReqSeq, a, err
	case wire.ParamSSNTSNReset:
		n, err := wire.ParseSSNTSNReset(p)
		return n, a, err
	default:
		r, err := wire.ParseAddStreams(p)
		return r.ReqSeq, a, err
	}
}

// judgeReconfig judges a RE-CONFIG chunk that u sends.
func (m *monitor) judgeReconfig(u *user, c wire.Chunk, tag uint32) {
	err := eachParam(c, func(p wire.Param) {
		if p.Type == wire.ParamReconfigResponse {
			u.judgeAnswer(p, tag)
		} else if n, a, err := parseRequest(p); err != nil {
			u.fail(RuleReset, "a malformed request: %v", err)
		} else {
			m.judgeRequest(u, n, a)
		}
	})
	if err != nil {
		u.fail(RuleReset, "a malformed RE-CONFIG: %v", err)
	}
}

// judgeRequest judges a request: the same each time, and that of a reset not before all that was sent on the streams.
func (m *monitor) judgeRequest(u *user, n seq.TSN, a *asked) {
	if was := m.reconfigs.asked[n]; was != nil {
		if was.kind != a.kind || was.sum != a.sum {
			u.fail(RuleReset, "request %d is sent again as another one", n)
		}
		return
	}
	m.reconfigs.asked[n] = a
	if a.kind != wire.ParamOutSSNReset || !m.started {
		return
	}
	for t := a.last.Add(1); !m.last.Less(t); t++ {
		if chunk := m.chunks[t]; chunk != nil && a.covers(chunk.key.stream) {
			u.fail(RuleReset, "request %d says that TSN %d is the last one, but %d followed it", n, a.last, t)
		}
	}
}

// resetting reports whether u has asked for the reset of a stream and has not got its answer.
func (r *reconfigs) resetting(stream uint16) bool {
	for _, a := range r.asked {
		if !a.over && a.kind == wire.ParamOutSSNReset && a.covers(stream) {
			return true
		}
	}
	return false
}

// final reports whether a request stays answered so.
func final(r wire.ReconfigResult) bool {
	return r == wire.ReconfigPerformed || r == wire.ReconfigNothingToDo || r == wire.ReconfigDenied
}

// judgeAnswer judges an answer of u: the same each time, unless the request is an old one.
func (u *user) judgeAnswer(p wire.Param, tag uint32) {
	r, err := wire.ParseReconfigResponse(p)
	if err != nil {
		u.fail(RuleReset, "a malformed answer: %v", err)
		return
	}
	answered := u.mon.reconfigs.answered
	if was, again := answered[r.RespSeq]; again && final(was) {
		if was != r.Result && r.Result != wire.ReconfigBadSequence {
			u.fail(RuleReset, "request %d was answered with %q and is now with %q", r.RespSeq, was, r.Result)
		}
		return
	}
	answered[r.RespSeq] = r.Result
	if r.Result == wire.ReconfigPerformed && r.HasTSNs {
		u.mon.renumber(r.SenderNextTSN)
	}
	if peer := u.talk.users[1-u.side]; r.Result == wire.ReconfigPerformed && peer != nil && peer.a.LocalTag() == tag {
		u.judgePerformed(&r, peer)
	}
}

// judgePerformed judges the first answer which says that u has done what its peer asked for: a reset only when everything before it has come (RFC
// 6525 section 5.2.2), nothing against the will of u's application, and not without its knowledge.
func (u *user) judgePerformed(r *wire.ReconfigResponse, peer *user) {
	m := &u.mon
	a := peer.mon.reconfigs.asked[r.RespSeq]
	if a == nil {
		u.fail(RuleReset, "request %d is answered, but was never sent", r.RespSeq)
		return
	}
	own := m.reconfigs.asked[a.answers]
	switch a.kind {
	case wire.ParamOutSSNReset:
		for t := peer.mon.cum.Add(1); peer.mon.started && !a.last.Less(t); t++ {
			if _, came := m.came.data[t]; !came && !m.came.skipped(t) {
				u.fail(RuleReset, "request %d is performed, but TSN %d of %d has not arrived", r.RespSeq, t, a.last)
				return
			}
		}
		if own != nil && own.kind == wire.ParamInSSNReset && !own.over {
			own.over = true // the reset is the answer to it
		} else {
			u.judgeTold(r.RespSeq, assoc.StreamResets, a.streams)
		}
	case wire.ParamSSNTSNReset:
		u.judgeTold(r.RespSeq, assoc.AssocResets, nil)
		peer.mon.renumber(r.ReceiverNextTSN)
	}
}

// judgeTold judges whether a request of the peer may be performed, and the application of u was told of it.
func (u *user) judgeTold(request seq.TSN, kind assoc.ReconfigRequests, streams []uint16) {
	if u.config.DenyReconfig&kind != 0 {
		u.fail(RuleReset, "request %d is performed, but the application denies those", request)
	}
	if len(u.told[kind]) == 0 || !slices.Equal(u.told[kind][0], streams) {
		u.fail(RuleReset, "request %d is performed on streams %v, and the application was told of %v", request, streams, u.told[kind])
		return
	}
	u.told[kind] = u.told[kind][1:]
}

// renumber begins TSNs anew, and the SSNs of all streams. What was sent before counts as acknowledged.
func (m *monitor) renumber(next seq.TSN) {
	for _, c := range m.chunks {
		c.keep()
	}
	clear(m.chunks)
	clear(m.came.data)
	m.started = true
	m.last, m.cum = next.Add(-1), next.Add(-1)
	m.numbers.reset(nil)
	m.came.forwarded = false
}

// answersCame notes the answers that came to u: streams begin with 0 after their reset.
func (m *monitor) answersCame(c wire.Chunk) {
	_ = eachParam(c, func(p wire.Param) {
		if p.Type != wire.ParamReconfigResponse {
			return
		}
		r, err := wire.ParseReconfigResponse(p)
		a := m.reconfigs.asked[r.RespSeq]
		if err != nil || a == nil || a.over || r.Result == wire.ReconfigInProgress {
			return
		}
		a.over = true
		if a.kind == wire.ParamOutSSNReset && r.Result == wire.ReconfigPerformed {
			m.numbers.reset(a.streams)
		}
	})
}

// reconfigure makes a request of the application.
func (u *user) reconfigure(now mono.Time, kind ActionKind) {
	if u.a.State() != assoc.StateEstablished {
		return
	}
	s := u.a.Status()
	var id uint32
	var err error
	rng := u.w.rng
	switch kind {
	case Reset:
		r := assoc.ResetRequest{Outgoing: rng.IntN(3) > 0}
		r.Incoming = !r.Outgoing || rng.IntN(3) == 0
		most := int(s.OutStreams)
		if r.Incoming {
			most = min(int(s.InStreams), most)
		}
		for range rng.IntN(4) { // none means all
			r.Streams = append(r.Streams, uint16(rng.IntN(most)))
		}
		id, err = u.a.ResetStreams(now, r)
	case Renumber:
		id, err = u.a.ResetAssociation(now)
	default:
		id, err = u.a.AddStreams(now, uint16(rng.IntN(3)), uint16(rng.IntN(3)))
	}
	u.w.tracef("%v: %v, request %d: %v", u, kind, id, err)
	switch {
	case err == nil:
		u.requests[id] = kind
	case errors.Is(err, assoc.ErrNotNegotiated) && !u.agreed.Has(assoc.Reconfiguration),
		errors.Is(err, assoc.ErrReconfigBusy), errors.Is(err, assoc.ErrReconfigTooSoon),
		kind == Add && (errors.Is(err, assoc.ErrTooManyStreams) || errors.Is(err, assoc.ErrEmptyRequest)):
	default:
		u.fail(RuleError, "%v: %v", kind, err)
	}
}

// outcome notes what the application is told of a request: its own, which has one outcome, or of the peer if request is 0.
func (u *user) outcome(request uint32, kind ActionKind, is assoc.ReconfigRequests, streams []uint16) {
	if request == 0 {
		u.told[is] = append(u.told[is], streams)
		return
	}
	if u.requests[request] != kind {
		u.fail(RuleReset, "the outcome of request %d, which was not made or is over", request)
	}
	delete(u.requests, request)
}
