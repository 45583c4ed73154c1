package endpoint

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// mixedPair is two hosts on an IPv4 and an IPv6 network, with an association whose paths are all confirmed. A's primary path is IPv4.
func mixedPair(t *testing.T, c assoc.Config) (n *network, a, z *host) {
	t.Helper()
	n, a, z = strangers(t, []string{"192.0.2.1", "2001:db8::1"}, []string{"192.0.2.2", "2001:db8::2"})
	a.connect(z, c)
	n.advance(2 * time.Second)
	if len(z.live()) != 1 {
		t.Fatalf("no association; A: %q, Z: %q", a.events, z.events)
	}
	return n, a, z
}

// carried counts packets with DATA, by the address they go to.
func (n *network) carried() map[string]int {
	to := make(map[string]int)
	n.lose = func(_ *host, d *transport.Datagram) bool {
		if has(d.Data, wire.ChunkData) {
			to[d.Path.Remote.String()]++
		}
		return false
	}
	return to
}

func TestAddressesAreConfirmedBeforeTheyCarryData(t *testing.T) {
	n, a, z := strangers(t, []string{"192.0.2.1", "2001:db8::1"}, []string{"192.0.2.2", "2001:db8::2"})
	n.lose = func(from *host, d *transport.Datagram) bool {
		for _, h := range from.handles {
			for _, p := range h.Assoc.Status().Paths {
				if p.Path.Remote != d.Path.Remote || p.Confirmed {
					continue
				}
				for _, c := range chunks(d.Data) {
					switch c.Type {
					case wire.ChunkHeartbeat, wire.ChunkHeartbeatAck, wire.ChunkCookieAck: // RFC 9260 section 5.4
					default:
						t.Errorf("%v to the unconfirmed %v", c, d.Path.Remote)
					}
				}
			}
		}
		return false
	}
	A := a.connect(z, assoc.Config{})
	a.send(A, "hello")
	n.advance(2 * time.Second)
	a.wantEvents("A named the other one", "up", "SenderDry", "2001:db8::2 confirmed")
	z.wantEvents("Z got INIT from the other one", "up", "2001:db8::1 confirmed")
}

func TestAnAddressThatIsNotThePeersIsNeverConfirmed(t *testing.T) {
	n, a, z := strangers(t, []string{"192.0.2.1", "198.51.100.1"}, []string{"192.0.2.2"})
	victim := n.host("V", 9, "198.51.100.1") // A announces an address of somebody who has no SCTP
	victim.e.SetOOTB(false)
	a.addrs, n.hosts = a.addrs[:1], []*host{a, z, victim}
	to := n.carried()
	meet(n, a, z)
	z.send(z.handles[0], "hello")
	n.advance(10 * time.Minute)
	if to["198.51.100.1"] != 0 || z.count("198.51.100.1 confirmed") != 0 {
		t.Errorf("%d packets of data to the victim; Z: %q", to["198.51.100.1"], z.events)
	}
	if z.count("198.51.100.1 unreachable") != 1 || len(z.live()) != 1 {
		t.Errorf("Z saw %q; want the address unreachable, once, and the association alive", z.events)
	}
}

func TestFailoverAndReturn(t *testing.T) {
	n, a, z := mixedPair(t, assoc.Config{})
	A, Z := a.handles[0], z.handles[0]
	a.events = nil
	to := n.carried()
	var want []string
	send := func(count int) {
		for range count {
			want = append(want, fmt.Sprint("message ", len(want)))
			a.send(A, want[len(want)-1])
			n.advance(100 * time.Millisecond)
		}
	}

	send(10)
	n.breakAddrs(true, "192.0.2.2")
	send(50)
	if to["2001:db8::2"] == 0 {
		t.Error("nothing went to the other address while the primary one was unreachable")
	}
	if a.count("192.0.2.2 potentially failed") != 1 || a.count("192.0.2.2 unreachable") != 0 {
		t.Errorf("A saw %q; want the path potentially failed after one time-out (RFC 7829 section 3.2)", a.events)
	}
	n.advance(3 * time.Minute)
	if a.count("192.0.2.2 unreachable") != 1 {
		t.Errorf("A saw %q, want the primary address unreachable", a.events)
	}

	n.breakAddrs(false, "192.0.2.2")
	n.advance(2 * time.Minute)
	if a.count("192.0.2.2 available") != 1 {
		t.Errorf("A saw %q, want the primary address available", a.events)
	}
	clear(to)
	send(10)
	if to["192.0.2.2"] != 10 || to["2001:db8::2"] != 0 {
		t.Errorf("after the return, data went to %v", to)
	}
	if got := z.read(Z); !slices.Equal(got, want) {
		t.Errorf("Z read %d messages of %d, or in another order", len(got), len(want))
	}
}

func TestAllPathsCutLosesTheAssociationInTime(t *testing.T) {
	n, a, _ := mixedPair(t, assoc.Config{AssocMaxRetrans: 4, PathMaxRetrans: 2, RTOMax: 10 * time.Second})
	A := a.handles[0]
	a.events = nil
	n.breakAddrs(true, "192.0.2.2", "2001:db8::2")
	for i := range 5 {
		a.send(A, fmt.Sprint("message ", i))
	}
	a.send(A, strings.Repeat("too long for the window, ", 1000))
	// Each of the five errors takes at most RTO.Max on either path.
	if took := n.advanceUntilClosed(A, time.Hour); took > 2*5*10*time.Second {
		t.Errorf("it took %v", took)
	}
	var failed []string
	for _, e := range a.events {
		if strings.HasPrefix(e, "send failed") {
			failed = append(failed, e)
		}
	}
	want := []string{`send failed: "message 0", sent true`, `send failed: "message 1", sent true`, `send failed: "message 2", sent true`,
		`send failed: "message 3", sent true`, `send failed: "message 4", sent true`, `send failed: "too long for the win", sent true`}
	if !slices.Equal(failed, want) {
		t.Errorf("A got back %q", failed)
	}
	if last := a.events[len(a.events)-1]; last != "lost: peer does not answer" || a.count(last) != 1 {
		t.Errorf("A saw %q", a.events)
	}
	a.wantForgotten()
}

