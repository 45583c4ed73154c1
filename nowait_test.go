package sctp_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

// The first message goes with the COOKIE ECHO: it arrives one and a half round trips after Dial began, half a one after the peer's answer to
// INIT did (RFC 9260 section 5.1).
func TestNoWaitSendsTheFirstMessageWithCookieEcho(t *testing.T) {
	for _, c := range []struct {
		name   string
		noWait bool
		delays time.Duration // from Dial to the arrival of the first message
	}{{"no wait", true, 3}, {"wait", false, 5}} {
		t.Run(c.name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				l := w.listen()
				defer l.Close()
				began := time.Now()
				d := w.client.dialer()
				d.NoWait = c.noWait
				client, err := d.DialSCTP(t.Context(), "sctp", serverAddr)
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				if took := time.Since(began); c.noWait && took != 0 {
					t.Errorf("Dial took %v", took)
				}
				send(t, client, "first", nil)
				server := w.accept(l)
				defer server.Close()
				want(t, server, "first")
				if took := time.Since(began); took != c.delays*w.delay {
					t.Errorf("the first message arrived after %v, want %v", took, c.delays*w.delay)
				}
				send(t, server, "answer", nil)
				want(t, client, "answer")
			})
		})
	}
}

// Who does not wait learns from reading and writing that there is no association.
func TestNoWaitTellsOfFailureLater(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		other := w.server.open(t, "192.0.2.2/198.51.100.2:9")
		defer other.Close()
		d := w.client.dialer()
		d.NoWait = true
		client, err := d.DialSCTP(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		send(t, client, "to nobody", nil)
		var abort *sctp.AbortError
		if _, err := client.Read(make([]byte, 9)); !errors.As(err, &abort) {
			t.Errorf("reading: %v, want that nobody listens", err)
		}
		if _, err := client.Write([]byte("again")); !errors.As(err, &abort) {
			t.Errorf("writing: %v, want that nobody listens", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := d.DialSCTP(ctx, "sctp", serverAddr); !errors.Is(err, context.Canceled) {
			t.Errorf("dialling when the context is over: %v", err)
		}
	})
}
