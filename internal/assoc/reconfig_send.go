package assoc

import (
	"slices"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// launchNext sends the oldest operation that need not wait any more, unless another one is under way (RFC 6525 section 5.1.1).
func (a *Association) launchNext(now mono.Time) {
	r := a.reconfig
	if a.state != StateEstablished || r.own.flight != nil || r.peer.renumbering {
		return
	}
	if i := slices.IndexFunc(r.own.waiting, a.launchable); i >= 0 {
		op := r.own.waiting[i]
		r.own.waiting = slices.Delete(r.own.waiting, i, i+1)
		a.launch(now, op)
	}
}

// launchable reports whether an operation can be sent now.
func (a *Association) launchable(op *operation) bool {
	if op.asksPeer() && a.reconfig.own.induced() != nil {
		return false // the peer waits for that one, and would refuse another
	}
	for i := range op.requests {
		switch r := &op.requests[i]; r.kind {
		case resetOutgoing:
			if !a.settled(r.streams) {
				return false
			}
		case resetTSNs: // section 5.1.4 C2
			if !a.drained() {
				return false
			}
		case resetIncoming, addOutgoing, addIncoming:
		}
	}
	return true
}

// launch sends an operation and starts the Re-configuration Timer.
func (a *Association) launch(now mono.Time, op *operation) {
	r := a.reconfig
	f := &flight{operation: op, path: op.to, pending: true}
	if f.path == nil || !usable(f.path) {
		f.path = a.dataPath()
	}
	for i := range op.requests {
		q := &op.requests[i]
		q.seq = r.own.next
		r.own.next++
		f.params = a.appendRequest(f.params, op, q)
		if q.kind == resetTSNs {
			r.own.resetAt, r.renumbered = now, true
		}
	}
	if op.induced() { // the request itself is the answer
		r.peer.record(op.answers, wire.ReconfigPerformed)
		r.peer.withdraw(op.answers)
	}
	f.timeout = f.path.RTO.Current()
	f.deadline = now.Add(f.timeout)
	r.own.flight = f
}

// appendRequest appends the parameter.
func (a *Association) appendRequest(b []byte, op *operation, q *request) []byte {
	add := wire.AddStreams{ReqSeq: q.seq, New: q.count}
	switch q.kind {
	case resetOutgoing:
		a.pauseStreams(q.streams)
		return wire.AppendOutSSNReset(b, q.seq, a.responseSeq(op), a.send.outstanding.NextTSN()-1, q.streams)
	case resetIncoming:
		return wire.AppendInSSNReset(b, q.seq, q.streams)
	case resetTSNs:
		return wire.AppendUint32Param(b, wire.ParamSSNTSNReset, uint32(q.seq))
	case addOutgoing:
		return add.Append(b, wire.ParamAddOutStreams)
	case addIncoming:
	}
	return add.Append(b, wire.ParamAddInStreams)
}

// responseSeq is the Re-configuration Response Sequence Number of an Outgoing SSN Reset Request (section 5.1.2 A4): that of the request which it
// answers, else the last one of the peer; but not that of one which is still to be answered in this way.
func (a *Association) responseSeq(op *operation) seq.TSN {
	if op.induced() {
		return op.answers
	}
	if other := a.reconfig.own.induced(); other != nil {
		return other.answers - 1
	}
	return a.reconfig.peer.next - 1
}

// find returns the request under way with a sequence number; nil if there is none, or it has been answered.
func (o *ownRequests) find(s seq.TSN) *request {
	if o.flight == nil {
		return nil
	}
	for i := range o.flight.requests {
		if r := &o.flight.requests[i]; r.seq == s && !r.answered {
			return r
		}
	}
	return nil
}

// recvResponse handles a Re-configuration Response (section 5.2.7).
func (a *Association) recvResponse(now mono.Time, r wire.ReconfigResponse) {
	q := a.reconf().own.find(r.RespSeq)
	if q == nil {
		return // H1: nobody waits for it
	}
	f := a.reconfig.own.flight
	a.errors = 0 // the peer is there
	if !f.repeated {
		a.pathAnswered(f.path, false)
	}
	if r.Result == wire.ReconfigInProgress { // H2
		f.inProgress = true
		f.timeout = f.path.RTO.Current()
		f.deadline = now.Add(f.timeout)
		return
	}
	a.complete(q, r)
}

// complete ends a request with its answer (H3 to H6).
func (a *Association) complete(q *request, r wire.ReconfigResponse) {
	op := a.reconfig.own.answered(q)
	done := r.Result == wire.ReconfigPerformed
	o := outcome{result: r.Result, denied: r.Result == wire.ReconfigDenied}
	switch q.kind {
	case resetOutgoing:
		if o.failed = !done && !o.denied && r.Result != wire.ReconfigNothingToDo; !o.failed && !o.denied { // H4
			a.send.queue.ResetSSN(q.streams)
		}
		a.resumeStreams(q.streams)
		for _, streams := range q.later {
			a.resumeStreams(streams)
		}
	case resetIncoming:
		o.failed = !done && !o.denied && r.Result != wire.ReconfigNothingToDo
	case resetTSNs:
		o.failed = !done && !o.denied
		if done && !a.renumber(r) {
			return
		}
	case addOutgoing:
		o.failed = !done && !o.denied
		if done { // H6
			a.outStreams += q.count
		}
	case addIncoming:
		o.failed = !done && !o.denied
	}
	a.finish(op, q, o)
}

// answered notes that the peer has reacted to a request that is under way, and stops the timer if it was the last one. It returns the operation.
func (o *ownRequests) answered(q *request) *operation {
	op := o.flight.operation
	q.answered = true
	if !slices.ContainsFunc(op.requests, func(q request) bool { return !q.answered }) {
		o.flight = nil
	}
	return op
}

// expireReconfig repeats the chunk (section 5.1.1), to another path if the time-out counts as an error.
func (a *Association) expireReconfig(now mono.Time) {
	f := a.reconfig.own.flight
	if !f.inProgress {
		if f.path.RTO.Current() <= f.timeout { // else data on the same path have timed out, too
			f.path.RTO.BackOff()
		}
		a.pathFailed(now, f.path)
		a.countError()
		if a.state == StateClosed {
			return
		}
		f.path = a.otherPath(f.path)
	}
	f.inProgress = false
	a.incidents().ControlRepeated++
	f.pending, f.repeated = true, true
	f.timeout = min(max(2*f.timeout, f.path.RTO.Current()), a.cfg.RTOMax)
	f.deadline = now.Add(f.timeout)
}

// reconfigures reports whether a request is under way on a path, and so watches it like data.
func (a *Association) reconfigures(p *path.Path) bool {
	return a.reconfig != nil && a.reconfig.own.flight != nil && a.reconfig.own.flight.path == p
}

// reconfigWaits reports whether a request of either side waits for data to be acknowledged.
func (a *Association) reconfigWaits() bool {
	return a.reconfig != nil && (len(a.reconfig.own.waiting) > 0 || a.reconfig.peer.renumbering)
}

// reconfigDeadline is that of the Re-configuration Timer; unset if it does not run.
func (a *Association) reconfigDeadline() mono.Time {
	if a.reconfig == nil || a.reconfig.own.flight == nil {
		return 0
	}
	return a.reconfig.own.flight.deadline
}

// pauseStreams holds back what is sent on streams from now on (section 5.1.2 A1).
func (a *Association) pauseStreams(streams []uint16) {
	if streams == nil {
		a.send.queue.PauseAll()
	}
	for _, s := range streams {
		a.send.queue.Pause(s)
	}
}

// resumeStreams ends pauseStreams. Streams whose reset is under way wait for its answer: the peer may have performed it.
func (a *Association) resumeStreams(streams []uint16) {
	under := a.reconfig.own.resetting()
	if under != nil && (streams == nil || under.streams == nil) {
		under.later = append(under.later, streams)
		return
	}
	if streams == nil {
		a.send.queue.ResumeAll()
	}
	for _, s := range streams {
		if under == nil || !has(under.streams, s) {
			a.send.queue.Resume(s)
		}
	}
	a.send.burst = max(a.send.burst, a.cfg.MaxBurst)
}

// resetting returns the Outgoing SSN Reset Request that is under way; nil if there is none.
func (o *ownRequests) resetting() *request {
	if o.flight == nil {
		return nil
	}
	for i := range o.flight.requests {
		if q := &o.flight.requests[i]; q.kind == resetOutgoing && !q.answered {
			return q
		}
	}
	return nil
}

// settled reports whether the peer has all that was sent on streams before they were paused.
func (a *Association) settled(streams []uint16) bool {
	if streams == nil { // not all streams are looked at for each packet while there is a simple answer
		return a.send.outstanding.Len() == 0 && a.send.queue.SettledAll()
	}
	for _, s := range streams {
		if !a.send.queue.Settled(s) {
			return false
		}
	}
	return true
}

// drained reports whether the peer has all that was begun to be sent, so that TSNs may go on elsewhere.
func (a *Association) drained() bool {
	return a.send.outstanding.Len() == 0 && !a.send.queue.Cutting()
}
