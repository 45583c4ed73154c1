package endpoint

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
)

// pair is two hosts with an association.
func pair(t *testing.T) (n *network, a, z *host) {
	t.Helper()
	n, a, z = strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
	meet(n, a, z)
	return n, a, z
}

// strangers are two hosts, each with a socket: A's does not listen.
func strangers(t *testing.T, addrsA, addrsZ []string) (n *network, a, z *host) {
	t.Helper()
	n = newNetwork(t)
	a = n.host("A", 1, addrsA...)
	z = n.host("Z", 2, addrsZ...)
	a.bind(1000, 0, assoc.Config{})
	z.bind(2000, 5, assoc.Config{})
	return n, a, z
}

// meet sets up an association from a to z.
func meet(n *network, a, z *host) {
	n.t.Helper()
	a.connect(z, assoc.Config{})
	n.settle()
	if len(a.live()) != 1 || len(z.live()) != 1 {
		n.t.Fatalf("no association; A: %q, Z: %q", a.events, z.events)
	}
}

func TestMessagesBothWaysAndShutdown(t *testing.T) {
	n, a, z := pair(t)
	A, Z := a.handles[0], z.handles[0]
	long := strings.Repeat("0123456789", 1000)
	a.send(A, "hello")
	z.send(Z, long)
	n.advance(time.Second)
	if got := z.read(Z); !slices.Equal(got, []string{"hello"}) {
		t.Errorf("Z read %q", got)
	}
	if got := a.read(A); !slices.Equal(got, []string{long}) {
		t.Errorf("A read %d messages", len(got))
	}
	a.shutdown(A)
	n.settle()
	a.wantEvents("graceful end", "up", "SenderDry", "shutdown complete")
	z.wantEvents("graceful end", "up", "SenderDry", "ShutdownEvent", "shutdown complete")
	a.wantForgotten()
	z.wantForgotten()
}

func TestAbortIsTold(t *testing.T) {
	n, a, z := pair(t)
	z.send(z.handles[0], "never read")
	n.queue = nil
	a.abort(a.handles[0])
	n.settle()
	a.wantEvents("own abort", "up", "lost: aborted by this side: User-Initiated Abort")
	z.wantEvents("the peer's abort", "up", `send failed: "never read", sent true`, "lost: aborted by peer: User-Initiated Abort")
	a.wantForgotten()
	z.wantForgotten()
}
