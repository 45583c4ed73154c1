package dtls

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	pion "github.com/pion/dtls/v3"
)

// Why connections end, as their associations hear it.
var (
	errClosedByPeer = errors.New("the peer closed the DTLS connection")
	errClosedHere   = errors.New("the DTLS connection was closed")
	errReplaced     = errors.New("the peer has begun a new DTLS connection from the same address")
	errIdle         = errors.New("the DTLS connection was idle for too long")
)

var (
	// ErrKey is the likely reason of a handshake with a PSK that comes to no end: the keys differ. DTLS does not say so.
	ErrKey = errors.New("the pre-shared keys differ, or the other side has stopped answering")
	// ErrNoAnswer: nothing came from there.
	ErrNoAnswer = errors.New("no answer")
	// ErrNoListener: the host says that nobody listens at the UDP port.
	ErrNoListener = errors.New("nobody listens at that UDP port")
	// ErrStopped: the other side began to answer, and did not go on.
	ErrStopped = errors.New("the other side has stopped answering")
)

// HandshakeError says why there is no connection with a peer. Err is, or wraps, one of this package's errors, the tls.AlertError that
// the peer has sent, or what is wrong with its certificate.
type HandshakeError struct {
	Peer netip.AddrPort
	Err  error
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("DTLS handshake with %v: %v", e.Peer, e.Err)
}

// Unwrap returns Err.
func (e *HandshakeError) Unwrap() error { return e.Err }

// Timeout reports whether the time was over.
func (e *HandshakeError) Timeout() bool {
	return errors.Is(e.Err, context.DeadlineExceeded)
}

// alert is what an error that stands for an alert of the peer's can do.
type alert interface {
	error
	Marshal() ([]byte, error)
	IsFatalOrCloseNotify() bool
}

// explain says why the handshake failed.
func (p *Peer) explain(err error) error {
	e := &HandshakeError{Peer: p.UDPAddr(), Err: err}
	var a alert
	var inner *pion.HandshakeError
	if errors.As(err, &inner) {
		e.Err = inner.Err
	}
	switch {
	case errors.As(err, &a):
		if b, err := a.Marshal(); err == nil && len(b) == 2 {
			e.Err = fmt.Errorf("the peer refuses: %w", tls.AlertError(b[1]))
		}
	case p.noListener.Load():
		e.Err = ErrNoListener
	case errors.Is(err, context.DeadlineExceeded):
		e.Err = fmt.Errorf("%w (%w)", p.silence(), context.DeadlineExceeded)
	}
	return e
}

// silence says what is likely to be wrong when a handshake comes to no end. A Finished that cannot be decrypted is dropped like any
// damaged record (RFC 6347 section 4.1.2.7), so that a client whose key is wrong waits in vain, and so does its server.
func (p *Peer) silence() error {
	switch {
	case !p.answered.Load():
		return ErrNoAnswer
	case p.t.config.PSK != nil && (!p.accepted || p.sealed.Load()):
		return ErrKey
	}
	return ErrStopped
}

// isEnd reports whether a connection will not give anything more.
func isEnd(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, pion.ErrConnClosed)
}
