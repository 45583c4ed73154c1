package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// control holds the control chunks that wait to be sent, except those of opening and closing.
type control struct {
	// chunks are those of the packet that is being processed, nil if none is. authenticated: what comes now stands behind an AUTH chunk that was
	// verified.
	chunks        []byte
	authenticated bool

	// replies are complete packets, for where no association speaks: answers to INIT, last words.
	replies []reply
	// cookieAck is where to send COOKIE ACK, nil for none; cookieAckFrom the address that the COOKIE ECHO came to.
	cookieAck     *path.Path
	cookieAckFrom netip.Addr
	// heartbeatAcks are answers to HEARTBEATs, errors the causes of an ERROR chunk.
	heartbeatAcks []heartbeatAck
	errors        []byte
}

type reply struct {
	path   transport.Path
	packet []byte
}

type heartbeatAck struct {
	path *path.Path
	from netip.Addr // the address that the HEARTBEAT came to
	info []byte
}

// reset drops what belongs to an association that is over; complete packets still leave.
func (c *control) reset() {
	c.cookieAck = nil
	c.heartbeatAcks = nil
	c.errors = nil
}

// reply queues a complete packet; build appends it, or nothing.
func (a *Association) reply(to transport.Path, build func([]byte) []byte) {
	if len(a.control.replies) >= MaxReplies {
		return
	}
	if packet := build(nil); len(packet) > 0 {
		a.control.replies = append(a.control.replies, reply{to, packet})
	}
}

// queueError queues an error cause for an ERROR chunk. A value that is too long is cut: the peer knows what it sent.
func (a *Association) queueError(code wire.CauseCode, value []byte) {
	value = value[:min(len(value), MaxErrorBytes/4)]
	if len(a.control.errors)+len(value)+8 > MaxErrorBytes {
		return
	}
	a.control.errors = wire.AppendCause(a.control.errors, code, value)
}

// queueCause queues a complete error cause.
func (a *Association) queueCause(cause []byte) {
	if len(a.control.errors)+len(cause) <= MaxErrorBytes {
		a.control.errors = append(a.control.errors, cause...)
	}
}

// reportUnrecognized queues parameters of an INIT ACK that ask to be reported; the ERROR goes with the COOKIE ECHO (RFC 9260 section 3.2.2).
func (a *Association) reportUnrecognized(params []byte) {
	if len(params) > 0 {
		a.queueError(wire.CauseUnrecognizedParams, params)
	}
}

// recvError passes the causes of an ERROR chunk to the user (section 3.3.10); a Stale Cookie is dealt with here.
func (a *Association) recvError(now mono.Time, in *inbound, c wire.Chunk) {
	if a.state == StateCookieWait {
		return
	}
	rest := c.Value
	for len(rest) > 0 && in.reported < MaxReportedErrors && a.state != StateClosed {
		in.reported++
		var cause wire.Cause
		var err error
		if cause, rest, err = wire.NextCause(rest); err != nil {
			return
		}
		if cause.Code == wire.CauseStaleCookie {
			if measure, err := wire.ParseStaleCookie(cause); err == nil {
				a.recvStaleCookie(now, measure)
			}
			continue
		}
		if c, _, err := wire.NextChunk(cause.Value); cause.Code == wire.CauseUnrecognizedChunk && err == nil && c.Type == wire.ChunkASCONF {
			a.notUnderstood()
		}
		a.emit(RemoteError{Code: cause.Code, Data: append([]byte(nil), cause.Value...)})
	}
}
