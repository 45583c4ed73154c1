package sctp_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

func TestNobodyListens(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		// Another socket, so that somebody answers for the port.
		l, err := w.server.listenConfig().Listen(t.Context(), "sctp", "192.0.2.2:8")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, err = w.client.dialer().DialSCTP(t.Context(), "sctp", serverAddr)
		if err == nil || !strings.Contains(err.Error(), "connection refused") || !strings.Contains(err.Error(), serverAddr) {
			t.Errorf("got %v, want a refusal that names the peer", err)
		}
		var abort *sctp.AbortError
		if !errors.As(err, &abort) || !abort.Remote {
			t.Errorf("got %v, want an AbortError", err)
		}
		if w.elapsed() > time.Second {
			t.Errorf("it took %v", w.elapsed())
		}
	})
}

func TestNobodyAnswers(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.MaxInitRetransmits = 2
		_, err := w.client.dialer().DialSCTP(t.Context(), "sctp", serverAddr)
		if !errors.Is(err, sctp.ErrTimeout) || !isTimeout(err) {
			t.Errorf("got %v, want ErrTimeout", err)
		}
		// RTO.Initial is 1 s, and doubles: 1 + 2 + 4.
		if w.elapsed() != 7*time.Second {
			t.Errorf("it took %v, want 7s", w.elapsed())
		}
	})
}

func TestDialTimeouts(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		d := w.client.dialer()
		d.Timeout = 1500 * time.Millisecond
		_, err := d.DialContext(t.Context(), "sctp", serverAddr)
		if !isTimeout(err) || w.elapsed() != d.Timeout {
			t.Errorf("Timeout: %v after %v", err, w.elapsed())
		}
		d.Deadline = time.Now().Add(time.Second)
		_, err = d.DialContext(t.Context(), "sctp", serverAddr)
		if !isTimeout(err) || time.Now() != d.Deadline {
			t.Errorf("Deadline: %v, %v late", err, time.Since(d.Deadline))
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err = w.client.dialer().DialContext(ctx, "sctp", serverAddr)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		began := time.Now()
		if _, err = w.client.dialer().DialContext(ctx, "sctp", serverAddr); !errors.Is(err, context.Canceled) || time.Now() != began {
			t.Errorf("cancelled before: %v after %v", err, time.Since(began))
		}
	})
}

// phoneBook is a Resolver out of a table.
type phoneBook map[string][]netip.Addr

func (b phoneBook) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if ips, ok := b[host]; ok {
		return ips, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// A name with several addresses may be several hosts: in order, the second is tried when the first does not answer.
func TestDialTriesTheAddressesOfAName(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		defer l.Close()
		d := w.client.dialer()
		d.Resolver = phoneBook{"server": {netip.MustParseAddr("192.0.2.99"), netip.MustParseAddr("192.0.2.2")}}
		d.Timeout = 10 * time.Second
		d.RaceDelay = -1
		c, err := d.DialSCTP(t.Context(), "sctp", "server:7")
		if err != nil {
			t.Fatal(err)
		}
		if took := w.elapsed(); took < 5*time.Second || took > 6*time.Second {
			t.Errorf("it took %v, want half of the time for the first address", took)
		}
		c.Close()
	})
}

func TestDialFromAnAddress(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		defer l.Close()
		d := w.client.dialer()
		d.LocalAddr = sctp.MustParseAddr("198.51.100.1:4000")
		client, err := d.DialSCTP(t.Context(), "sctp", "198.51.100.2:7")
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		server := w.accept(l)
		defer server.Close()
		if got := server.RemoteAddr().String(); got != "198.51.100.1:4000" {
			t.Errorf("the peer is %v", got)
		}
		if _, err := d.DialSCTP(t.Context(), "sctp", "198.51.100.2:7"); err == nil {
			t.Error("the port was taken twice")
		}
	})
}

func TestDialFreesItsPort(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		defer l.Close()
		d := w.client.dialer()
		d.LocalAddr = sctp.MustParseAddr(":4000")
		for range 3 {
			client, err := d.DialSCTP(t.Context(), "sctp", serverAddr)
			if err != nil {
				t.Fatal(err)
			}
			server := w.accept(l)
			if err := client.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			client.Close()
			server.Close()
		}
	})
}
