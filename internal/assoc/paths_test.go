package assoc

import (
	"errors"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
)

// dual returns an association with two confirmed paths, peer1 the primary one.
func dual(t *testing.T, f func(*Config)) *testAssoc {
	t.Helper()
	return established(t, multiHomed(peer1, peer2), with(func(c *Config) {
		c.HBInterval = time.Hour // paths that have failed are probed all the same
		if f != nil {
			f(c)
		}
	}))
}

// RFC 9260 section 5.4.
func TestAnnouncedAddressesAreConfirmedByHeartbeat(t *testing.T) {
	ta := established(t, announcing(peer1, peer2))
	if err := ta.a.SetPrimary(ta.now, peer3); !errors.Is(err, ErrNoSuchPath) {
		t.Errorf("SetPrimary to another's address: %v", err)
	}
	if err := ta.a.SetPrimary(ta.now, peer2); err != nil {
		t.Error(err)
	}
	ta.advance(0)
	hb := ta.wantTo(peer2, "the unconfirmed address is probed at once", "HEARTBEAT")
	ta.sendMessage(Message{Path: peer2, Data: []byte("x")})
	ta.wantTo(peer1, "no DATA to an unconfirmed address", "DATA 0")
	info := []byte(hb.chunks[0].Value)
	info[len(info)-1] ^= 2
	ta.recvFrom(peer2, rawChunk(wire.ChunkHeartbeatAck, 0, info...))
	ta.wantNoEvent("a forged nonce confirms nothing")
	info[len(info)-1] ^= 2
	ta.recvFrom(peer2, answerHeartbeat(hb))
	ta.wantEvent("the right one does", "198.51.100.2 confirmed")
	ta.sendMessage(Message{Path: peer2, Data: []byte("x")})
	ta.wantTo(peer2, "now DATA goes where the user wants it", "DATA 1")
	ta.send(10)
	ta.wantTo(peer2, "the primary path changed (section 11.1.6)", "DATA 2")
}

func TestHeartbeatAckCountsOnce(t *testing.T) {
	ta := established(t, announcing(peer1, peer2))
	ta.advance(0)
	hb := ta.wantTo(peer2, "probe", "HEARTBEAT")
	ta.advance(1100 * time.Millisecond)
	ta.forget()
	ta.recvFrom(peer2, answerHeartbeat(hb))
	ta.wantNoEvent("an answer after the deadline counts no more")
}

func TestUnconfirmedAddressesAreProbedOnePerRTO(t *testing.T) {
	ta := established(t, announcing(peer1, peer2, peer3))
	ta.advance(0)
	ta.wantTo(peer2, "HB.Max.Burst is 1", "HEARTBEAT")
	ta.wantIdle("the next one waits for an RTO (section 5.4)")
	ta.advance(time.Second)
	ta.wantTo(peer3, "after an RTO it is its turn", "HEARTBEAT")
	ta.wantIdle("and nobody else's")
	ta.advance(time.Second)
	ta.wantTo(peer2, "the first one again", "HEARTBEAT")
	ta.wantIdle("one at a time")
}

func TestHeartbeatIntervalAndJitter(t *testing.T) {
	seen := make(map[time.Duration]bool)
	ta := established(t)
	for range 8 {
		d := ta.advanceToTimer()
		if d < 30500*time.Millisecond || d > 31500*time.Millisecond {
			t.Fatalf("HEARTBEAT after %v, want RTO + HB.interval ± RTO/2 (section 8.3)", d)
		}
		seen[d] = true
		hb := ta.want("an idle path is probed", "HEARTBEAT")
		ta.recv(answerHeartbeat(hb))
	}
	if len(seen) < 8 {
		t.Error("there is no jitter")
	}
}

func TestRequestHeartbeatProbesAtOnce(t *testing.T) {
	ta := dual(t, nil)
	if err := ta.a.RequestHeartbeat(ta.now, peer2); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	ta.wantTo(peer2, "on demand (section 8.3 D)", "HEARTBEAT")
	if err := ta.a.RequestHeartbeat(ta.now, peer3); !errors.Is(err, ErrNoSuchPath) {
		t.Errorf("to a stranger: %v", err)
	}
}

// RFC 9260 sections 6.4.1 and 8.2, RFC 7829 section 3.2.
func TestTimeoutMovesDataToTheOtherPathAndBack(t *testing.T) {
	ta := dual(t, nil)
	ta.send(10)
	ta.wantTo(peer1, "the primary path", "DATA 0")
	ta.advanceToTimer()
	ta.wantEvent("one time-out is enough to avoid it", "198.51.100.1 potentially-failed")
	ta.wantTo(peer2, "retransmission goes to another address (section 6.4)", "DATA 0")
	ta.send(10)
	ta.wantTo(peer2, "so do new data", "DATA 1")
	ta.recvFrom(peer2, sack(1))
	ta.wantEvent("delivered", "dry")
	ta.advanceToTimer()
	hb := ta.wantTo(peer1, "the failed path is probed once per RTO (RFC 7829)", "HEARTBEAT")
	ta.recvFrom(peer1, answerHeartbeat(hb))
	ta.wantEvent("it is back", "198.51.100.1 available")
	ta.send(10)
	ta.wantTo(peer1, "and used again", "DATA 2")
}

