package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

// closeChunk is the chunk of the SHUTDOWN sequence that waits to be sent.
type closeChunk uint8

const (
	closeNothing closeChunk = iota
	closeShutdown
	closeShutdownAck
)

// closing is what the SHUTDOWN states need and no other state (RFC 9260 section 9.2).
type closing struct {
	pending closeChunk
	// again: T2-shutdown expired, and the chunk was sent before.
	again bool
	path  *path.Path
	// t2 is T2-shutdown, running in SHUTDOWN-SENT and SHUTDOWN-ACK-SENT; tries how often it expired in a row.
	t2    mono.Time
	tries int
	// t5 is T5-shutdown-guard, which bounds the whole sequence.
	t5 mono.Time
}

// Shutdown starts the graceful end: what was sent is still delivered. Repeating it is harmless.
func (a *Association) Shutdown(now mono.Time) {
	switch a.state {
	case StateCookieWait:
		if a.send.queue.Empty() {
			a.end(CantStartAssoc, &AbortError{})
			return
		}
		a.opening.shutdown = true
	case StateCookieEchoed:
		a.opening.shutdown = true
	case StateEstablished:
		a.closeMessages(now)
		a.state = StateShutdownPending
		a.closing = &closing{}
		a.stopReconfig()
		a.send.burst = max(a.send.burst, a.cfg.MaxBurst)
		a.progressShutdown(now)
	case StateClosed, StateShutdownPending, StateShutdownSent, StateShutdownReceived, StateShutdownAckSent:
	}
}

// progressShutdown goes on once everything sent has been acknowledged.
func (a *Association) progressShutdown(now mono.Time) {
	if a.closing == nil || !a.send.queue.Empty() || a.send.outstanding.Len() > 0 {
		return
	}
	switch a.state {
	case StateShutdownPending:
		a.state = StateShutdownSent
		a.closing.t5 = now.Add(t5Factor * a.cfg.RTOMax)
		a.sendClose(now, closeShutdown)
	case StateShutdownReceived:
		a.state = StateShutdownAckSent
		a.sendClose(now, closeShutdownAck)
	case StateClosed, StateCookieWait, StateCookieEchoed, StateEstablished, StateShutdownSent, StateShutdownAckSent:
	}
}

// sendClose has SHUTDOWN or SHUTDOWN ACK sent and T2-shutdown started.
func (a *Association) sendClose(now mono.Time, c closeChunk) {
	a.stopHeartbeats()
	a.closing.pending, a.closing.tries = c, 0
	a.closing.path = a.dataPath()
	a.closing.t2 = now.Add(a.closing.path.RTO.Current())
}

// answerDataWithShutdown repeats SHUTDOWN for every packet with DATA that comes in SHUTDOWN-SENT; the peer is alive, so the count starts again.
func (a *Association) answerDataWithShutdown(now mono.Time) {
	a.closing.tries = 0
	a.closing.pending = closeShutdown
	a.closing.t2 = now.Add(a.closing.path.RTO.Current())
}

// expireT2 repeats SHUTDOWN or SHUTDOWN ACK.
func (a *Association) expireT2(now mono.Time) {
	c := a.closing
	c.tries++
	a.incidents().T2Expired++
	c.path.RTO.BackOff()
	a.pathFailed(now, c.path)
	if c.tries > a.cfg.AssocMaxRetrans {
		a.end(CommLost, a.timedOut())
		return
	}
	c.path = a.otherPath(c.path)
	c.pending, c.again = closeShutdown, true
	if a.state == StateShutdownAckSent {
		c.pending = closeShutdownAck
	} else {
		a.receive.ack.due = a.receive.ack.begun // the peer may wait for a window update that was lost
	}
	c.t2 = now.Add(c.path.RTO.Current())
}

// expireT5 ends a shutdown that takes too long.
func (a *Association) expireT5() {
	a.incidents().T5Expired++
	a.sendAbort(a.dataPath(), nil)
	a.end(CommLost, a.timedOut())
}

// recvShutdown handles SHUTDOWN: the peer will send nothing more.
func (a *Association) recvShutdown(now mono.Time, c wire.Chunk) {
	cum, err := wire.ParseShutdown(c)
	if err != nil {
		a.violation(err.Error())
		return
	}
	switch a.state {
	case StateEstablished, StateShutdownPending:
		if a.closing == nil {
			a.closing = &closing{}
		}
		a.state = StateShutdownReceived
		a.stopReconfig()
		a.emit(ShutdownEvent{})
		a.acknowledgedUpTo(now, cum)
		a.closeMessages(now)
	case StateShutdownReceived:
		a.acknowledgedUpTo(now, cum)
	case StateShutdownSent:
		if !a.plausible(cum) {
			return
		}
		a.state = StateShutdownAckSent
		a.sendClose(now, closeShutdownAck)
	case StateShutdownAckSent:
		if a.plausible(cum) {
			a.closing.pending = closeShutdownAck
		}
	case StateClosed, StateCookieWait, StateCookieEchoed:
	}
}

// recvShutdownAck answers with SHUTDOWN COMPLETE; before the association is up it belongs to an earlier one and is answered as out of
// the blue (sections 8.5.1 E and 9.2).
func (a *Association) recvShutdownAck(in *inbound) {
	switch a.state {
	case StateCookieWait, StateCookieEchoed:
		a.reply(in.d.Path, func(b []byte) []byte {
			return AppendShutdownComplete(b, in.header.DstPort, in.header.SrcPort, in.header.Tag, true)
		})
	case StateShutdownSent, StateShutdownAckSent:
		to := in.d.Path
		if in.path == nil || !usable(in.path) {
			to = a.dataPath().Addr // section 5.4
		}
		a.reply(to, func(b []byte) []byte {
			return AppendShutdownComplete(b, a.params.LocalPort, a.params.PeerPort, a.peerTag, false)
		})
		a.end(ShutdownComplete, nil)
	case StateClosed, StateEstablished, StateShutdownPending, StateShutdownReceived:
	}
}

// recvShutdownComplete ends the association.
func (a *Association) recvShutdownComplete() {
	if a.state == StateShutdownAckSent {
		a.end(ShutdownComplete, nil)
	}
}
