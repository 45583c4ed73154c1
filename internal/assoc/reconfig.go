package assoc

import (
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// reconfiguration is what RFC 6525 keeps, of this side's requests and of the peer's. It exists from the first one on.
type reconfiguration struct {
	own  ownRequests
	peer peerRequests
	// held: no message begins, because of an SSN/TSN reset of either side.
	held bool
	// renumbered: TSNs were reset, or may have been by now. What is on its way with old ones is no violation.
	renumbered bool
}

// ownRequests are those of this side.
type ownRequests struct {
	// next is the Re-configuration Request Sequence Number of the next request, lastID the number of the user's last one.
	next   seq.TSN
	lastID uint32
	// waiting has what was not sent yet, oldest first.
	waiting []*operation
	// flight is the one RE-CONFIG chunk with requests that may be under way (section 5.1.1); nil if there is none.
	flight *flight
	// resetAt is when TSNs were last asked to be reset.
	resetAt mono.Time
}

// requestKind is what a request asks for.
type requestKind uint8

const (
	resetOutgoing requestKind = iota // Outgoing SSN Reset Request
	resetIncoming                    // Incoming SSN Reset Request
	resetTSNs                        // SSN/TSN Reset Request
	addOutgoing                      // Add Outgoing Streams Request
	addIncoming                      // Add Incoming Streams Request
)

// request is one parameter of a RE-CONFIG chunk.
type request struct {
	kind requestKind
	seq  seq.TSN
	// streams are those to reset, sorted; nil means all.
	streams []uint16
	// count is the number of streams to add.
	count uint16
	// answered: the peer has reacted. done: what it was about is over, too.
	answered, done bool
	// later are lists of streams that other requests let go of, and that wait for the answer to this one.
	later [][]uint16
}

// operation is what goes into one RE-CONFIG chunk: a request or two.
type operation struct {
	// id is the number that the user knows it by; 0 if it answers the peer's request with the sequence number answers.
	id       uint32
	answers  seq.TSN
	requests []request
	// to is where to send it; nil leaves that to the association.
	to      *path.Path
	outcome outcome
}

// outcome is how an operation ended: performed, unless one of the two is set.
type outcome struct {
	denied, failed bool
	result         wire.ReconfigResult // the peer's words
}

// flight is a RE-CONFIG chunk that waits for its answers.
type flight struct {
	*operation
	// params are the parameters as they are sent each time.
	params []byte
	path   *path.Path
	// pending: it is to be sent now. repeated: it was sent more than once.
	pending, repeated bool
	// deadline is that of the Re-configuration Timer, timeout what it was started with.
	deadline mono.Time
	timeout  time.Duration
	// inProgress: the peer has answered that it is at work, so the next time-out is no error (section 5.2.7 H2).
	inProgress bool
}

// induced reports whether the operation answers a request of the peer.
func (o *operation) induced() bool { return o.id == 0 }

// asksPeer reports whether the answer takes a request of the peer, or all of its attention: two such at the same time, one of each side, would wait
// for each other.
func (o *operation) asksPeer() bool {
	return slices.ContainsFunc(o.requests, func(q request) bool {
		return !q.answered && (q.kind == resetIncoming || q.kind == addIncoming || q.kind == resetTSNs)
	})
}

// isTSNReset reports whether the operation is an SSN/TSN Reset Request.
func (o *operation) isTSNReset() bool { return o.requests[0].kind == resetTSNs }

// concerns reports whether a reset is about one of streams; nil means all.
func (q *request) concerns(streams []uint16) bool {
	if q.streams == nil || streams == nil {
		return true
	}
	return slices.ContainsFunc(streams, func(s uint16) bool { return has(q.streams, s) })
}

// covers reports whether a reset is about all of streams.
func (q *request) covers(streams []uint16) bool {
	if q.streams == nil || streams == nil {
		return q.streams == nil
	}
	return !slices.ContainsFunc(streams, func(s uint16) bool { return !has(q.streams, s) })
}

// has looks in a sorted list.
func has(sorted []uint16, s uint16) bool {
	_, ok := slices.BinarySearch(sorted, s)
	return ok
}

// reconf returns the state of the extension. Both sides count their requests from their Initial TSNs on (section 4.1).
func (a *Association) reconf() *reconfiguration {
	if a.reconfig == nil {
		a.reconfig = &reconfiguration{own: ownRequests{next: a.initialTSN}, peer: peerRequests{next: a.peerInitialTSN}}
	}
	return a.reconfig
}

// any reports whether a request that was not answered yet matches.
func (o *ownRequests) any(matches func(*request) bool) bool {
	match := func(q request) bool { return !q.answered && matches(&q) }
	return o.flight != nil && slices.ContainsFunc(o.flight.requests, match) ||
		slices.ContainsFunc(o.waiting, func(op *operation) bool { return slices.ContainsFunc(op.requests, match) })
}

// induced returns the operation that the peer asked for and that waits to be sent; nil if there is none.
func (o *ownRequests) induced() *operation {
	if i := slices.IndexFunc(o.waiting, (*operation).induced); i >= 0 {
		return o.waiting[i]
	}
	return nil
}

// progressReconfig does what has become possible.
func (a *Association) progressReconfig(now mono.Time) {
	if a.reconfig == nil {
		return
	}
	a.finishDeferred()
	a.finishRenumbering()
	a.holdMessages()
	a.launchNext(now)
	a.holdMessages()
}

// holdMessages lets no message begin while TSNs are to be reset (section 5.1.4 C2). What others wait for comes before that.
func (a *Association) holdMessages() {
	r := a.reconfig
	held := r.peer.renumbering || r.own.flight != nil && r.own.flight.isTSNReset() ||
		len(r.own.waiting) > 0 && r.own.waiting[0].isTSNReset() && r.own.induced() == nil
	if held == r.held {
		return
	}
	r.held = held
	if held {
		a.send.queue.Hold()
		return
	}
	a.send.queue.Release()
	a.send.burst = max(a.send.burst, a.cfg.MaxBurst)
}

// stopReconfig is for when a shutdown begins: no request is made any more. What has been sent is still waited for, as streams may have data behind
// it.
func (a *Association) stopReconfig() {
	r := a.reconfig
	if r == nil {
		return
	}
	for _, op := range r.own.waiting {
		if op.induced() {
			a.conclude(op.answers, wire.ReconfigDenied)
		}
		for i := range op.requests {
			if q := &op.requests[i]; q.kind == resetOutgoing {
				a.resumeStreams(q.streams)
			}
		}
		a.fail(op)
	}
	r.own.waiting = nil
	if r.peer.renumbering {
		r.peer.renumbering = false
		a.conclude(r.peer.renumberSeq, wire.ReconfigDenied)
	}
	a.holdMessages()
}

// dropReconfig is for when the association ends, or the peer restarts.
func (a *Association) dropReconfig() {
	r := a.reconfig
	if r == nil {
		return
	}
	a.reconfig = nil
	for _, d := range r.peer.deferred {
		if d.op != nil {
			a.fail(d.op)
		}
	}
	if f := r.own.flight; f != nil {
		a.fail(f.operation)
	}
	for _, op := range r.own.waiting {
		a.fail(op)
	}
}

// fail ends an operation without an answer.
func (a *Association) fail(op *operation) {
	for i := range op.requests {
		a.finish(op, &op.requests[i], outcome{failed: true})
	}
}

// finish ends a request, and its operation if it was the last one: then the user is told. Of what the peer asked for he learns only if
// it was performed.
func (a *Association) finish(op *operation, q *request, o outcome) {
	if q.done {
		return
	}
	q.done = true
	if !op.outcome.denied && !op.outcome.failed {
		op.outcome = o
	}
	if slices.ContainsFunc(op.requests, func(q request) bool { return !q.done }) {
		return
	}
	if o := op.outcome; !op.induced() || !o.denied && !o.failed {
		a.tell(op, o)
	}
}

// tell reports the end of an operation.
func (a *Association) tell(op *operation, o outcome) {
	switch q := &op.requests[0]; q.kind {
	case resetOutgoing, resetIncoming:
		a.emit(StreamReset{
			Request: op.id, Outgoing: q.kind == resetOutgoing, Incoming: q.kind == resetIncoming || len(op.requests) == 2,
			Denied: o.denied, Failed: o.failed, Result: o.result, Streams: q.streams,
		})
	case resetTSNs:
		a.tellAssocReset(op.id, o)
	case addOutgoing, addIncoming:
		a.emit(op.streamChange(o, a.outStreams, a.inStreams))
	}
}

// streamChange reports the end of an operation that adds streams.
func (op *operation) streamChange(o outcome, out, in uint16) StreamChange {
	ev := StreamChange{Request: op.id, Denied: o.denied, Failed: o.failed, Result: o.result, OutStreams: out, InStreams: in}
	for _, q := range op.requests {
		if q.kind == addOutgoing {
			ev.AddedOut = q.count
		} else {
			ev.AddedIn = q.count
		}
	}
	return ev
}

func (a *Association) tellAssocReset(id uint32, o outcome) {
	a.emit(AssocReset{
		Request: id, Denied: o.denied, Failed: o.failed, Result: o.result,
		LocalTSN: uint32(a.send.outstanding.NextTSN()), PeerTSN: uint32(a.receive.tsns.CumTSN() + 1),
	})
}
