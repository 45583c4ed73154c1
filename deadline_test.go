package sctp_test

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

// full fills the way from c to a peer that does not read.
func full(t *testing.T, c *sctp.Conn) {
	t.Helper()
	c.SetWriteDeadline(time.Now().Add(10 * time.Second))
	var err error
	for err == nil {
		_, err = c.Write(make([]byte, 10_000))
	}
	if !isTimeout(err) {
		t.Fatal(err)
	}
	c.SetWriteDeadline(time.Time{})
}

func TestReadDeadline(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		before := w.elapsed()
		server.SetReadDeadline(time.Now().Add(time.Second))
		_, err := server.Read(make([]byte, 1))
		var op *net.OpError
		if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &op) || !op.Timeout() || op.Op != "read" {
			t.Errorf("got %v", err)
		}
		if took := w.elapsed() - before; took != time.Second {
			t.Errorf("it took %v, want 1s", took)
		}
		send(t, client, "late", nil)
		time.Sleep(time.Second)
		if _, err := server.Read(make([]byte, 10)); !isTimeout(err) {
			t.Errorf("after the deadline, with something to read: %v", err)
		}
		server.SetReadDeadline(time.Time{})
		want(t, server, "late")
	})
}

func TestWriteDeadline(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.RecvBuffer = 10_000
		w.client.config.SendBuffer = 50_000
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		full(t, client)
		before := w.elapsed()
		client.SetWriteDeadline(time.Now().Add(time.Second))
		// Of a large Write it tells how much was queued.
		n, err := client.Write(make([]byte, 100_000))
		if !isTimeout(err) || n >= 100_000 {
			t.Errorf("got %d, %v", n, err)
		}
		if took := w.elapsed() - before; took != time.Second {
			t.Errorf("it took %v, want 1s", took)
		}
	})
}

func TestContextsOfReadingAndWriting(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.RecvBuffer = 10_000
		w.client.config.SendBuffer = 100_000 // which does not grow with larger messages
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		full(t, client)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.WriteMsgContext(ctx, make([]byte, 20_000), nil)
		if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.Is(err, context.DeadlineExceeded) || !isTimeout(err) {
			t.Errorf("writing: %v, want what a deadline gives and what the context says", err)
		}
		if _, err := client.Stream(1).WriteMsgContext(ctx, make([]byte, 20_000)); !isTimeout(err) {
			t.Errorf("writing on a stream: %v", err)
		}
		stopped, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		if _, _, err := client.ReadMsgContext(stopped, make([]byte, 1)); !errors.Is(err, context.Canceled) {
			t.Errorf("reading: %v", err)
		}
		if _, err := client.ReadMessage(stopped, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("reading a message: %v", err)
		}
	})
}

func TestNotificationContext(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for {
			_, err := client.NextNotification(ctx)
			if err == nil {
				continue
			}
			if !isTimeout(err) {
				t.Error(err)
			}
			return
		}
	})
}

// Writers that wait for room get it when the peer reads.
func TestBlockedWriterGoesOn(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.server.config.RecvBuffer = 10_000
		w.client.config.SendBuffer = 50_000
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		full(t, client)
		written := make(chan error)
		go func() {
			_, err := client.WriteMsg(make([]byte, 40_000), nil)
			written <- err
		}()
		time.Sleep(time.Minute)
		for {
			select {
			case err := <-written:
				if err != nil {
					t.Error(err)
				}
				return
			default:
				receive(t, server)
			}
		}
	})
}
