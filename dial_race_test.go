package sctp_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// named is a dialer for the name "server", which stands for these addresses.
func (w *world) named(addrs ...string) *sctp.Dialer {
	d := w.client.dialer()
	var ips []netip.Addr
	for _, a := range addrs {
		ips = append(ips, netip.MustParseAddr(a))
	}
	d.Resolver = phoneBook{"server": ips}
	return d
}

// A dead first address of a host costs 250 ms, and the one that answered is primary.
func TestListIsRaced(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		defer l.Close()
		w.net.Cut(netA, netA)
		client := w.dial()
		defer client.Abort("")
		if took, want := w.elapsed(), 250*time.Millisecond+4*w.delay; took != want {
			t.Errorf("it took %v, want %v", took, want)
		}
		server := w.accept(l)
		defer server.Abort("")
		if p := client.Paths()[0]; p.Remote.String() != "198.51.100.2" {
			t.Errorf("%v is primary", p.Remote)
		}
		if n := len(client.Paths()); n != 2 {
			t.Errorf("%d paths, want the dead one, too", n)
		}
		send(t, client, "at once", nil)
		want(t, server, "at once")
		if took := w.elapsed(); took > time.Second {
			t.Errorf("the first message took %v", took)
		}
	})
}

func TestListInOrder(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		defer l.Close()
		w.net.Cut(netA, netA)
		d := w.client.dialer()
		d.RaceDelay = -1
		client, err := d.DialSCTP(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Abort("")
		if took, want := w.elapsed(), time.Second+4*w.delay; took != want {
			t.Errorf("it took %v, want RTO.Initial and two round trips", took)
		}
		if p := client.Paths()[0]; p.Remote.String() != "192.0.2.2" {
			t.Errorf("%v is primary, want the first", p.Remote)
		}
	})
}

func TestAddressesOfANameAreRaced(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		defer l.Close()
		d := w.named("192.0.2.98", "192.0.2.99", "192.0.2.2")
		d.RaceDelay = 100 * time.Millisecond
		client, err := d.DialSCTP(t.Context(), "sctp", "server:7")
		if err != nil {
			t.Fatal(err)
		}
		defer client.Abort("")
		if took, want := w.elapsed(), 200*time.Millisecond+4*w.delay; took != want {
			t.Errorf("it took %v, want %v", took, want)
		}
	})
}

// The second host is reached first, the first one all the same: its association is aborted, and nothing of it is left.
func TestLoserOfARaceIsAborted(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.net.Connect(netA, netA, simnet.Link{Delay: 300 * time.Millisecond})
		l := w.listen()
		defer l.Close()
		d := w.named("192.0.2.2", "198.51.100.2")
		client, err := d.DialSCTP(t.Context(), "sctp", "server:7")
		if err != nil {
			t.Fatal(err)
		}
		defer client.Abort("")
		winner := w.accept(l)
		defer winner.Abort("")
		if got := client.RemoteAddr().(*sctp.Addr).IPs[0].String(); got != "198.51.100.2" {
			t.Errorf("the peer is %v", got)
		}
		send(t, client, "hello", nil)
		want(t, winner, "hello")
		time.Sleep(10 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if loser, err := l.AcceptContext(ctx); err == nil {
			t.Errorf("the loser is there: %v", loser.RemoteAddr())
		}
		send(t, client, "still here", nil)
		want(t, winner, "still here")
	})
}

// Both are set up, the slower one while the faster one is being handed out.
func TestLoserThatIsSetUpIsAborted(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.net.Connect(netA, netA, simnet.Link{Delay: 30 * time.Millisecond})
		l := w.listen()
		defer l.Close()
		d := w.named("192.0.2.2", "198.51.100.2")
		d.RaceDelay = time.Millisecond
		client, err := d.DialSCTP(t.Context(), "sctp", "server:7")
		if err != nil {
			t.Fatal(err)
		}
		defer client.Abort("")
		winner := w.accept(l)
		defer winner.Abort("")
		time.Sleep(10 * time.Second)
		send(t, client, "one is left", nil)
		want(t, winner, "one is left")
		if s := client.Status(); s.State != sctp.Established {
			t.Errorf("the winner is %v", s.State)
		}
	})
}

func TestErrorNamesEveryAddress(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l, err := w.server.listenConfig().Listen(t.Context(), "sctp", ":8")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		for name, c := range map[string]struct {
			delay time.Duration
			local *sctp.Addr
		}{
			"race": {}, "in order": {delay: -1}, "from a port": {local: sctp.MustParseAddr(":4000")},
		} {
			d := w.named("192.0.2.98", "192.0.2.2")
			d.RaceDelay, d.LocalAddr, d.Timeout = c.delay, c.local, 10*time.Second
			_, err := d.DialSCTP(t.Context(), "sctp", "server:7") // nobody listens
			var abort *sctp.AbortError
			if err == nil || !errors.As(err, &abort) || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("%s: %v, want one refusal and one without an answer", name, err)
			}
			for _, part := range []string{"192.0.2.98:7: ", "192.0.2.2:7: connection refused"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%s: %q does not say %q", name, err, part)
				}
			}
			if isTimeout(err) {
				t.Errorf("%s: %v is a time-out, though one has refused", name, err)
			}
		}
		d := w.named("192.0.2.98", "192.0.2.97")
		d.Timeout = time.Second
		if _, err := d.DialSCTP(t.Context(), "sctp", "server:7"); !isTimeout(err) {
			t.Errorf("nobody answers: %v", err)
		}
		_, err = w.client.dialer().DialSCTP(t.Context(), "sctp", serverAddr)
		if op := (*net.OpError)(nil); !errors.As(err, &op) || op.Addr.String() != serverAddr {
			t.Errorf("of a list: %v", err)
		}
	})
}

func TestRaceIsCancelled(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		_, err := w.named("192.0.2.98", "192.0.2.97").DialSCTP(ctx, "sctp", "server:7")
		if !errors.Is(err, context.Canceled) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// One family that is out of order costs one delay.
func TestFamiliesTakeTurns(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.host.AddAddr(netip.MustParseAddr("2001:db8::1"))
		w.server.host.AddAddr(netip.MustParseAddr("2001:db8::2"))
		w.net.SetDefault(simnet.Link{Delay: w.delay})
		l, err := w.server.listenConfig().Listen(t.Context(), "sctp", ":7")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		d := w.named("192.0.2.96", "192.0.2.97", "192.0.2.98", "2001:db8::2", "2001:db8::3")
		c, err := d.DialSCTP(t.Context(), "sctp", "server:7")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Abort("")
		if took, want := w.elapsed(), 250*time.Millisecond+4*w.delay; took != want {
			t.Errorf("it took %v, want %v", took, want)
		}
	})
}
