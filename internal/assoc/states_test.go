package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// inState returns an association in a state of RFC 9260 section 4, with everything that led there behind it. In SHUTDOWN-PENDING and
// SHUTDOWN-RECEIVED one DATA chunk is outstanding, which is what keeps it there.
func inState(t *testing.T, s State, options ...option) *testAssoc {
	t.Helper()
	var ta *testAssoc
	switch s {
	case StateCookieWait:
		ta = newTestAssoc(t, activeSide, options...)
		ta.want("INIT opens the association", "INIT")
	case StateCookieEchoed:
		ta = newTestAssoc(t, activeSide, options...)
		ta.want("INIT opens the association", "INIT")
		ta.recv(initAck())
		ta.want("the cookie is echoed", "COOKIE-ECHO")
	default:
		ta = established(t, options...)
	}
	switch s {
	case StateClosed:
		ta.recv(rawChunk(wire.ChunkAbort, 0))
	case StateShutdownPending:
		ta.send(10)
		ta.a.Shutdown(ta.now)
	case StateShutdownSent:
		ta.a.Shutdown(ta.now)
	case StateShutdownReceived:
		ta.send(10)
		ta.recv(shutdown(-1))
	case StateShutdownAckSent:
		ta.recv(shutdown(-1))
	case StateCookieWait, StateCookieEchoed, StateEstablished:
	}
	ta.settle()
	ta.forget()
	ta.events = nil
	ta.wantState("the way there", s)
	return ta
}
