package sctp_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// aborted checks that err tells of an ABORT by the given side with the given reason.
func aborted(t *testing.T, err error, remote bool, reason string) {
	t.Helper()
	var abort *sctp.AbortError
	if !errors.As(err, &abort) {
		t.Errorf("got %v, want an AbortError", err)
		return
	}
	if abort.Remote != remote || string(abort.Reason) != reason || abort.Cause != sctp.CauseUserAbort {
		t.Errorf("got remote %v, cause %v, reason %q", abort.Remote, abort.Cause, abort.Reason)
	}
}

// What was written before Close arrives, although the peer begins to read long after it.
func TestCloseDeliversWhatWasWritten(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.link(simnet.Link{Delay: 50 * time.Millisecond, Loss: 0.05})
		client, server := w.pair()
		data := strings.Repeat("0123456789", 10_000)
		if _, err := io.WriteString(client, data); err != nil {
			t.Fatal(err)
		}
		before := w.elapsed()
		if err := client.Close(); err != nil {
			t.Fatal(err)
		}
		if w.elapsed() != before {
			t.Error("Close waited")
		}
		got, err := io.ReadAll(server)
		if err != nil || string(got) != data {
			t.Errorf("read %d bytes, %v, want %d", len(got), err, len(data))
		}
		server.Close()
	})
}

// The peer still sends when this side has closed: the shutdown completes all the same.
func TestCloseThrowsAwayWhatStillComes(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.RecvBuffer = 20_000
		client, server := w.pair()
		done := make(chan error)
		go func() {
			var err error
			for err == nil {
				_, err = server.Write(make([]byte, 5_000))
			}
			done <- err
		}()
		time.Sleep(time.Second)
		client.Close()
		if err := <-done; !errors.Is(err, sctp.ErrShutdown) {
			t.Errorf("writing to a peer that has closed: %v, want ErrShutdown", err)
		}
		wantEOF(t, server)
		for _, n := range notifications(t, server) {
			if failed, ok := n.(sctp.SendFailed); ok {
				t.Error(failed)
			}
		}
		server.Close()
	})
}

func TestShutdownWaitsForThePeer(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		send(t, client, "last words", nil)
		before := w.elapsed()
		if err := client.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := w.elapsed() - before; took < 2*w.delay {
			t.Errorf("Shutdown took %v, less than a round trip", took)
		}
		if s := client.Status().State; s != sctp.Closed {
			t.Errorf("after Shutdown the state is %v", s)
		}
		want(t, server, "last words")
		wantEOF(t, server)
		wantEOF(t, client)
		if _, err := client.Write([]byte("more")); !errors.Is(err, sctp.ErrShutdown) {
			t.Errorf("writing after Shutdown: %v", err)
		}
		client.Close()
		server.Close()
	})
}

func TestShutdownGivesUpWithItsContext(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		w.cut()
		send(t, client, "lost", nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := client.Shutdown(ctx)
		if !isTimeout(err) {
			t.Errorf("got %v, want a time-out", err)
		}
		client.Abort("")
		server.Abort("")
	})
}

func TestAbortTellsThePeerWhy(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		if err := client.Abort("going home"); err != nil {
			t.Fatal(err)
		}
		_, err := server.Read(make([]byte, 1))
		aborted(t, err, true, "going home")
		_, err = server.Write([]byte("x"))
		aborted(t, err, true, "going home")
		all := notifications(t, server)
		last, ok := all[len(all)-1].(sctp.AssocChange)
		if !ok || last.State != sctp.CommLost {
			t.Errorf("last notification: %v", all[len(all)-1])
		}
		aborted(t, last.Err, true, "going home")
		server.Close()
	})
}

func TestZeroLingerAborts(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		client.SetLinger(0)
		client.Write(make([]byte, 100_000))
		client.Close()
		_, err := io.Copy(io.Discard, server)
		aborted(t, err, true, "")
		server.Close()
	})
}

