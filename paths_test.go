package sctp_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

func TestPathParams(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		second := w.server.host.Addrs()[1]
		p, err := client.PathParams(second)
		if err != nil || p != (sctp.PathParams{PathMaxRetrans: 5, HBInterval: 30 * time.Second, SACKDelay: 200 * time.Millisecond, SACKFrequency: 2}) {
			t.Fatalf("at first %+v, %v", p, err)
		}
		for _, wrong := range []sctp.PathParams{
			{},
			{PathMaxRetrans: 1, SACKFrequency: 1, Switchover: true, PFMaxRetrans: 1},
			{PathMaxRetrans: 1, SACKFrequency: 1, SACKDelay: time.Second},
		} {
			var field *sctp.ConfigError
			if err := client.SetPathParams(second, wrong); !errors.As(err, &field) {
				t.Errorf("%+v: %v", wrong, err)
			}
		}
		p = sctp.PathParams{
			PathMaxRetrans: 1, PFMaxRetrans: 1, Switchover: true, PSMaxRetrans: 1, HBInterval: time.Second, SACKDelay: -1, SACKFrequency: 3,
		}
		if err := client.SetPathParams(second, p); err != nil {
			t.Fatal(err)
		}
		if got, err := client.PathParams(second); got != p || err != nil {
			t.Errorf("changed to %+v, %v", got, err)
		}
		w.net.Cut(netB, netB)
		time.Sleep(10 * time.Second)
		if s := client.Paths()[1]; s.Remote != second || s.State != sctp.AddrUnreachable {
			t.Errorf("two heartbeats were lost: %v is %v", s.Remote, s.State)
		}
		if s := client.Paths()[0]; s.State != sctp.AddrAvailable {
			t.Errorf("%v is %v", s.Remote, s.State)
		}
		stranger := netip.MustParseAddr("203.0.113.1")
		if _, err := client.PathParams(stranger); err == nil {
			t.Error("an address that is not the peer's has parameters")
		}
		if client.SetPathParams(stranger, p) == nil {
			t.Error("they were changed")
		}
	})
}

// With primary path switchover messages stay on the path that they have moved to (RFC 7829 section 5).
func TestSwitchoverIsTold(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.Switchover = true
		w.client.config.HBInterval = time.Second
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		first, second := w.server.host.Addrs()[0], w.server.host.Addrs()[1]
		time.Sleep(10 * time.Second) // paths are confirmed
		w.net.Cut(netA, netA)
		send(t, client, "over the other path", nil)
		want(t, server, "over the other path")
		if p := client.Paths()[0]; p.Remote != second {
			t.Errorf("%v is primary", p.Remote)
		}
		w.net.Repair(netA, netA)
		time.Sleep(time.Minute)
		var told []sctp.AddrState
		for len(told) == 0 || told[len(told)-1] != sctp.AddrAvailable {
			n, err := client.NextNotification(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if change, ok := n.(sctp.PeerAddrChange); ok && change.State != sctp.AddrConfirmed {
				told = append(told, change.State)
			}
		}
		if len(told) < 3 || told[0] != sctp.AddrPotentiallyFailed || told[1] != sctp.AddrMadePrimary {
			t.Errorf("told %v", told)
		}
		for _, p := range client.Paths() {
			if p.Remote == first && (p.Primary || p.State != sctp.AddrAvailable) {
				t.Errorf("the old primary path, which works again, is %+v", p)
			}
		}
	})
}

func TestPathParamsOfAnEndpoint(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		a, b, id := w.endpoints()
		defer a.Close()
		defer b.Close()
		st, err := a.Status(id)
		if err != nil {
			t.Fatal(err)
		}
		remote := st.Paths[0].Remote
		p, err := a.PathParams(id, remote)
		if err != nil {
			t.Fatal(err)
		}
		p.PathMaxRetrans = 3
		if err := a.SetPathParams(id, remote, p); err != nil {
			t.Fatal(err)
		}
		if got, err := a.PathParams(id, remote); got != p || err != nil {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := a.PathParams(id+100, remote); err == nil {
			t.Error("an association that does not exist has parameters")
		}
	})
}
