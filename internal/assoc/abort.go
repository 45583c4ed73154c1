package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
)

// maxAbortReason bounds what of the user's reason goes into an ABORT: it has to fit into any packet.
const maxAbortReason = 400

// Abort ends the association at once with a User-Initiated Abort (RFC 9260 section 9.1); reason may be nil, and is cut to what a packet
// takes. One packet is left to pull.
func (a *Association) Abort(now mono.Time, reason []byte) {
	reason = reason[:min(len(reason), maxAbortReason)]
	a.abort(wire.AppendCause(nil, wire.CauseUserAbort, reason))
}

// violation ends the association because the peer broke a rule.
func (a *Association) violation(what string) {
	what = what[:min(len(what), maxAbortReason)]
	a.abort(wire.AppendCause(nil, wire.CauseProtocolViolation, []byte(what)))
}

// abort ends the association with an ABORT that has the given cause.
func (a *Association) abort(cause []byte) {
	if a.state == StateClosed {
		return
	}
	a.sendAbort(cause)
	e := &AbortError{}
	if c, _, err := wire.NextCause(cause); err == nil {
		e.Code, e.Reason = c.Code, c.Value
	}
	a.end(a.lossReason(), e)
}

// sendAbort queues the ABORT packet. Before the peer's tag is known there is nothing that the peer would accept, and nothing but probes
// may go to an unconfirmed address (section 5.4).
func (a *Association) sendAbort(cause []byte) {
	to := a.dataPath()
	if a.peerTag == 0 || !usable(to) {
		return
	}
	if len(a.control.replies) >= MaxReplies {
		a.control.replies = a.control.replies[1:] // an answer to an INIT matters less than the end
	}
	a.reply(to.Addr, func(b []byte) []byte {
		return AppendAbort(b, a.params.LocalPort, a.params.PeerPort, a.peerTag, false, cause)
	})
}

// recvAbort ends the association without an answer (section 9.1).
func (a *Association) recvAbort(c wire.Chunk) {
	e := &AbortError{Remote: true}
	if cause, _, err := wire.NextCause(c.Value); err == nil {
		e.Code, e.Reason = cause.Code, append([]byte(nil), cause.Value...)
	}
	a.end(a.lossReason(), e)
}

// lossReason is the reason that the user sees when the association is lost now.
func (a *Association) lossReason() AssocState {
	if a.opening != nil {
		return CantStartAssoc
	}
	return CommLost
}