func TestOnlyPathCutCountsEachTimeOutOnce(t *testing.T) {
	n, a, _ := pair(t)
	n.breakAddrs(true, "192.0.2.2")
	a.send(a.handles[0], "anybody?")
	// Association.Max.Retrans+1 expirations of T3-rtx, from RTO.Min doubled to RTO.Max (RFC 9260 sections 6.3.3 and 8.1).
	const want = (1 + 2 + 4 + 8 + 16 + 32 + 5*60) * time.Second
	if took := n.advanceUntilClosed(a.handles[0], time.Hour); took != want {
		t.Errorf("lost after %v, want %v", took, want)
	}
}

// advanceUntilClosed lets timers run until an association is over, and returns how long that took.
func (n *network) advanceUntilClosed(h *Handle, limit time.Duration) time.Duration {
	n.t.Helper()
	begin := n.now
	for h.Assoc.State() != assoc.StateClosed {
		if !n.expireBy(begin.Add(limit)) {
			n.t.Fatalf("not over after %v", limit)
		}
	}
	return n.now.Sub(begin)
}

func TestIdleAssociationNoticesThatThePeerIsGone(t *testing.T) {
	n, a, z := mixedPair(t, assoc.Config{})
	n.breakAddrs(true, "192.0.2.2", "2001:db8::2")
	// Association.Max.Retrans+1 heartbeats on the path in use, each an HB.interval and up to RTO.Max apart (RFC 9260 section 8.3).
	if took := n.advanceUntilClosed(a.handles[0], time.Hour); took > 11*(30+2*60)*time.Second {
		t.Errorf("it took %v", took)
	}
	if last := a.events[len(a.events)-1]; last != "lost: peer does not answer" {
		t.Errorf("A saw %q", a.events)
	}
	a.wantForgotten()
	if z.count("lost: peer does not answer") > 1 {
		t.Errorf("Z saw %q", z.events)
	}
}

func TestAnnouncedAddressesHaveThePeersScope(t *testing.T) {
	loopback := []string{"127.0.0.1", "::1"}
	link := []string{"169.254.0.1", "fe80::1%eth0"}
	private := []string{"10.0.0.1", "fd00::1"}
	global := []string{"203.0.113.1", "2001:db8::1"}
	for _, c := range []struct {
		why    string
		bound  []string
		remote string
		want   []string
	}{
		{"to the own host all but link-local ones", slices.Concat(loopback, link, private, global), "127.0.0.1",
			slices.Concat(loopback, private, global)},
		{"to a neighbour what leaves the host", slices.Concat(loopback, link, private, global), "169.254.0.9",
			slices.Concat(private, global)},
		{"to a private network private and global ones", slices.Concat(loopback, link, private, global), "10.0.0.9",
			slices.Concat(private, global)},
		{"to the world global ones", slices.Concat(loopback, link, private, global), "198.51.100.9", global},
		{"to the world over IPv6", slices.Concat(loopback, link, private, global), "2001:db8:9::9", global},
		{"to the world from behind a NAT what there is", slices.Concat(loopback, link, private), "198.51.100.9", private},
	} {
		var addrs []netip.Addr
		for _, s := range c.bound {
			addrs = append(addrs, netip.MustParseAddr(s))
		}
		e := New(Config{Seed: [32]byte{1}})
		e.SetLocalAddrs(addrs)
		s := &Socket{Port: hostPort, Backlog: 1, Config: new(assoc.Config{}.Defaults())}
		if err := e.Bind(s); err != nil {
			t.Fatal(err)
		}
		init := arriving(c.remote, c.bound[0], stranger(0, initChunk(5)))
		if got := announced(t, wireChunk(t, e.Route(start, init))); !slices.Equal(got, c.want) {
			t.Errorf("%s: INIT ACK announces %v, want %v", c.why, got, c.want)
		}
		h, err := e.Connect(start, s, new(assoc.Config{}), strangerPort+1, []netip.Addr{netip.MustParseAddr(c.remote)}, 0)
		if err != nil {
			t.Fatal(err)
		}
		var d transport.Datagram
		if !h.Assoc.NextPacket(start, make([]byte, 1500), &d) {
			t.Fatalf("%s: no INIT", c.why)
		}
		if got := announced(t, chunks(d.Data)[0]); !slices.Equal(got, c.want) {
			t.Errorf("%s: INIT announces %v, want %v", c.why, got, c.want)
		}
	}
}

// announced are the addresses in an INIT or INIT ACK.
func announced(t *testing.T, c wire.Chunk) (addrs []string) {
	t.Helper()
	in, err := wire.ParseInit(c)
	if err != nil {
		t.Fatal(err)
	}
	for rest := in.Params; len(rest) > 0; {
		p, more, err := wire.NextParam(rest)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := wire.ParseAddress(p); err == nil {
			addrs = append(addrs, a.String())
		}
		rest = more
	}
	return addrs
}
