package sctp_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// localChange waits for the next notification of an address of this host.
func localChange(t *testing.T, c *sctp.Conn) sctp.LocalAddrChange {
	t.Helper()
	for {
		n, err := c.NextNotification(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if change, ok := n.(sctp.LocalAddrChange); ok {
			return change
		}
	}
}

func TestAddressesOfTheHostAreFollowed(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		defer l.Close()
		all, err := w.client.dialer().DialSCTP(t.Context(), "sctp4", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		w.accept(l)
		d := w.client.dialer()
		d.LocalAddr = sctp.MustParseAddr("192.0.2.1/198.51.100.1:0")
		bound, err := d.DialSCTP(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		server := w.accept(l)

		six, lost := netip.MustParseAddr("2001:db8::9"), netip.MustParseAddr("192.0.2.1")
		w.client.host.AddAddr(six) // nothing for an association over IPv4
		w.client.host.AddAddr(netip.MustParseAddr("203.0.113.9"))
		if got := localChange(t, all); got.Addr.String() != "203.0.113.9" || !got.Added {
			t.Errorf("bound to all addresses: %v", got)
		}
		w.client.host.RemoveAddr(lost)
		for name, c := range map[string]*sctp.Conn{"bound to all": all, "bound to it": bound} {
			if got := localChange(t, c); got.Addr != lost || got.Added {
				t.Errorf("%s: %v", name, got)
			}
		}
		// What is bound is used: the way to the server's first address leads from the second one now.
		if p := bound.Paths()[0]; p.Local.String() != "198.51.100.1" {
			t.Errorf("the first path begins at %v", p.Local)
		}
		if _, err := bound.Write([]byte("moved")); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 10)
		if n, err := server.Read(buf); err != nil || string(buf[:n]) != "moved" {
			t.Errorf("%q, %v", buf[:n], err)
		}
		w.client.host.AddAddr(lost)
		if got := localChange(t, bound); got.Addr != lost || !got.Added {
			t.Errorf("it is there again: %v", got)
		}
		if p := bound.Paths()[0]; p.Local != lost {
			t.Errorf("the first path begins at %v", p.Local)
		}
		for _, c := range []*sctp.Conn{all, bound, server} {
			c.Abort("")
		}
		time.Sleep(time.Second)
	})
}

// Each side may say from which address packets to each address of the peer leave.
func TestSourceOfEachPath(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.net.Connect(netA, netB, simnet.Link{Delay: w.delay})
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		remote, source := netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("198.51.100.1")
		p, err := client.PathParams(remote)
		if err != nil {
			t.Fatal(err)
		}
		p.Source = source
		if err := client.SetPathParams(remote, p); err != nil {
			t.Fatal(err)
		}
		if got, err := client.PathParams(remote); err != nil || got.Source != source {
			t.Errorf("Source is %v, %v", got.Source, err)
		}
		if got := client.Paths()[0]; got.Local != source || got.Remote != remote {
			t.Errorf("the way is %v to %v", got.Local, got.Remote)
		}
		send(t, client, "the long way", nil)
		want(t, server, "the long way")
		p.Source = netip.MustParseAddr("203.0.113.1")
		if err := client.SetPathParams(remote, p); err == nil {
			t.Error("the host has no such address")
		}
	})
}

// The laptop has joined another network before it leaves the first one: messages take it at once.
func TestLaptopChangesNetworksInTime(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		auth := &sctp.Auth{Keys: []sctp.AuthKey{{Number: 1, Secret: []byte("key")}}, ActiveKey: 1}
		w.client.config.Auth, w.server.config.Auth, w.client.config.AutoASCONF = auth, auth, true
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		for _, lost := range w.client.host.Addrs() {
			time.Sleep(10 * time.Second)
			send(t, client, "before", nil)
			w.client.host.RemoveAddr(lost)
			began := time.Now()
			send(t, client, "behind", nil)
			want(t, server, "before")
			want(t, server, "behind")
			if took := time.Since(began); took > 20*w.delay {
				t.Errorf("without %v, messages took %v", lost, took)
			}
			time.Sleep(10 * time.Second)
			w.client.host.AddAddr(lost)
		}
	})
}

