package sctp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/internal/wire"
)

var (
	// ErrTimeout ends an association whose peer does not answer (RFC 9260 sections 5.1.6 and 8.1). Its Timeout method
	// says true.
	ErrTimeout error = timeoutError{}
	// ErrUnreachable ends an association whose peer's host has no SCTP, or none at that UDP port (RFC 9260 section 10).
	ErrUnreachable = assoc.ErrUnreachable
	// ErrDisconnected ends an association whose carrier has no connection with the peer any more, as it is over DTLS; the text
	// says why.
	ErrDisconnected = assoc.ErrDisconnected
	// ErrProtocol ends an association whose peer broke the rules.
	ErrProtocol = assoc.ErrProtocol
	// ErrShutdown is what sending gets when the association is being shut down, by either side (RFC 9260 section 9.2).
	ErrShutdown = errors.New("association is shut down")
	// ErrMessageTooBig is matched by *[MessageTooBigError].
	ErrMessageTooBig = assoc.ErrMessageTooBig
	// ErrEmptyMessage: SCTP has no messages without data (RFC 9260 section 6.2).
	ErrEmptyMessage = assoc.ErrEmptyMessage
	// ErrStream is what sending on a stream gets that the association does not have.
	ErrStream = assoc.ErrBadStream
	// ErrAbandoned is why [SendFailed] returns a message that was given up, by its policy or by [MessageWriter.Cancel].
	ErrAbandoned = assoc.ErrAbandoned
	// ErrMessageOpen is what sending on a stream gets on which a message is being written in parts; see [Conn.NewMessage].
	ErrMessageOpen = engine.ErrMessageOpen
	// ErrMessageClosed: the message was ended or cancelled before.
	ErrMessageClosed = errors.New("message is complete")
	// ErrCannotAbandon: the peer has a part of the message, and does not have PartialReliability in use to be told that no
	// more comes.
	ErrCannotAbandon = assoc.ErrCannotAbandon
	// ErrPolicy: no such policy, or one that gives nothing up.
	ErrPolicy = assoc.ErrBadPolicy
	// ErrNotNegotiated: the two sides do not both have the extension in use that the call takes; see Status.Extensions.
	ErrNotNegotiated = assoc.ErrNotNegotiated
	// ErrDenied: the peer refuses to reset or add streams, or to change addresses.
	ErrDenied = engine.ErrDenied
	// ErrRequestFailed: the peer cannot reset or add the streams, or the association ended or restarted before it had
	// answered.
	ErrRequestFailed = engine.ErrRequestFailed
	// ErrRequestBusy: such a request is under way already, or too many wait.
	ErrRequestBusy = assoc.ErrReconfigBusy
	// ErrTooSoon: the association was reset less than 30 s ago (RFC 6525 section 5.1.4).
	ErrTooSoon = assoc.ErrReconfigTooSoon
	// ErrEmptyRequest: a request to reset or add no streams, or to change no address.
	ErrEmptyRequest = assoc.ErrEmptyRequest
	// ErrTooManyStreams: more than there can be, than Config.MaxInStreams allows, or than a packet can list.
	ErrTooManyStreams = assoc.ErrTooManyStreams
	// ErrBadAddress: an address of this side that cannot be added, removed or preferred.
	ErrBadAddress = errors.New("address cannot be changed")
	// ErrNoAssociation is what an [Endpoint] says of an association that has ended or never was.
	ErrNoAssociation = errors.New("no such association")
)

// contextTimeout says that the time of a context is over. As package net has it, it is the error of a deadline too.
type contextTimeout struct{}

func (contextTimeout) Error() string   { return os.ErrDeadlineExceeded.Error() }
func (contextTimeout) Timeout() bool   { return true }
func (contextTimeout) Temporary() bool { return true }

func (contextTimeout) Is(target error) bool {
	return target == os.ErrDeadlineExceeded || target == context.DeadlineExceeded
}

type timeoutError struct{}

func (timeoutError) Error() string   { return assoc.ErrTimeout.Error() }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

// CauseCode is the code of an error cause (RFC 9260 section 3.3.10).
type CauseCode uint16

// String returns the name that the RFC gives the cause.
func (c CauseCode) String() string { return wire.CauseCode(c).String() }

// CauseUserAbort is the cause that [Conn.Abort] gives (RFC 9260 section 3.3.10.12).
const CauseUserAbort = CauseCode(wire.CauseUserAbort)

// AbortError says who aborted an association, and why (RFC 9260 section 9.1).
type AbortError struct {
	// Remote: the peer did. Otherwise this side, because of what the peer did or because it was told to.
	Remote bool
	// Cause is the first error cause of the ABORT, 0 if it had none.
	Cause CauseCode
	// Reason is what the cause says: for CauseUserAbort what the user gave to Abort.
	Reason []byte
}

func (e *AbortError) Error() string {
	return (&assoc.AbortError{Remote: e.Remote, Code: wire.CauseCode(e.Cause), Reason: e.Reason}).Error()
}

// MessageTooBigError says that a message does not fit, and what would.
type MessageTooBigError struct {
	Size, Limit int
}

func (e *MessageTooBigError) Error() string {
	return fmt.Sprintf("message of %d bytes is too big: the limit is %d", e.Size, e.Limit)
}

// Is makes the error match [ErrMessageTooBig].
func (e *MessageTooBigError) Is(target error) bool { return target == ErrMessageTooBig }

func publicAbort(e *assoc.AbortError) *AbortError {
	return &AbortError{Remote: e.Remote, Cause: CauseCode(e.Code), Reason: e.Reason}
}

// public turns an error of the engine and the core into one of this package.
func public(err error) error {
	if abort, ok := err.(*assoc.AbortError); ok { // the usual end, and errors.As allocates
		return publicAbort(abort)
	}
	var abort *assoc.AbortError
	var refused *assoc.RefusedError
	var keys *assoc.AuthError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &abort):
		return publicAbort(abort)
	case errors.As(err, &refused):
		return &AddrRefusedError{CauseCode(refused.Code)}
	case errors.Is(err, assoc.ErrBadAddr), errors.Is(err, assoc.ErrAddrKnown), errors.Is(err, assoc.ErrNoSuchAddr), errors.Is(err, assoc.ErrLastAddr):
		return fmt.Errorf("%w: %w", ErrBadAddress, err)
	case errors.As(err, &keys):
		return &AuthError{Key: keys.Key, Err: keys.Err}
	case errors.Is(err, assoc.ErrTimeout):
		return ErrTimeout
	case errors.Is(err, engine.ErrPeerShutdown):
		return fmt.Errorf("%w by peer", ErrShutdown)
	case errors.Is(err, engine.ErrShutdown):
		return ErrShutdown
	case errors.Is(err, context.DeadlineExceeded):
		return contextTimeout{}
	}
	return err
}

// opError puts err into the form in which package net reports it.
func opError(op, network string, local, remote *Addr, err error) error {
	e := &net.OpError{Op: op, Net: network, Err: public(err)}
	// A nil *Addr in an interface would not be nil.
	if local != nil {
		e.Source = local
	}
	if remote != nil {
		e.Addr = remote
	}
	return e
}
