package assoc

import (
	"errors"
	"fmt"

	"github.com/gosctp/sctp/internal/wire"
)

// What is not authentic is discarded in silence (RFC 4895 section 6.3), so that keys which differ look like a network that is cut. The user hears of
// it all the same: by an event when it begins, by counters, and by the error that ends the association.

// ErrNotAuthenticated: a chunk that this side accepts only behind AUTH came without.
var ErrNotAuthenticated = errors.New("chunk is not authenticated")

// AuthError is an ErrTimeout that has to do with keys.
type AuthError struct {
	// Err is what was wrong with what the peer sent last: auth.ErrMismatch, ErrUnknownKey, ErrUnsupportedHMAC or ErrNotAuthenticated. Nil: nothing,
	// but the peer never acknowledged what this side authenticated.
	Err error
	Key uint16
}

func (e *AuthError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%v: it never acknowledged what is authenticated with key %d, which it may not have", ErrTimeout, e.Key)
	}
	return fmt.Sprintf("%v: what it sends is discarded: %v (key %d)", ErrTimeout, e.Err, e.Key)
}

// Unwrap has ErrTimeout and the reason.
func (e *AuthError) Unwrap() []error { return []error{ErrTimeout, e.Err} }

// distrust notes that something of the peer was discarded because it is not authentic, and tells the user when that begins.
func (a *Association) distrust(err error, key uint16) {
	if a.auth.trouble.Err == nil {
		a.emit(Authentication{Indication: AuthFailed, Key: key, Err: err})
	}
	a.auth.trouble = AuthError{Err: err, Key: key}
}

// timedOut is the reason why an association ends whose peer does not answer.
func (a *Association) timedOut() error {
	if !a.Authenticates() {
		return ErrTimeout
	}
	if a.auth.trouble.Err != nil {
		reason := a.auth.trouble
		return &reason
	}
	if a.state == StateCookieEchoed && a.auth.Asked(wire.ChunkCookieEcho) {
		return &AuthError{Key: a.auth.Active()}
	}
	if c := a.send.outstanding.First(); c != nil && a.AuthenticatesData() && !a.send.queue.Proven(c.Message.Key) {
		return &AuthError{Key: c.Message.Key}
	}
	return ErrTimeout
}

// mayBeForged reports whether a packet is being processed that may be anybody's, though this side wants to be sure of who ends the association: then
// nothing that is wrong in it may do that (RFC 4895 section 6.3).
func (a *Association) mayBeForged() bool {
	return a.control.chunks != nil && !a.control.authenticated && a.auth != nil && a.auth.Requires(wire.ChunkAbort)
}
