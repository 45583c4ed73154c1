package endpoint

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// reboot has a host lose everything and bind the same port.
func (h *host) reboot(seed byte) {
	port := h.socket.Port
	h.boot(seed)
	h.bind(port, 0, assoc.Config{})
}

func TestRebootedPeerRestartsTheAssociation(t *testing.T) {
	for name, addrs := range map[string][]string{
		"one address":   {"192.0.2.1"},
		"two addresses": {"192.0.2.1", "198.51.100.1"},
	} {
		t.Run(name, func(t *testing.T) {
			n, a, z := strangers(t, addrs, []string{"192.0.2.2", "198.51.100.2"})
			meet(n, a, z)
			n.advance(2 * time.Second) // so that all addresses are confirmed
			Z := z.handles[0]
			z.events = nil

			n.breakAddrs(true, addrs...)
			z.send(Z, "into the void")
			n.breakAddrs(false, addrs...)
			a.reboot(3)
			A := a.connect(z, assoc.Config{})
			a.send(A, "back again")
			n.advance(time.Second)

			a.wantEvents("A knows of nothing", slices.Concat([]string{"up", "SenderDry"}, confirmations(A)[1:])...)
			z.wantEvents("Z's association goes on", slices.Concat(
				[]string{`send failed: "into the void", sent true`, "restart"}, confirmations(Z)[1:])...)
			z.send(Z, "welcome back")
			n.advance(time.Second)
			if got := a.read(A); !slices.Equal(got, []string{"welcome back"}) {
				t.Errorf("A read %q", got)
			}
			if got := z.read(Z); !slices.Equal(got, []string{"back again"}) {
				t.Errorf("Z read %q", got)
			}
			if len(z.handles) != 1 || A.Assoc.LocalTag() != Z.Assoc.PeerTag() || A.Assoc.PeerTag() != Z.Assoc.LocalTag() {
				t.Error("the two do not share one association")
			}
		})
	}
}

// confirmations are the events of paths that became confirmed, one for each path, the primary one first.
func confirmations(h *Handle) (events []string) {
	for _, p := range h.Assoc.Paths(nil) {
		events = append(events, p.Remote.String()+" confirmed")
	}
	return events
}

func TestRestartInAnyOrderWithFaults(t *testing.T) {
	explore(t, 10000, func(t *testing.T, c *chooser) {
		n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
		n.quiet = true
		meet(n, a, z)
		Z := z.handles[0]
		a.reboot(3)
		A := a.connect(z, assoc.Config{})
		a.send(A, "back again")
		n.shuffle(c, faults{losses: 1, repeats: 1})
		n.advance(20 * time.Second)
		if len(z.handles) != 1 || z.count("restart") != 1 || a.count("up") != 1 || a.count("restart") != 0 {
			t.Fatalf("%d associations; A: %q, Z: %q", len(z.handles), a.events, z.events)
		}
		if A.Assoc.LocalTag() != Z.Assoc.PeerTag() || A.Assoc.PeerTag() != Z.Assoc.LocalTag() {
			t.Error("the two do not share one association")
		}
		if got := z.read(Z); !slices.Equal(got, []string{"back again"}) {
			t.Errorf("Z read %q", got)
		}
	})
}

func TestRestartWithANewAddressIsRefused(t *testing.T) {
	// RFC 9260 section 5.2.2: otherwise anybody could take an association over by adding an address of his own.
	n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
	meet(n, a, z)
	Z := z.handles[0]
	tag := Z.Assoc.LocalTag()
	a.addrs = append(a.addrs, netip.MustParseAddr("203.0.113.1"))
	a.reboot(3)
	a.connect(z, assoc.Config{})
	n.settle()
	a.wantEvents("A is refused", "cannot start: aborted by peer: Restart of an Association with New Addresses")
	z.wantEvents("Z's association is untouched", "up")
	if Z.Assoc.State() != assoc.StateEstablished || Z.Assoc.LocalTag() != tag {
		t.Errorf("Z is %v", Z.Assoc.State())
	}
}

func TestRebootWhileShutdownAckSent(t *testing.T) {
	// RFC 9260 sections 5.2.2 and 9.2: the INIT draws a SHUTDOWN ACK, which is out of the blue for its sender; the SHUTDOWN COMPLETE ends the
	// old association and the next INIT begins a new one.
	n, a, z := pair(t)
	old := z.handles[0]
	n.lose = func(_ *host, d *transport.Datagram) bool { return has(d.Data, wire.ChunkShutdownAck) }
	a.shutdown(a.handles[0])
	n.settle()
	if s := old.Assoc.State(); s != assoc.StateShutdownAckSent {
		t.Fatalf("Z is %v", s)
	}
	n.lose = nil
	a.reboot(3)
	A := a.connect(z, assoc.Config{})
	n.settle()
	z.wantEvents("the old association", "up", "ShutdownEvent", "shutdown complete")
	n.advance(2 * time.Second) // T1-init
	z.wantEvents("a new association", "up", "ShutdownEvent", "shutdown complete", "up")
	if A.Assoc.State() != assoc.StateEstablished || len(z.live()) != 1 || z.live()[0] == old {
		t.Errorf("A is %v, Z has %d associations", A.Assoc.State(), len(z.live()))
	}
}

func TestCookieOfARestartedPeerWhileShutdownAckSent(t *testing.T) {
	// RFC 9260 section 5.2.4 action A: the cookie is from before the SHUTDOWN, its echo comes after it.
	n, a, z := pair(t)
	z.handles[0].Assoc.SetMTU(n.now, a.addrs[0], z.mtu)
	again := n.host("A'", 3) // A after a reboot; A itself still ends its association
	again.addrs = a.addrs
	again.e.SetLocalAddrs(a.addrs)
	again.bind(1000, 0, assoc.Config{})
	again.connect(z, assoc.Config{})
	n.deliver(0) // INIT
	ack := n.queue[0].d
	n.queue = nil
	again.receive(ack)
	echo := n.queue[0].d
	n.queue = nil

	n.lose = func(_ *host, d *transport.Datagram) bool { return has(d.Data, wire.ChunkShutdownAck) }
	a.shutdown(a.handles[0])
	n.settle()
	n.lose = nil
	z.receive(echo)
	var answers []string
	for _, f := range n.queue {
		answers = append(answers, wire.Describe(f.d.Data))
	}
	if !slices.Equal(answers, []string{"ERROR; Cookie Received While Shutting Down", "SHUTDOWN ACK"}) {
		t.Errorf("the echo is answered by %q", answers)
	}
	if s := z.handles[0].Assoc.State(); s != assoc.StateShutdownAckSent {
		t.Errorf("Z is %v", s)
	}
}

func TestSilentRebootIsDiscoveredByData(t *testing.T) {
	n, a, z := pair(t)
	a.reboot(3)
	z.send(z.handles[0], "anybody?")
	n.settle()
	z.wantEvents("ABORT out of the blue", "up", `send failed: "anybody?", sent true`, "lost: aborted by peer")
	z.wantForgotten()
}

func TestSilentRebootIsDiscoveredByHeartbeat(t *testing.T) {
	n, a, z := pair(t)
	a.reboot(3)
	if took := n.finish(time.Minute); took > 35*time.Second {
		t.Errorf("it took %v", took)
	}
	z.wantEvents("ABORT out of the blue", "up", "lost: aborted by peer")
}
