package sctp_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

func TestBacklogIsALimit(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		lc := w.server.listenConfig()
		lc.Backlog = 3
		l, err := lc.Listen(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		w.client.config.MaxInitRetransmits = 1
		var conns []*sctp.Conn
		for range lc.Backlog {
			conns = append(conns, w.dial())
		}
		if _, err := w.client.dialer().DialSCTP(t.Context(), "sctp", serverAddr); err == nil {
			t.Errorf("association %d was set up", lc.Backlog+1)
		}
		// Accepting makes room.
		for range lc.Backlog {
			conns = append(conns, w.accept(l))
		}
		conns = append(conns, w.dial(), w.accept(l))
		for _, c := range conns {
			c.Abort("")
		}
	})
}

// As with TCP, what was sent and shut down before Accept is there to be read afterwards.
func TestAcceptAfterThePeerHasGone(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		defer l.Close()
		client := w.dial()
		send(t, client, "was here", nil)
		if err := client.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		client.Close()
		server := w.accept(l)
		want(t, server, "was here")
		wantEOF(t, server)
		server.Close()
	})
}

// One that left nothing does not take up room in the queue.
func TestAbortedBeforeAccept(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		lc := w.server.listenConfig()
		lc.Backlog = 2
		l, err := lc.Listen(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		for range 10 {
			w.dial().Abort("changed my mind")
			time.Sleep(time.Second)
		}
		client := w.dial()
		send(t, client, "this one stays", nil)
		server := w.accept(l)
		want(t, server, "this one stays")
		client.Close()
		server.Close()
	})
}

func TestAcceptEnds(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		l.SetDeadline(time.Now().Add(time.Second))
		if _, err := l.Accept(); !isTimeout(err) || w.elapsed() != time.Second {
			t.Errorf("at the deadline: %v after %v", err, w.elapsed())
		}
		l.SetDeadline(time.Time{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := l.AcceptContext(ctx); !isTimeout(err) {
			t.Errorf("at the end of the context: %v", err)
		}
		time.AfterFunc(time.Second, func() { l.Close() })
		_, err := l.Accept()
		var op *net.OpError
		if !errors.Is(err, net.ErrClosed) || !errors.As(err, &op) || op.Op != "accept" {
			t.Errorf("after Close: %v", err)
		}
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("closed twice: %v", err)
		}
	})
}

func TestListenerCloseAbortsWhatWasNotAccepted(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		waiting := w.dial()
		l.Close()
		_, err := waiting.Read(make([]byte, 1))
		aborted(t, err, true, "")
		waiting.Close()
	})
}

// A server is restarted while a client of the one before is still there.
func TestListenAgainWhileAssociationsLive(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair() // closes its listener
		l := w.listen()
		defer l.Close()
		second := w.dial()
		accepted := w.accept(l)
		send(t, client, "old", nil)
		send(t, second, "new", nil)
		want(t, server, "old")
		want(t, accepted, "new")
		for _, c := range []*sctp.Conn{client, server, second, accepted} {
			c.Close()
		}
	})
}

func TestPortIsTakenOnce(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		lc := w.server.listenConfig()
		if _, err := lc.Listen(t.Context(), "sctp", ":7"); err == nil {
			t.Error("the same port was taken on all addresses")
		}
		other, err := lc.Listen(t.Context(), "sctp", "192.0.2.2:0")
		if err != nil {
			t.Fatal(err)
		}
		if p := other.Addr().(*sctp.Addr).Port; p < 49152 {
			t.Errorf("port 0 became %d", p)
		}
		other.Close()
		l.Close()
		w.listen().Close()
	})
}

// RFC 6458 section 7.4: one port on different addresses is two sockets.
func TestOnePortOnTwoAddresses(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		lc, d := w.server.listenConfig(), w.client.dialer()
		for _, addr := range []string{"192.0.2.2:7", "198.51.100.2:7"} {
			l, err := lc.Listen(t.Context(), "sctp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			client, err := d.DialSCTP(t.Context(), "sctp", addr)
			if err != nil {
				t.Fatal(err)
			}
			server := w.accept(l)
			if got := server.LocalAddr().String(); got != addr {
				t.Errorf("dialled %v, accepted at %v", addr, got)
			}
			client.Close()
			server.Close()
		}
	})
}

// What ended before it was accepted and left something to read is kept, but a peer cannot make it grow: at most as many again as
// the backlog has, the newest.
func TestEndedAssociationsInTheQueueAreBounded(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		const backlog, peers = 2, 10
		lc := w.server.listenConfig()
		lc.Backlog = backlog
		l, err := lc.Listen(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		for i := range peers {
			c := w.dial()
			send(t, c, fmt.Sprint(i), nil)
			if err := c.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.Close()
		}
		var got []string
		l.SetDeadline(time.Now().Add(time.Second))
		for {
			c, err := l.AcceptSCTP()
			if err != nil {
				break
			}
			got = append(got, string(receive(t, c).Data))
			c.Close()
		}
		if want := []string{"6", "7", "8", "9"}; !slices.Equal(got, want) {
			t.Errorf("accepted those that sent %q, want %q", got, want)
		}
	})
}
