package rx

import "errors"

// ErrNoMemory: the chunk does not fit now. It counts as never received: the peer repeats it.
var ErrNoMemory = errors.New("receive buffer is full")

// ErrBadStream: the association has no such inbound stream (RFC 9260 section 6.5). The chunk counts as received.
var ErrBadStream = errors.New("no such inbound stream")

// ErrProtocol is what every error unwraps to that tells of a peer which contradicts itself. What is left of its data makes no
// sense: the owner aborts the association.
var ErrProtocol = errors.New("protocol violation")

// The ways in which a peer contradicts itself.
var (
	// ErrNoUserData: a DATA chunk carries at least one byte (RFC 9260 section 6.2).
	ErrNoUserData error = protocolError("DATA chunk without user data")
	// ErrEndMissing: a message begins although the one before it, by TSN, has not ended (RFC 9260 section 6.9).
	ErrEndMissing error = protocolError("message begins before the last one ended")
	// ErrBeginMissing: a fragment follows, by TSN, on the end of another message (RFC 9260 section 6.9).
	ErrBeginMissing error = protocolError("fragment of a message that never began")
	// ErrMixedMessage: stream, SSN or U bit change inside a message (RFC 9260 section 6.9).
	ErrMixedMessage error = protocolError("fragments of one message differ in stream, SSN or U bit")
	// ErrStaleNumber: the message with this SSN or MID was delivered already, or is half the number space away (RFC 9260 section
	// 6.5, RFC 8260 section 2.1).
	ErrStaleNumber error = protocolError("SSN or MID was used before")
	// ErrDuplicateNumber: two messages of a stream have the same SSN or MID (RFC 9260 section 6.5, RFC 8260 section 2.1).
	ErrDuplicateNumber error = protocolError("two messages with the same SSN or MID")
	// ErrDuplicateFSN: two fragments of a message have the same FSN (RFC 8260 section 2.1).
	ErrDuplicateFSN error = protocolError("two fragments with the same FSN")
	// ErrBeyondEnd: a fragment follows, by FSN, on the last one of its message (RFC 8260 section 2.1).
	ErrBeyondEnd error = protocolError("fragment beyond the end of its message")
	// ErrWrongChunk: DATA where I-DATA was agreed on, or the other way round (RFC 8260 section 2.2.3).
	ErrWrongChunk error = protocolError("DATA and I-DATA in one association")
)

type protocolError string

func (e protocolError) Error() string { return string(e) }
func (e protocolError) Unwrap() error { return ErrProtocol }
