package assoc

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/transport"
)

// wantFrom checks the source of the next packet.
func (ta *testAssoc) wantFrom(source netip.Addr, reason string, chunks ...string) {
	ta.t.Helper()
	if p := ta.want(reason, chunks...); p.path.Local != source {
		ta.t.Errorf("%s: it left from %v, want %v", reason, p.path.Local, source)
	}
}

// setSource is PathParams.Source.
func (ta *testAssoc) setSource(remote, source netip.Addr) error {
	ta.t.Helper()
	c, err := ta.a.PathParams(remote)
	if err != nil {
		ta.t.Fatal(err)
	}
	c.Source = source
	err = ta.a.TunePath(ta.now, remote, c)
	ta.settle()
	return err
}

// An answer leaves from the address that the question came to, also where the routes, or the likeness of addresses, would have another.
func TestAnswersLeaveFromWhereTheQuestionCame(t *testing.T) {
	for name, o := range map[string]option{
		"bound to all addresses": onHost(local1, local2),
		"bound to two addresses": bound(local1, local2),
	} {
		t.Run(name, func(t *testing.T) {
			ta := established(t, multiHomed(peer1, peer2), o)
			usual := ta.a.paths[0].Addr.Local
			for _, to := range []netip.Addr{local1, local2} {
				way := transport.Path{Local: to, Remote: peer1}
				ta.recvTagged(localTag, way, heartbeat("x"))
				ta.wantFrom(to, "a HEARTBEAT is answered", "HEARTBEAT-ACK")
				ta.recvTagged(localTag, way, data(0))
				ta.wantFrom(to, "DATA, or a duplicate of it, is acknowledged", "SACK 0")
				ta.a.receive.ack.last = nil // what follows is a duplicate, which would be acknowledged to another address
			}
			ta.send(10)
			ta.wantFrom(usual, "what is no answer leaves as ever", "DATA 0")
		})
	}
}

// A peer with one address asks about each of ours by HEARTBEATs; data goes on leaving from where it sends its own to.
func TestHeartbeatsMoveNoSource(t *testing.T) {
	ta := established(t, onHost(local1, local2))
	way := func(to netip.Addr) transport.Path { return transport.Path{Local: to, Remote: peer1} }
	ta.recvTagged(localTag, way(local1), data(0))
	ta.wantFrom(local1, "it is acknowledged", "SACK 0")
	ta.recvTagged(localTag, way(local2), heartbeat("x"))
	ta.wantFrom(local2, "it is answered from where it came to", "HEARTBEAT-ACK")
	ta.send(10)
	ta.wantFrom(local1, "data stays", "DATA 0")
	ta.recvTagged(localTag, way(local2), sack(0), data(1))
	ta.send(10)
	ta.wantFrom(local2, "data follows the peer's", "SACK 1", "DATA 1")
}

// What takes another way because that of the DATA may be broken does not leave from its source.
func TestSackThatTakesAnotherWayLeavesFromTheSourceOfThat(t *testing.T) {
	ta := established(t, multiHomed(peer1, peer2), bound(local1, local2))
	ta.recvTagged(localTag, transport.Path{Local: local1, Remote: peer1}, data(0))
	ta.want("first", "SACK 0")
	ta.recvTagged(localTag, transport.Path{Local: local1, Remote: peer1}, data(0))
	ta.wantTo(peer1, "a duplicate", "SACK 0")
	if p := ta.wantTo(peer2, "the first SACK seems to be lost (section 6.4)", "SACK 0"); p.path.Local != ta.a.sourceFor(peer2) {
		t.Errorf("it left from %v", p.path.Local)
	}
}

func TestAcknowledgementWithDataLeavesFromTheSourceOfThePath(t *testing.T) {
	ta := established(t, multiHomed(peer1, peer2), onHost(local1, local2))
	ta.deliver(localTag, transport.Path{Local: local2, Remote: peer1}, data(0))
	if err := ta.a.Send(ta.now, &Message{Data: make([]byte, 10)}); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	ta.wantFrom(netip.Addr{}, "the DATA will be acknowledged to its source", "SACK 0", "DATA 0")
}

func TestSourceOfAPathIsTheUsersChoice(t *testing.T) {
	for name, o := range map[string]option{
		"bound to all addresses": onHost(local1, local2),
		"bound to two addresses": bound(local1, local2),
	} {
		t.Run(name, func(t *testing.T) {
			ta := established(t, multiHomed(peer1, peer2), o)
			automatic := ta.a.paths[0].Addr.Local
			want := local1
			if automatic == local1 {
				want = local2
			}
			routes := ta.routes
			if err := ta.setSource(peer1, want); err != nil {
				t.Fatal(err)
			}
			if ta.routes == routes {
				t.Error("nobody asks what packets the other way takes")
			}
			ta.send(1)
			ta.wantFrom(want, "DATA", "DATA 0")
			ta.recv(sack(0))
			ta.recvTagged(localTag, transport.Path{Local: automatic, Remote: peer1}, data(0))
			ta.wantFrom(want, "the user's choice is for acknowledgements, too", "SACK 0")
			ta.send(1)
			ta.wantFrom(want, "and nothing is learnt from the peer", "DATA 1")
			ta.recv(sack(1))

			ta.hostHas(peer3)
			ta.forget() // a path that is doubted is probed
			ta.events = nil
			ta.send(1)
			if got := ta.want("the address is gone", "DATA 2").path.Local; got == want {
				t.Errorf("a packet leaves from %v, which is gone", got)
			}
			ta.recv(sack(2))
			ta.hostHas(local1, local2)
			ta.forget()
			ta.events = nil
			ta.send(1)
			ta.wantFrom(want, "it is there again", "DATA 3")
			ta.recv(sack(3))
			if err := ta.setSource(peer1, netip.Addr{}); err != nil {
				t.Fatal(err)
			}
			ta.send(1)
			ta.wantFrom(automatic, "the choice is taken back", "DATA 4")
		})
	}
}

func TestSourceHasToBeOnesOwn(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.9")
	ta := established(t, onHost(local1, local6))
	for source, ok := range map[netip.Addr]bool{
		local1: true, loopback: true, local2: false, local6: false, peer1: false, netip.IPv4Unspecified(): false, netip.MustParseAddr("224.0.0.1"): false,
	} {
		if err := ta.setSource(peer1, source); (err == nil) != ok || err != nil && !errors.Is(err, ErrNoSuchSource) {
			t.Errorf("bound to all addresses, from %v: %v", source, err)
		}
	}
	ta = established(t, bound(local1))
	for _, source := range []netip.Addr{local2, loopback} {
		if err := ta.setSource(peer1, source); !errors.Is(err, ErrNoSuchSource) {
			t.Errorf("bound to another address, from %v: %v", source, err)
		}
	}
}
