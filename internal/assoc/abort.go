package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
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

// abort ends the association with an ABORT that has the given cause, unless what is the matter may have been forged.
func (a *Association) abort(cause []byte) {
	if a.mayBeForged() {
		a.incidents().AuthMissing++
		a.distrust(ErrNotAuthenticated, 0)
		return
	}
	a.abortTo(a.dataPath(), cause)
}

// abortTo is abort with a choice of the path.
func (a *Association) abortTo(to *path.Path, cause []byte) {
	if a.state == StateClosed {
		return
	}
	a.sendAbort(to, cause)
	e := &AbortError{}
	if c, _, err := wire.NextCause(cause); err == nil {
		e.Code, e.Reason = c.Code, c.Value
	}
	a.end(a.lossReason(), e)
}

// sendAbort queues the ABORT packet. Before the peer's tag is known there is nothing that the peer would accept, and nothing but probes
// may go to an unconfirmed address (section 5.4). A packet with an ABORT is never answered (section 9.1), whatever else is wrong with it.
func (a *Association) sendAbort(to *path.Path, cause []byte) {
	if a.peerTag == 0 || !usable(to) || holdsAbort(a.control.chunks) {
		return
	}
	if len(a.control.replies) >= MaxReplies {
		a.control.replies = a.control.replies[1:] // an answer to an INIT matters less than the end
	}
	a.reply(to.Addr, func(b []byte) []byte {
		b = AppendAbort(b, a.params.LocalPort, a.params.PeerPort, a.peerTag, false, cause)
		if a.auth != nil {
			b = sealPacket(a.sign(b, a.auth.Active()), 0)
		}
		return b
	})
}

// holdsAbort reports whether one of the chunks is an ABORT.
func holdsAbort(chunks []byte) bool {
	for len(chunks) > 0 {
		c, rest, err := wire.NextChunk(chunks)
		if err != nil {
			return false
		}
		if c.Type == wire.ChunkAbort {
			return true
		}
		chunks = rest
	}
	return false
}

// believesAbort reports whether an ABORT is the peer's word about this association. One that reflects the tag may come from a host that knows no better,
// or answer a packet that left from an address which the peer does not know, or knows no more (RFC 5061 section 5.3.1).
func (a *Association) believesAbort(now mono.Time, in *inbound, c wire.Chunk) bool {
	if a.leaving(in.d.Path.Local) {
		return false
	}
	return c.Flags&wire.FlagT == 0 || !a.isMisled(now, in.path) && !a.unknownToPeer(in.d.Path.Local)
}

// recvAbort ends the association without an answer (section 9.1). An ABORT with a format error counts as none (section 3.3.7). With the
// T bit it tells that the peer has no association any more. In SHUTDOWN-ACK-SENT that is what SHUTDOWN COMPLETE would say, which may come later: on several paths
// packets pass each other, and a late SACK is answered out of the blue.
func (a *Association) recvAbort(c wire.Chunk) {
	for rest := c.Value; len(rest) > 0; {
		var err error
		if _, rest, err = wire.NextCause(rest); err != nil {
			return
		}
	}
	if a.state == StateShutdownAckSent && c.Flags&wire.FlagT != 0 {
		a.end(ShutdownComplete, nil)
		return
	}
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