// Between two networks the laptop is in none, so that timers are backed off; in the next one messages go on at once.
func TestLaptopGoesOnAtOnceInTheNextNetwork(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		first, next := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1")
		w.client.host.RemoveAddr(next)
		auth := &sctp.Auth{Keys: []sctp.AuthKey{{Number: 1, Secret: []byte("key")}}, ActiveKey: 1}
		w.client.config.Auth, w.server.config.Auth, w.client.config.AutoASCONF = auth, auth, true
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		send(t, client, "in the dock", nil)
		want(t, server, "in the dock")
		for range 3 {
			w.client.host.RemoveAddr(first)
			send(t, client, "nowhere", nil)
			time.Sleep(10 * time.Second)
			w.client.host.AddAddr(next)
			there := time.Now()
			want(t, server, "nowhere")
			if took := time.Since(there); took > 20*w.delay {
				t.Errorf("from %v to %v: the message arrived %v after the new address", first, next, took)
			}
			time.Sleep(10 * time.Second)
			first, next = next, first
		}
	})
}

// IPv4 and IPv6 are two paths of one association like any other two, and a mapped address is one of IPv4.
func TestBothFamiliesInOneAssociation(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		six := netip.MustParsePrefix("2001:db8::/64")
		w.client.host.AddAddr(netip.MustParseAddr("2001:db8::1"))
		w.server.host.AddAddr(netip.MustParseAddr("2001:db8::2"))
		w.net.Connect(six, six, simnet.Link{Delay: w.delay})
		l, err := w.server.listenConfig().Listen(t.Context(), "sctp", "192.0.2.2/[2001:db8::2]:7")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		mapped := netip.MustParseAddr("::ffff:192.0.2.1")
		d := w.client.dialer()
		d.LocalAddr = &sctp.Addr{IPs: []netip.Addr{mapped, netip.MustParseAddr("2001:db8::1")}}
		client, err := d.DialSCTP(t.Context(), "sctp", "[::ffff:192.0.2.2]:7")
		if err != nil {
			t.Fatal(err)
		}
		defer client.Abort("")
		server := w.accept(l)
		defer server.Abort("")
		time.Sleep(10 * time.Second) // the other path is confirmed
		for name, c := range map[string]*sctp.Conn{"192.0.2.2/[2001:db8::2]:7": client, "192.0.2.1/[2001:db8::1]": server} {
			if got := c.RemoteAddr().String(); !strings.HasPrefix(got, name) {
				t.Errorf("the peer has %s, want %s", got, name)
			}
		}
		for _, cut := range []netip.Prefix{netA, six} {
			w.net.Cut(cut, cut)
			send(t, client, "over the other family", nil)
			want(t, server, "over the other family")
			send(t, server, "and back", nil)
			want(t, client, "and back")
			w.net.Repair(cut, cut)
			time.Sleep(time.Minute)
		}
	})
}

// A listener that is bound to some of the host's addresses is nobody's at the others.
func TestListenerOfSomeAddresses(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		third := netip.MustParseAddr("192.0.2.22")
		w.server.host.AddAddr(third)
		l := w.listen() // 192.0.2.2 and 198.51.100.2
		defer l.Close()
		d := w.client.dialer()
		d.Timeout = time.Second
		var abort *sctp.AbortError
		if _, err := d.DialSCTP(t.Context(), "sctp", "192.0.2.22:7"); !errors.As(err, &abort) {
			t.Errorf("at an address that is not its own: %v, want a refusal", err)
		}
		for _, addr := range []string{"192.0.2.2:7", "198.51.100.2:7"} {
			client, err := d.DialSCTP(t.Context(), "sctp", addr)
			if err != nil {
				t.Fatal(err)
			}
			if ips := client.RemoteAddr().(*sctp.Addr).IPs; len(ips) != 2 || slices.Contains(ips, third) {
				t.Errorf("the peer at %s has %v, want the two that are bound", addr, ips)
			}
			client.Abort("")
		}
	})
}