func TestSilentPathBecomesInactive(t *testing.T) {
	ta := dual(t, func(c *Config) { c.PathMaxRetrans = 2 })
	ta.send(10)
	ta.advanceToTimer()
	ta.recvFrom(peer2, sack(0))
	ta.wantEvent("T3-rtx", "198.51.100.1 potentially-failed")
	ta.wantEvent("the other path works", "dry")
	ta.forget()
	for range 3 {
		ta.advanceToTimer()
	}
	ta.wantEvent("more than Path.Max.Retrans errors", "198.51.100.1 unreachable")
	ta.advance(time.Minute)
	ta.wantNoEvent("it is told once")
	ta.wantState("the association lives by the other path (section 8.1)", StateEstablished)
	if p := ta.a.Status().Paths[0]; p.State != AddrUnreachable || p.Errors != 3 {
		t.Errorf("the path: %+v", p)
	}
}

func TestFastRetransmissionStaysOnItsPath(t *testing.T) {
	ta := dual(t, nil)
	for range 4 {
		ta.send(100)
	}
	ta.forget()
	for i := 1; i <= 3; i++ {
		ta.recv(sack(-1, 1, i))
	}
	ta.wantTo(peer1, "a lost packet is no dead path (section 6.4)", "DATA 0")
}

func TestMessagePathOverridesThePrimary(t *testing.T) {
	ta := dual(t, nil)
	ta.sendMessage(Message{Path: peer2, Data: []byte("x")})
	ta.wantTo(peer2, "section 11.1.5", "DATA 0")
	ta.send(10)
	ta.wantTo(peer1, "for this message only", "DATA 1")
	ta.sendMessage(Message{Path: peer3, Data: []byte("x")})
	ta.wantTo(peer1, "an address that the peer does not have", "DATA 2")
}

func TestDestinationsHaveTheirOwnWindows(t *testing.T) {
	ta := dual(t, func(c *Config) { c.MaxBurst = 100 })
	ta.send(10 * fragment)
	first := len(ta.forget())
	if err := ta.a.SetPrimary(ta.now, peer2); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	second := len(ta.forget())
	if first == 0 || first != second {
		t.Errorf("%d packets to one path, %d to the other: cwnd is per destination (section 7.2)", first, second)
	}
}

func TestHeartbeatIsAnsweredWhereItCameFrom(t *testing.T) {
	ta := dual(t, nil)
	info := "any bytes of the peer"
	ta.recvFrom(peer2, heartbeat(info))
	p := ta.wantTo(peer2, "section 8.3", "HEARTBEAT-ACK")
	if got, err := wire.ParseHeartbeat(p.chunks[0]); err != nil || string(got) != info {
		t.Errorf("the answer carries %q, %v", got, err)
	}
}

func TestPeersEncapsulationPortIsLearnt(t *testing.T) {
	ta := established(t)
	way := way1
	way.EncapPort = 40001
	ta.recvTagged(localTag, way, heartbeat("x"))
	if p := ta.want("RFC 6951 section 5.4", "HEARTBEAT-ACK"); p.path.EncapPort != 40001 {
		t.Errorf("the answer goes to UDP port %d", p.path.EncapPort)
	}
	way.EncapPort = 6666
	ta.recvTagged(localTag+1, way, heartbeat("x"))
	ta.deliver(0, way, initChunk())
	ta.forget()
	ta.settle()
	ta.forget()
	ta.send(10)
	if p := ta.want("data", "DATA 0"); p.path.EncapPort != 40001 {
		t.Errorf("a packet with a wrong tag, or an INIT, moved the peer to UDP port %d", p.path.EncapPort)
	}
}

// RFC 7829 section 3.2 item 5: with heartbeats off, a path that has failed is not probed either.
func TestWithoutHeartbeatsNoPathIsProbed(t *testing.T) {
	ta := dual(t, func(c *Config) { c.HBInterval = -1 })
	ta.send(10)
	ta.advanceToTimer()
	ta.wantEvent("T3-rtx", "198.51.100.1 potentially-failed")
	ta.forget()
	ta.recvFrom(peer2, sack(0))
	ta.advance(time.Hour)
	ta.wantIdle("nobody asks whether it works again")
	if err := ta.a.RequestHeartbeat(ta.now, peer1); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	ta.wantTo(peer1, "but the user may", "HEARTBEAT")
}
