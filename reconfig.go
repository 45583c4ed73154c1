package sctp

import (
	"context"

	"github.com/gosctp/sctp/internal/assoc"
)

// ResetRequest says which streams to reset, and in which direction.
type ResetRequest struct {
	// Outgoing resets streams that this side sends on, Incoming asks the peer to reset those that it sends on.
	Outgoing, Incoming bool
	// Streams are the streams; nil stands for all, those included that were not used yet.
	Streams []uint16
}

// ResetStreams makes the next message on each of the streams number 0 again, so that the streams may be used for something
// new (SCTP_RESET_STREAMS, RFC 6525 section 6.3.2). It waits until the peer has answered.
//
// An outgoing stream is reset when everything that was written on it before has been acknowledged; what is written
// meanwhile waits, and is sent after the reset. Requests are served one after the other. The end of ctx ends the waiting
// and not the request, whose outcome a [StreamReset] tells in any case.
//
// Errors are [ErrNotNegotiated] if the association does not have [Reconfiguration] in use, [ErrStream] for a stream that it
// does not have, [ErrTooManyStreams] for more than fit into a packet (nil, for all, has no such limit), [ErrRequestBusy] if
// a reset of the same stream is under way or too many requests wait, [ErrDenied] if the peer refuses, and
// [ErrRequestFailed] if it cannot, or if the association ends before it has answered.
func (c *Conn) ResetStreams(ctx context.Context, r ResetRequest) error {
	return c.wrap("reset", c.assoc.ResetStreams(ctx, r.core()))
}

// ResetAssociation makes all streams of both directions, and the numbers of fragments, begin anew (SCTP_RESET_ASSOC, RFC
// 6525 section 6.3.3). What is being sent is delivered before. It waits as ResetStreams does, and has the same errors, and
// [ErrTooSoon] within 30 s after the last time (section 5.1.4); an [AssocReset] tells the outcome, too.
func (c *Conn) ResetAssociation(ctx context.Context) error {
	return c.wrap("reset", c.assoc.ResetAssociation(ctx))
}

// AddStreams adds streams to send on, and asks the peer to add some of its own (SCTP_ADD_STREAMS, RFC 6525 section 6.3.4);
// either number may be 0. It waits as ResetStreams does, and has the same errors, ErrTooManyStreams for more than there can
// be or Config.MaxInStreams allows; a [StreamChange] tells the outcome, too. Status has the new numbers.
func (c *Conn) AddStreams(ctx context.Context, out, in uint16) error {
	return c.wrap("add streams", c.assoc.AddStreams(ctx, out, in))
}

func (r *ResetRequest) core() assoc.ResetRequest {
	return assoc.ResetRequest{Outgoing: r.Outgoing, Incoming: r.Incoming, Streams: r.Streams}
}
