package sctp_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// addrNews waits for the next notification about addresses of this side, as the peer knows them, or of the peer.
func addrNews(t *testing.T, c *sctp.Conn) string {
	t.Helper()
	for {
		n, err := c.NextNotification(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		switch n := n.(type) {
		case sctp.AddrsChanged:
			return n.String()
		case sctp.PeerAddrChange:
			return n.String()
		}
	}
}

// movable gives both sides RFC 5061, with authentication.
func (w *world) movable() {
	for _, s := range []*side{w.client, w.server} {
		s.config.Auth = &sctp.Auth{}
	}
}

func TestAddressesAreAddedAndRemovedWhileDataFlows(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.movable()
		l := w.listen()
		defer l.Close()
		d := w.client.dialer()
		d.LocalAddr = sctp.MustParseAddr("192.0.2.1:0")
		client, err := d.DialSCTP(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		server := w.accept(l)
		if e := client.Status().Extensions; !e.Has(sctp.DynamicAddresses) {
			t.Fatalf("in use are %v", e)
		}
		first, second := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1")
		if err := client.AddAddr(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		if got, want := addrNews(t, client), "addresses: 198.51.100.1 added"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		for _, want := range []string{"peer address 198.51.100.1: ADDR_ADDED", "peer address 198.51.100.1: ADDR_CONFIRMED"} {
			if got := addrNews(t, server); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		if err := client.SetPeerPrimary(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		if got, want := addrNews(t, server), "peer address 198.51.100.1: ADDR_MADE_PRIM"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		w.net.Cut(netA, netA)
		send(t, server, "over the other", nil)
		if got := receive(t, client); string(got.Data) != "over the other" {
			t.Errorf("%q", got.Data)
		}
		if err := client.RemoveAddr(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		if p := server.Paths(); len(p) != 1 || p[0].Remote != second {
			t.Errorf("the peer has %v", p)
		}
		_, port, _ := splitPort(client.LocalAddr().String())
		if got, want := client.LocalAddr().String(), "198.51.100.1:"+port; got != want {
			t.Errorf("the local address is %v, want %v", got, want)
		}

		for name, c := range map[string]struct {
			do   func() error
			want error
		}{
			"the last one":               {func() error { return client.RemoveAddr(t.Context(), second) }, sctp.ErrBadAddress},
			"one that it has":            {func() error { return client.AddAddr(t.Context(), second) }, sctp.ErrBadAddress},
			"another host's":             {func() error { return client.AddAddr(t.Context(), netip.MustParseAddr("192.0.2.99")) }, sctp.ErrBadAddress},
			"one that it does not have":  {func() error { return client.SetPeerPrimary(t.Context(), first) }, sctp.ErrBadAddress},
			"nothing":                    {func() error { return client.ChangeAddrs(t.Context(), sctp.AddrChange{}) }, sctp.ErrEmptyRequest},
			"one that a peer cannot use": {func() error { return client.AddAddr(t.Context(), netip.MustParseAddr("224.0.0.1")) }, sctp.ErrBadAddress},
		} {
			if err := c.do(); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		client.Close()
		server.Close()
	})
}

func splitPort(s string) (host, port string, ok bool) {
	i := len(s) - 1
	for i > 0 && s[i] != ':' {
		i--
	}
	return s[:i], s[i+1:], i > 0
}

// A peer without room says so.
func TestARefusedAddress(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.movable()
		client, server := w.pair()
		defer server.Close()
		defer client.Close()
		var more []netip.Addr
		for i := range 40 {
			a := netip.AddrFrom4([4]byte{192, 0, 2, byte(100 + i)})
			w.client.host.AddAddr(a)
			more = append(more, a)
		}
		time.Sleep(time.Second)
		err := client.ChangeAddrs(t.Context(), sctp.AddrChange{Add: more})
		var refused *sctp.AddrRefusedError
		if !errors.As(err, &refused) || refused.Cause != 161 || !errors.Is(err, sctp.ErrDenied) {
			t.Fatalf("%v", err)
		}
		if n := len(server.Paths()); n != 32 {
			t.Errorf("the peer has %d addresses", n)
		}
		if s := server.Status().Stats; s.AddrsRefused == 0 {
			t.Error("nothing is counted")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := client.SetPeerPrimary(ctx, netip.MustParseAddr("198.51.100.1")); !errors.Is(err, context.Canceled) {
			t.Errorf("who does not wait: %v", err)
		}
	})
}

// A host that is pulled out of its dock in the middle of a transfer: its address goes, another one comes a moment later. Nothing notices.
func TestAHostMovesInMidTransfer(t *testing.T) {
	for _, c := range []struct {
		name string
		gap  time.Duration
	}{{"the other network is there at once", 0}, {"after 2 s", 2 * time.Second}, {"after 20 s", 20 * time.Second}} {
		t.Run(c.name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.movable()
				w.client.config.AutoASCONF = true
				dock, air := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1")
				w.client.host.RemoveAddr(air)
				w.link(simnet.Link{Delay: 10 * time.Millisecond, Rate: 1 << 20})
				w.net.Connect(netB, netA, simnet.Link{Delay: 30 * time.Millisecond, Rate: 1 << 20})
				l := w.listen()
				defer l.Close()
				client := w.dial()
				server := w.accept(l)
				const messages = 400
				go func() {
					for i := range messages {
						send(t, client, fmt.Sprintf("%d up%s", i, slices.Repeat([]byte{'.'}, 2000)), nil)
					}
				}()
				go func() {
					for i := range messages {
						send(t, server, fmt.Sprintf("%d down", i), nil)
					}
				}()
				time.AfterFunc(200*time.Millisecond, func() { w.client.host.RemoveAddr(dock) })
				time.AfterFunc(200*time.Millisecond+c.gap, func() { w.client.host.AddAddr(air) })
				var longest time.Duration
				last := time.Now()
				for i := range messages {
					want := fmt.Sprintf("%d up", i)
					if got := receive(t, server); string(got.Data[:len(want)]) != want {
						t.Fatalf("%q, want message %d", got.Data[:10], i)
					}
					longest = max(longest, time.Since(last))
					last = time.Now()
				}
				for i := range messages {
					if got := receive(t, client); string(got.Data) != fmt.Sprintf("%d down", i) {
						t.Fatalf("%q, want message %d", got.Data, i)
					}
				}
				t.Logf("the longest silence was %v", longest)
				if longest > c.gap+1500*time.Millisecond { // a retransmission may be lost, too, and then RTO.Min counts
					t.Errorf("a silence of %v", longest)
				}
				if p := server.Paths(); len(p) != 1 || p[0].Remote != air {
					t.Errorf("the server has the client at %v", p)
				}
				client.Close()
				server.Close()
			})
		})
	}
}
