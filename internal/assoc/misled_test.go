package assoc

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// strangersAbort delivers the answer of a host that knows no such association (RFC 9260 section 8.4 item 8).
func (ta *testAssoc) strangersAbort(from netip.Addr) {
	ta.recvTagged(peerTag, transport.Path{Local: local1, Remote: from}, rawChunk(wire.ChunkAbort, wire.FlagT))
}

// noPort delivers an ICMP report that there is nobody at an address, about a packet of ours.
func (ta *testAssoc) noPort(at netip.Addr) {
	ta.a.Deliver(ta.now, &transport.Datagram{
		Kind: transport.ProtocolUnreachable, Path: transport.Path{Local: local1, Remote: at},
		Data: wire.Header{SrcPort: localPort, DstPort: peerPort, Tag: peerTag}.Append(nil),
	})
	ta.settle()
}

// An address that the peer lists may be somebody else's here: behind a NAT, or out of malice.
func TestStrangersAtUnconfirmedAddressesEndNothing(t *testing.T) {
	for name, refuse := range map[string]func(*testAssoc, netip.Addr){
		"ABORT": (*testAssoc).strangersAbort, "ICMP": (*testAssoc).noPort,
	} {
		t.Run(name, func(t *testing.T) {
			ta := established(t, announcing(peer1, peer2))
			ta.advance(0)
			ta.wantTo(peer2, "the address is probed", "HEARTBEAT")
			refuse(ta, peer2)
			ta.wantEvent("there is somebody else", "198.51.100.2 unreachable")
			ta.advance(20 * time.Second)
			ta.wantIdle("it is not probed every RTO any more")
			refuse(ta, peer2)
			ta.wantNoEvent("nothing is new")
			ta.wantState("the association goes on", StateEstablished)
			refuse(ta, peer3)
			if name == "ABORT" {
				ta.wantEvent("who is no path of the peer may be the peer after all", "lost")
			}
		})
	}
}

func TestTheOnlyAddressIsBelieved(t *testing.T) {
	ta := newTestAssoc(t, activeSide, over(Carrier{Encapsulated: true}))
	ta.want("INIT", "INIT")
	ta.recvFrom(peer2, initAck(onlyFrom(peer2)))
	ta.recvFrom(peer2, cookieAck())
	ta.wantEvent("it is up", "up")
	ta.strangersAbort(peer2)
	ta.wantEvent("unconfirmed as it is, there is no other", "lost")
}

// RFC 6951 section 5.7: ABORT with the T bit may say that the peer sees other addresses than it knows.
func TestRefusalOfOnePathOverUDP(t *testing.T) {
	udp := func(t *testing.T, c Carrier) *testAssoc {
		ta := established(t, multiHomed(peer1, peer2), over(c))
		ta.recv(data(0))
		ta.want("data", "SACK 0")
		return ta
	}
	t.Run("another works", func(t *testing.T) {
		for name, refuse := range map[string]func(*testAssoc, netip.Addr){
			"ABORT": (*testAssoc).strangersAbort, "ICMP": (*testAssoc).noPort,
		} {
			ta := udp(t, Carrier{Encapsulated: true})
			ta.send(10)
			ta.wantTo(peer1, "data", "DATA 0")
			refuse(ta, peer1)
			ta.wantEvent("the path has failed", "198.51.100.1 unreachable")
			hb := ta.wantTo(peer2, "what was in flight moves, and the path is asked", "HEARTBEAT", "DATA 0")
			ta.recvFrom(peer2, answerHeartbeat(hb), sack(0))
			ta.wantEvent("all is acknowledged", "dry")
			refuse(ta, peer1)
			ta.wantState("the association goes on", StateEstablished)
			ta.forget()

			refuse(ta, peer2)
			if closed := ta.a.State() == StateClosed; closed != (name == "ABORT") {
				t.Errorf("no path is left that works: closed %v", closed)
			}
		}
	})
	t.Run("none works", func(t *testing.T) {
		ta := udp(t, Carrier{Encapsulated: true})
		ta.send(10)
		ta.advance(8 * time.Second) // T3-rtx on both
		ta.strangersAbort(peer1)
		ta.wantState("nobody says otherwise", StateClosed)
	})
	t.Run("over IP", func(t *testing.T) {
		ta := udp(t, Carrier{})
		ta.strangersAbort(peer1)
		ta.wantState("there no NAT has ports that it forgets", StateClosed)
	})
	t.Run("the peer itself", func(t *testing.T) {
		ta := udp(t, Carrier{Encapsulated: true})
		ta.recv(rawChunk(wire.ChunkAbort, 0))
		ta.wantState("its own ABORT counts on any path", StateClosed)
	})
}

func TestHeartbeatsAreMoreFrequentOverUDP(t *testing.T) {
	for _, c := range []struct {
		carrier  Carrier
		set      time.Duration
		interval time.Duration
	}{
		{Carrier{}, 0, defaultHBInterval},
		{Carrier{Encapsulated: true}, 0, EncapHBInterval},
		{Carrier{Encapsulated: true}, time.Minute, time.Minute},
		{Carrier{Encapsulated: true}, -1, -1},
	} {
		ta := established(t, over(c.carrier), with(func(cfg *Config) { cfg.HBInterval = c.set }))
		p, err := ta.a.PathParams(peer1)
		if err != nil || p.HBInterval != c.interval || ta.a.Tunable().HBInterval != c.interval {
			t.Errorf("%+v, set to %v: %v, %v", c.carrier, c.set, p.HBInterval, err)
		}
		if c.interval < 0 {
			continue
		}
		ta.advance(c.interval + 2*time.Second) // RTO and jitter
		ta.want("the path is idle", "HEARTBEAT")
	}
}

// A NAT that has forgotten the peer reports that there is nobody at its port, until the peer sends something.
func TestPortUnreachableOverUDP(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.1")
	for _, c := range []struct {
		carrier Carrier
		peer    netip.Addr
		ends    bool
	}{
		{Carrier{Encapsulated: true}, peer1, false},
		{Carrier{Encapsulated: true}, loopback, true},
		{Carrier{}, peer1, true},
	} {
		ta := newTestAssoc(t, activeSide, over(c.carrier), multiHomed(c.peer))
		ta.want("INIT", "INIT")
		ta.recvFrom(c.peer, initAck())
		ta.recvFrom(c.peer, cookieAck())
		ta.wantEvent("it is up", "up")
		ta.forget()
		ta.send(10)
		ta.want("data", "DATA 0")
		ta.noPort(c.peer)
		ta.want("the path is asked", "HEARTBEAT")
		ta.advanceToTimer()
		ta.forget()
		ta.noPort(c.peer)
		if ended := ta.a.State() == StateClosed; ended != c.ends {
			t.Errorf("%+v, %v: ended %v, want %v", c.carrier, c.peer, ended, c.ends)
		}
	}
}