func TestNegativeLingerInConfigAborts(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.Linger = -1
		client, server := w.pair()
		client.Close()
		_, err := server.Read(make([]byte, 1))
		aborted(t, err, true, "")
		server.Close()
	})
}

// The peer does not read, so that a graceful shutdown would never end.
func TestLingerBoundsTheShutdown(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.RecvBuffer = 10_000
		client, server := w.pair()
		client.SetLinger(3 * time.Second)
		client.Write(make([]byte, 100_000))
		time.Sleep(time.Second)
		client.Close()
		closed := w.elapsed()
		for {
			n, err := server.NextNotification(t.Context())
			if err != nil {
				break
			}
			if change, ok := n.(sctp.AssocChange); ok && change.State == sctp.CommLost {
				aborted(t, change.Err, true, "linger time is over")
			}
		}
		if took := w.elapsed() - closed; took < 3*time.Second || took > 3*time.Second+2*w.delay {
			t.Errorf("aborted after %v, want 3s and the way", took)
		}
		server.Close()
	})
}

func TestClosedConn(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		server.Close()
		client.Close()
		_, readErr := client.Read(make([]byte, 1))
		_, writeErr := client.Write([]byte("x"))
		_, notificationErr := client.NextNotification(t.Context())
		for what, err := range map[string]error{
			"Read":             readErr,
			"Write":            writeErr,
			"NextNotification": notificationErr,
			"Shutdown":         client.Shutdown(t.Context()),
			"SetDeadline":      client.SetDeadline(time.Time{}),
			"Abort":            client.Abort(""),
			"Close again":      client.Close(),
		} {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s on a closed Conn: %v, want net.ErrClosed", what, err)
			}
			var op *net.OpError
			if !errors.As(err, &op) || op.Net != "sctp" || op.Addr == nil || op.Source == nil {
				t.Errorf("%s does not say between whom: %#v", what, err)
			}
		}
		if client.LocalAddr() == nil || client.RemoteAddr().String() != serverAddr {
			t.Error("a closed Conn has forgotten its addresses")
		}
	})
}

func TestCloseUnblocksEverybody(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.RecvBuffer = 10_000
		client, server := w.pair()
		errs := make(chan error)
		go func() { _, err := client.Read(make([]byte, 1)); errs <- err }()
		go func() { _, err := client.NextNotification(t.Context()); errs <- drain(client, err) }()
		go func() {
			var err error
			for err == nil {
				_, err = client.Write(make([]byte, 100_000))
			}
			errs <- err
		}()
		time.Sleep(time.Second)
		client.SetLinger(0)
		client.Close()
		for range 3 {
			if err := <-errs; !errors.Is(err, net.ErrClosed) {
				t.Errorf("got %v, want net.ErrClosed", err)
			}
		}
		server.Close()
	})
}

// drain reads notifications until there is an error.
func drain(c *sctp.Conn, err error) error {
	for err == nil {
		_, err = c.NextNotification(context.Background())
	}
	return err
}

// The carrier is gone: whoever waits on it learns so.
func TestCarrierClosed(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		client := w.dial()
		server := w.accept(l)
		errs := make(chan error)
		go func() { _, err := server.Read(make([]byte, 1)); errs <- err }()
		go func() { _, err := l.Accept(); errs <- err }()
		time.Sleep(time.Second)
		w.server.carrier.Close()
		for range 2 {
			if err := <-errs; !errors.Is(err, net.ErrClosed) {
				t.Errorf("got %v, want net.ErrClosed", err)
			}
		}
		// Listen may notice, or only Accept.
		lc := w.server.listenConfig()
		again, err := lc.Listen(t.Context(), "sctp", serverAddr)
		if err == nil {
			_, err = again.Accept()
		}
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("listening on a closed carrier: %v, want net.ErrClosed", err)
		}
		client.Abort("")
	})
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}
