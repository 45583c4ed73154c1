package assoc

import (
	"github.com/gosctp/sctp/internal/rx"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// The SSN/TSN Reset Request of RFC 6525. The side that makes it goes on elsewhere with its TSNs, the other one does not (section 5.2.4 G2).

// recvTSNReset handles the request. Performed at once it would count as acknowledged what is outstanding (section 5.2.4 G3), whether it arrived or
// not; so it is in progress until everything really has been acknowledged, and nothing new begins meanwhile. The peer hears that only when it asks
// again: usrsctp takes In progress for the end of such a request, where section 5.2.7 H2 has it wait on, and ignores the answer that follows.
func (a *Association) recvTSNReset(s seq.TSN) {
	r := a.reconfig
	switch {
	case a.cfg.denies(AssocResets), a.state != StateEstablished:
		a.conclude(s, wire.ReconfigDenied)
	case r.own.flight != nil && r.own.flight.asksPeer():
		a.conclude(s, wire.ReconfigAlreadyInProgress)
	default:
		r.peer.renumbering, r.peer.renumberSeq = true, s
		r.peer.record(s, wire.ReconfigInProgress)
	}
}

// finishRenumbering performs the peer's request when nothing is outstanding any more (G1 to G6).
//
// From now on this side's SSNs begin at 0 and its SACKs have other numbers, which the peer does not understand before it has the answer. So
// the answer goes along with everything until the peer shows that it has it.
func (a *Association) finishRenumbering() {
	r := a.reconfig
	if !r.peer.renumbering || r.own.flight != nil || !a.drained() {
		return
	}
	r.peer.renumbering, r.renumbered = false, true
	answer := wire.ReconfigResponse{
		RespSeq: r.peer.renumberSeq, Result: wire.ReconfigPerformed, HasTSNs: true,
		SenderNextTSN:   a.send.outstanding.NextTSN(),
		ReceiverNextTSN: a.newPeerTSN(),
	}
	a.intake().SkipAll() // section 5.2.4 G4
	a.resetReceived(answer.ReceiverNextTSN)
	a.send.queue.ResetSSN(nil)
	r.peer.keep(answer)
	r.peer.answer(answer)
	r.peer.repeat = &answer
	a.tellAssocReset(0, outcome{})
}

// newPeerTSN chooses the TSN that the peer goes on with. Section 5.2.4 G1 suggests half the number space away from what it has used; that is taken
// unless it lies before this side's own next TSN. For usrsctp, which mistakes the Sender's Next TSN of the answer for what has been acknowledged of its
// own, would ignore the SACKs then, free lost data as if it had arrived, and never send SHUTDOWN. Other eighths keep old TSNs out of reach as well.
func (a *Association) newPeerTSN() seq.TSN {
	const eighth = 1 << 29
	next, own := a.receive.tsns.CumTSN()+1, a.send.outstanding.NextTSN()
	for _, eighths := range [...]seq.TSN{4, 3, 5, 2, 6} {
		t := next + eighths*eighth
		if own.LessEq(t) && own.LessEq(t+rx.MaxGapTSNs) {
			return t
		}
	}
	return next + eighth // by now it cannot but do
}

// awaitsTSNs reports whether the own request is under way. The peer may have performed it, and sent data that contradict what the streams had
// before; these come again after the answer.
func (a *Association) awaitsTSNs() bool {
	return a.reconfig != nil && a.reconfig.own.flight != nil && a.reconfig.own.flight.isTSNReset()
}

// knowsTSNs notes that the peer has shown by what it sent that it knows of the new TSNs.
func (a *Association) knowsTSNs() {
	if a.reconfig != nil {
		a.reconfig.peer.repeat = nil
	}
}

// renumber does what the answer to the own request says (section 5.2.7 H5). An answer that does not say it ends the association: nobody knows any
// more what a TSN means.
func (a *Association) renumber(r wire.ReconfigResponse) bool {
	if !r.HasTSNs {
		a.violation("answer to an SSN/TSN Reset Request without TSNs")
		return false
	}
	s := &a.send
	s.start(r.ReceiverNextTSN)
	s.outstanding.SetInterleaving(a.extensions.Has(Interleaving))
	s.recovery, s.cwr, s.forward = recovery{}, ecnNote{}, forwarder{}
	s.probe, s.probing = false, false
	s.queue.ResetSSN(nil)
	next := r.SenderNextTSN
	if a.receive.tsns.Status(next) == rx.TSNDuplicate { // its data overtook the answer, and are not sent again
		next = a.receive.tsns.CumTSN() + 1
	}
	a.resetReceived(next)
	return true
}

// resetReceived makes the peer's TSNs begin at initial and its SSNs at 0. What is not complete will not become so.
func (a *Association) resetReceived(initial seq.TSN) {
	a.receive.tsns = rx.NewTSNMap(initial)
	a.intake().Reset()
	a.intake().Start(initial)
	a.reportCuts()
	a.receive.echo = ecnNote{}
	a.receive.ack.due = true
	for _, d := range a.reconfig.peer.deferred { // it happens by the way
		d.last = initial - 1
	}
	a.finishDeferred()
}
