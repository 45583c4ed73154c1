package assoc

import (
	"errors"
	"fmt"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
)

// Errors of Send, none of which changes anything: the message is still the caller's.
var (
	// ErrSendBufferFull: the message does not fit now; try again when SendSpace has grown.
	ErrSendBufferFull = errors.New("send buffer is full")
	// ErrNotEstablished: the association is shutting down or closed.
	ErrNotEstablished = errors.New("association does not accept data")
	// ErrMessageTooBig: larger than the send buffer, or than a packet with DisableFragments.
	ErrMessageTooBig = errors.New("message too big")
	// ErrEmptyMessage: RFC 9260 has no DATA chunk without user data (section 6.2).
	ErrEmptyMessage = errors.New("message is empty: a DATA chunk carries at least one byte")
	// ErrNoSuchPath: the peer has no such address, or it is not confirmed.
	ErrNoSuchPath = errors.New("no such path")
	// ErrNoSuchSource: packets to the path cannot leave from the address.
	ErrNoSuchSource = errors.New("not an address that packets to the peer can leave from")
	// ErrAbandoned: the message that this one continues is given up, or was lost when the peer restarted; the next Send on the stream
	// begins another. In SendFailed: the message was given up, as its policy or AbortMessage asked.
	ErrAbandoned = errors.New("message was given up")
	// ErrBadPolicy: no policy that messages, or counters, can have.
	ErrBadPolicy = errors.New("no such policy of partial reliability")
	// ErrNoMessage: the stream has no message that is to be continued.
	ErrNoMessage = errors.New("no unfinished message on the stream")
	// ErrCannotAbandon: the peer has a part of the message and does not know partial reliability, so that the message has to be finished.
	ErrCannotAbandon = errors.New("peer does not know partial reliability")
	// ErrUnfinished, in SendFailed: the association ends, and a message in parts that has no end is in the way.
	ErrUnfinished = errors.New("a message before it has no end")
	// ErrNoAuthKey: nothing can be authenticated with the key, which is not there or is deactivated.
	ErrNoAuthKey = auth.ErrNoKey
	// ErrBadStream: no such stream.
	ErrBadStream = errors.New("no such stream")
)

// Errors of ResetStreams, ResetAssociation and AddStreams beside ErrNotEstablished and ErrBadStream: the request was not made.
var (
	// ErrNotNegotiated: the two sides do not both have the extension that it takes.
	ErrNotNegotiated = errors.New("the extension is not in use with this peer")
	// ErrReconfigBusy: the same is under way already, or too many requests wait.
	ErrReconfigBusy = errors.New("a request is under way")
	// ErrReconfigTooSoon: TSNs were reset less than 30 s ago (RFC 6525 section 5.1.4).
	ErrReconfigTooSoon = errors.New("too soon after the last reset of the association")
	// ErrEmptyRequest: neither direction, no streams.
	ErrEmptyRequest = errors.New("request for nothing")
	// ErrTooManyStreams: more than can exist, or than one packet lists.
	ErrTooManyStreams = errors.New("too many streams")
)

// Errors of ChangeAddrs beside ErrNotEstablished, ErrNotNegotiated, ErrReconfigBusy and ErrEmptyRequest: the request was not made.
var (
	// ErrBadAddr: an address that no peer there could use.
	ErrBadAddr = errors.New("address is of no use to the peer")
	// ErrAddrKnown: the association has the address.
	ErrAddrKnown = errors.New("address belongs to the association already")
	// ErrNoSuchAddr: the association has no such address.
	ErrNoSuchAddr = errors.New("address does not belong to the association")
	// ErrLastAddr: an association without any address has no way to the peer (RFC 5061 section 5.3 F5).
	ErrLastAddr = errors.New("the last address cannot be removed")
)

// RefusedError says why the peer refused to change addresses (RFC 5061 section 4.3); Code is 0 if it did not say.
type RefusedError struct{ Code wire.CauseCode }

func (e *RefusedError) Error() string {
	if e.Code == 0 {
		return "refused by peer"
	}
	return "refused by peer: " + e.Code.String()
}

// Errors that end an association; AssocChange.Err unwraps to one of them or is an *AbortError.
var (
	// ErrTimeout: the peer did not answer (Max.Init.Retransmits or Association.Max.Retrans exceeded, RFC 9260 section 8.1).
	ErrTimeout = errors.New("peer does not answer")
	// ErrUnreachable: an ICMP report that the peer has no SCTP (RFC 9260 section 10).
	ErrUnreachable = errors.New("peer has no SCTP")
	// ErrDisconnected: the carrier has no connection with the peer any more (transport.Disconnected).
	ErrDisconnected = errors.New("connection lost")
	// ErrRestarted: the peer lost its state and began anew (RFC 9260 section 5.2.4); it did not acknowledge the message.
	ErrRestarted = errors.New("peer restarted")
	// ErrProtocol: the peer broke a rule of the protocol.
	ErrProtocol = errors.New("protocol violation")
)

// AbortError says who aborted an association and with which error cause (RFC 9260 section 9.1).
type AbortError struct {
	// Remote: the peer sent the ABORT; otherwise this side did.
	Remote bool
	// Code is the first error cause, 0 if the chunk had none, and Reason its body (for User-Initiated Abort: the upper layer's reason).
	Code   wire.CauseCode
	Reason []byte
}

func (e *AbortError) Error() string {
	who := "aborted by this side"
	if e.Remote {
		who = "aborted by peer"
	}
	if e.Code == 0 {
		return who
	}
	if e.Code == wire.CauseUserAbort && len(e.Reason) > 0 {
		return fmt.Sprintf("%s: %q", who, e.Reason)
	}
	return fmt.Sprintf("%s: %s", who, e.Code)
}
