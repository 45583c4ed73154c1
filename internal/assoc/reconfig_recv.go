package assoc

import (
	"slices"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// peerRequests are those of the peer.
type peerRequests struct {
	// next is the sequence number that the next request has.
	next seq.TSN
	// last are the answers to the last ones, the newest at the end, as requests may come again (RFC 6525 section 5.2.1).
	last []wire.ReconfigResponse
	// answers are to be sent, to the path to.
	answers []wire.ReconfigResponse
	to      *path.Path
	// repeat is an answer that goes with everything until the peer is known to have it; see finishRenumbering.
	repeat *wire.ReconfigResponse
	// deferred are Outgoing SSN Reset Requests that wait for data (section 5.2.2 E2): one, of a peer that waits for answers (section 5.1.1).
	deferred []*deferredReset
	// renumbering: an SSN/TSN Reset Request waits until this side's data are acknowledged; renumberSeq is its sequence number.
	renumbering bool
	renumberSeq seq.TSN
}

// deferredReset is an Outgoing SSN Reset Request of the peer.
type deferredReset struct {
	request
	last seq.TSN // Sender's Last Assigned TSN
	// op is the operation of this side that it answers, with the request asked; nil if there is none.
	op    *operation
	asked *request
}

// recvReconfig handles a RE-CONFIG chunk (RFC 6525 section 5.2.1).
func (a *Association) recvReconfig(now mono.Time, in *inbound, c wire.Chunk) bool {
	if !a.extensions.Has(Reconfiguration) {
		return a.recvUnknown(c)
	}
	switch a.state {
	case StateEstablished, StateShutdownPending, StateShutdownReceived, StateShutdownSent:
	case StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownAckSent:
		return true
	}
	r, err := wire.ParseReConfig(c)
	if err != nil && r.Second.Raw == nil {
		a.violation(err.Error())
		return false
	}
	known := a.knownParams(r)
	if known.First.Raw == nil {
		return true
	}
	if err != nil || !known.Allowed() {
		a.queueError(wire.CauseProtocolViolation, []byte("RE-CONFIG with parameters that do not go together")) // section 3.1
		return true
	}
	a.takeParam(now, in, known.First)
	if known.Second.Raw != nil && a.state != StateClosed {
		a.takeParam(now, in, known.Second)
	}
	if a.state != StateClosed {
		a.progressReconfig(now)
	}
	return a.state != StateClosed
}

// knownParams does with unknown parameters what their types ask for (RFC 9260 section 3.2.1) and returns the others.
func (a *Association) knownParams(r wire.ReConfig) (known wire.ReConfig) {
	for _, p := range []wire.Param{r.First, r.Second} {
		switch {
		case p.Raw == nil:
		case wire.ReConfig{First: p}.Allowed():
			if known.First.Raw == nil {
				known.First = p
			} else {
				known.Second = p
			}
		default:
			stop, report := p.Type.UnknownAction()
			if report {
				a.queueError(wire.CauseUnrecognizedParams, p.Raw)
			}
			if stop {
				return known
			}
		}
	}
	return known
}

// takeParam handles one parameter of a kind that may stand in a RE-CONFIG chunk.
func (a *Association) takeParam(now mono.Time, in *inbound, p wire.Param) {
	var err error
	if p.Type == wire.ParamReconfigResponse {
		var r wire.ReconfigResponse
		if r, err = wire.ParseReconfigResponse(p); err == nil {
			a.recvResponse(now, r)
		}
	} else {
		a.receive.ack.due = true // section 5.2.1: it helps the peer to see what its request waits for
		q := &a.reconf().peer
		if q.to = in.path; q.to == nil || !usable(q.to) {
			q.to = a.dataPath()
		}
		err = a.takeRequest(p)
	}
	if err != nil {
		a.violation(err.Error())
	}
}

// takeRequest handles a request of the peer.
func (a *Association) takeRequest(p wire.Param) error {
	switch p.Type {
	case wire.ParamOutSSNReset:
		r, err := wire.ParseOutSSNReset(p)
		if err == nil && a.admit(r.ReqSeq) {
			a.recvOutReset(r)
		}
		return err
	case wire.ParamInSSNReset:
		r, err := wire.ParseInSSNReset(p)
		if err == nil && a.admit(r.ReqSeq) {
			a.recvInReset(r)
		}
		return err
	case wire.ParamSSNTSNReset:
		s, err := wire.ParseSSNTSNReset(p)
		if err == nil && a.admit(s) {
			a.recvTSNReset(s)
		}
		return err
	}
	r, err := wire.ParseAddStreams(p)
	switch {
	case err != nil || !a.admit(r.ReqSeq):
	case p.Type == wire.ParamAddOutStreams:
		a.recvAddOut(r)
	default:
		a.recvAddIn(r)
	}
	return err
}

// recvOutReset handles an Outgoing SSN Reset Request (section 5.2.2). It may be the answer to this side's request for it (section 5.2.3), and then is
// not denied.
func (a *Association) recvOutReset(r wire.OutSSNReset) {
	d := &deferredReset{request: request{kind: resetIncoming, seq: r.ReqSeq, streams: listOf(r.Streams)}, last: r.LastTSN}
	if q := a.reconfig.own.find(r.RespSeq); q != nil && q.kind == resetIncoming && d.covers(q.streams) { // E1
		d.op, d.asked = a.reconfig.own.answered(q), q
	}
	switch {
	case d.op == nil && a.cfg.denies(StreamResets), r.Streams.Len() > MaxListedStreams:
		a.refuseReset(d, wire.ReconfigDenied)
	case !exist(r.Streams, a.inStreams):
		a.refuseReset(d, wire.ReconfigWrongSSN)
	case len(a.reconfig.peer.deferred) >= MaxDeferredResets:
		a.refuseReset(d, wire.ReconfigAlreadyInProgress)
	default:
		a.reconfig.peer.deferred = append(a.reconfig.peer.deferred, d)
		a.conclude(r.ReqSeq, wire.ReconfigInProgress) // E2, unless its time has come already
	}
}

// refuseReset answers an Outgoing SSN Reset Request that is not performed.
func (a *Association) refuseReset(d *deferredReset, result wire.ReconfigResult) {
	a.conclude(d.seq, result)
	if d.op != nil {
		a.finish(d.op, d.asked, outcome{failed: true})
	}
}

// exist reports whether all streams of a list are below limit.
func exist(streams wire.Uint16s, limit uint16) bool {
	for i := range streams.Len() {
		if streams.At(i) >= limit {
			return false
		}
	}
	return true
}

// finishDeferred resets the streams of the peer's requests for which everything that was sent on them before has arrived (E3 to E5).
func (a *Association) finishDeferred() {
	q := &a.reconfig.peer
	for i := 0; i < len(q.deferred); {
		d := q.deferred[i]
		if a.receive.tsns.CumTSN().Less(d.last) {
			i++
			continue
		}
		q.deferred = slices.Delete(q.deferred, i, i+1)
		a.intake().ResetStreams(d.streams)
		a.reportCuts()
		a.conclude(d.seq, wire.ReconfigPerformed)
		if d.op != nil {
			a.finish(d.op, d.asked, outcome{})
		} else {
			a.emit(StreamReset{Incoming: true, Streams: d.streams})
		}
	}
}

// defers reports whether a DATA chunk has to wait for a reset of its stream (E2). The peer repeats it when that is done; a peer that
// keeps to the RFC does not even send it before.
func (a *Association) defers(tsn seq.TSN, stream uint16) bool {
	for _, d := range a.reconfig.peer.deferred {
		if d.last.Less(tsn) && (d.streams == nil || has(d.streams, stream)) {
			return true
		}
	}
	return false
}

// recvInReset handles an Incoming SSN Reset Request (section 5.2.3): this side is to reset its outgoing streams, also those that are at their
// beginning.
func (a *Association) recvInReset(r wire.InSSNReset) {
	o := &a.reconfig.own
	streams := listOf(r.Streams)
	switch {
	case a.cfg.denies(StreamResets), a.state != StateEstablished, r.Streams.Len() > MaxListedStreams:
		a.conclude(r.ReqSeq, wire.ReconfigDenied)
	case !exist(r.Streams, a.outStreams):
		a.conclude(r.ReqSeq, wire.ReconfigWrongSSN)
	case o.any(func(q *request) bool { return q.kind == resetOutgoing && q.covers(streams) }):
		a.conclude(r.ReqSeq, wire.ReconfigNothingToDo)
	default:
		a.induce(r.ReqSeq, request{kind: resetOutgoing, streams: streams})
	}
}

// induce makes the request that the peer asked for. If it has to wait, the peer is told that it is in progress. Two requests that wait for each other
// are not: then the peer's is refused.
func (a *Association) induce(s seq.TSN, q request) {
	o := &a.reconfig.own
	if o.flight != nil && o.flight.asksPeer() || o.induced() != nil {
		a.conclude(s, wire.ReconfigAlreadyInProgress)
		return
	}
	if q.kind == resetOutgoing {
		a.pauseStreams(q.streams)
	}
	o.waiting = append(o.waiting, &operation{requests: []request{q}, answers: s, to: a.reconfig.peer.to})
	a.conclude(s, wire.ReconfigInProgress)
}

// recvAddOut handles an Add Outgoing Streams Request (section 5.2.5): the peer wants to send on more streams. It may be the answer to
// this side's request for them (section 5.2.6).
func (a *Association) recvAddOut(r wire.AddStreams) {
	o := &a.reconfig.own
	asked, op := o.adding(r.New), (*operation)(nil)
	if asked != nil {
		op = o.answered(asked)
	}
	result := wire.ReconfigPerformed
	switch {
	case r.New == 0:
		result = wire.ReconfigNothingToDo
	case op == nil && a.cfg.denies(StreamAdditions), int(a.inStreams)+int(r.New) > int(a.cfg.MaxInStreams):
		result = wire.ReconfigDenied
	default:
		a.inStreams += r.New
		a.intake().SetStreams(int(a.inStreams))
	}
	a.conclude(r.ReqSeq, result)
	switch {
	case op != nil:
		a.finish(op, asked, outcome{failed: result != wire.ReconfigPerformed})
	case result == wire.ReconfigPerformed:
		a.emit(StreamChange{OutStreams: a.outStreams, InStreams: a.inStreams, AddedIn: r.New})
	}
}

// adding returns the Add Incoming Streams Request under way for so many streams; nil if there is none.
func (o *ownRequests) adding(count uint16) *request {
	if o.flight == nil {
		return nil
	}
	for i := range o.flight.requests {
		if q := &o.flight.requests[i]; q.kind == addIncoming && !q.answered && q.count == count {
			return q
		}
	}
	return nil
}

// recvAddIn handles an Add Incoming Streams Request (section 5.2.6): this side is to send on more streams.
func (a *Association) recvAddIn(r wire.AddStreams) {
	switch {
	case r.New == 0:
		a.conclude(r.ReqSeq, wire.ReconfigNothingToDo)
	case a.cfg.denies(StreamAdditions), a.state != StateEstablished, int(a.outStreams)+int(r.New) > MaxStreams:
		a.conclude(r.ReqSeq, wire.ReconfigDenied)
	default:
		a.induce(r.ReqSeq, request{kind: addOutgoing, count: r.New})
	}
}
