package sockets

import (
	"errors"
	"syscall"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
)

// endErrno is the pending error that the end of an association leaves; up tells whether it was ever established.
func endErrno(err error, up bool) syscall.Errno {
	var abort *assoc.AbortError
	switch {
	case errors.As(err, &abort) && abort.Remote && up:
		return syscall.ECONNRESET
	case errors.As(err, &abort) && abort.Remote:
		return syscall.ECONNREFUSED
	case errors.Is(err, assoc.ErrTimeout):
		return syscall.ETIMEDOUT
	case errors.Is(err, assoc.ErrUnreachable):
		return syscall.ENOPROTOOPT
	case errors.As(err, &abort), errors.Is(err, assoc.ErrProtocol):
		return syscall.ECONNABORTED
	}
	return syscall.ENETDOWN
}

// isSilence reports whether an association ended because nobody answered any more. Of a peer that had shut it down that is no news: its process,
// and the stack with it, may be gone before its last word arrives.
func isSilence(err error) bool {
	return errors.Is(err, assoc.ErrTimeout) || errors.Is(err, assoc.ErrUnreachable)
}

// connectErrno is why connect fails: Linux tells silence from everything else, and no more.
func connectErrno(err error) error {
	if errors.Is(err, assoc.ErrTimeout) {
		return syscall.ETIMEDOUT
	}
	return syscall.ECONNREFUSED
}

// bindErrno is what bind answers.
func bindErrno(err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return syscall.EADDRINUSE
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return syscall.EADDRNOTAVAIL
	}
	return syscall.ENETDOWN
}

// beginErrno is what connect answers when no association can begin.
func beginErrno(err error) error {
	switch {
	case errors.Is(err, endpoint.ErrAssocExists):
		return syscall.EADDRNOTAVAIL
	case errors.Is(err, endpoint.ErrNoAddress):
		return syscall.EINVAL
	}
	return syscall.ENETDOWN
}

// sendErrno is what a message that is not taken is answered with.
func sendErrno(err error) error {
	switch {
	case errors.Is(err, assoc.ErrSendBufferFull):
		return syscall.EAGAIN
	case errors.Is(err, assoc.ErrMessageTooBig):
		return syscall.EMSGSIZE
	case errors.Is(err, assoc.ErrBadStream), errors.Is(err, assoc.ErrEmptyMessage), errors.Is(err, assoc.ErrNoAuthKey):
		return syscall.EINVAL
	}
	return syscall.ESHUTDOWN
}
