package assoc

import (
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// RFC 6951 section 5.4.

// from is the way of a packet of the peer's first address behind a UDP port.
func from(port uint16) transport.Path {
	return transport.Path{Local: local1, Remote: peer1, EncapPort: port}
}

// encapsulated is an association over UDP that has heard the peer from port 40001.
func encapsulated(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	ta := established(t, append([]option{over(Carrier{Encapsulated: true})}, options...)...)
	ta.recvTagged(localTag, from(40001), data(0))
	ta.want("the first DATA chunk", "SACK 0")
	return ta
}

func TestRoutesTellWhichPortsAreKnown(t *testing.T) {
	ta := established(t, announcing(peer1, peer2), over(Carrier{Encapsulated: true}), func(_ *testAssoc, _ *Config, p *Params) { p.PeerEncapPort = 9900 })
	want := []Route{{peer1, 9900, false, true}, {peer2, 9900, false, false}}
	if got := ta.a.Routes(nil); !slices.Equal(got, want) {
		t.Errorf("at first %v, want %v", got, want)
	}
	ta.routes = 0
	for range 2 {
		ta.recvTagged(localTag, from(40001), heartbeat("x"))
	}
	ta.recvFrom(peer2, heartbeat("x")) // as from a carrier that does not tell
	if ta.routes != 1 {
		t.Errorf("the routes changed %d times, want once", ta.routes)
	}
	ta.forget()
	ta.advance(0)
	ta.recvFrom(peer2, answerHeartbeat(ta.wantTo(peer2, "the other address is probed", "HEARTBEAT")))
	if ta.routes != 2 {
		t.Errorf("the routes changed %d times, want another time for the confirmation", ta.routes)
	}
	if err := ta.a.SetPrimary(ta.now, peer2); err != nil {
		t.Fatal(err)
	}
	want = []Route{{peer2, 9900, false, true}, {peer1, 40001, true, true}}
	if got := ta.a.Routes(nil); !slices.Equal(got, want) {
		t.Errorf("then %v, want %v", got, want)
	}
	if err := ta.a.SetEncapPort(ta.now, peer1, 40002); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	want[1] = Route{peer1, 40002, false, true}
	if got := ta.a.Routes(nil); !slices.Equal(got, want) || ta.routes != 3 {
		t.Errorf("after SetEncapPort %v, want %v; %d changes", got, want, ta.routes)
	}
	if got := ta.a.Stats().PortChanges; got != 0 {
		t.Errorf("%d port changes of the peer", got)
	}
}

func TestPeerThatComesFromTwoPortsInTurns(t *testing.T) {
	// As behind a NAT that has a mapping for each address of this side.
	ta := encapsulated(t)
	ta.send(10)
	ta.want("data", "DATA 0")
	for i := range uint16(10) {
		ta.recvTagged(localTag, from(40001+i%2), heartbeat("x"))
		ta.want("nothing is known to be lost, so nothing is sent again", "HEARTBEAT-ACK")
	}
	ta.wantIdle("that is all")
	if got := ta.a.Stats(); got.PortChanges != 9 || got.Retransmitted != 0 {
		t.Errorf("%d port changes, %d retransmissions", got.PortChanges, got.Retransmitted)
	}
}

func TestPortChangeAfterTimeoutsSendsAgain(t *testing.T) {
	ta := encapsulated(t)
	ta.send(10)
	ta.want("data", "DATA 0")
	for range 3 {
		ta.advanceToTimer()
		ta.want("T3-rtx", "DATA 0")
	}
	ta.recvTagged(localTag, from(40002), heartbeat("x"))
	p := ta.want("the answer, and what was lost", "HEARTBEAT-ACK", "HEARTBEAT", "DATA 0")
	if p.path.EncapPort != 40002 {
		t.Errorf("it goes to port %d", p.path.EncapPort)
	}
	if d := ta.a.NextDeadline().Sub(ta.now); d > 8*time.Second {
		t.Errorf("the next timer runs for %v", d)
	}
}

func TestPortChangeAfterAnUnansweredHeartbeatProbesAgain(t *testing.T) {
	ta := encapsulated(t, with(func(c *Config) { c.HBInterval, c.PFMaxRetrans = time.Minute, 5 }))
	ta.advance(61500 * time.Millisecond)
	ta.want("the path is idle", "HEARTBEAT")
	ta.advance(2 * time.Second)
	ta.wantIdle("no answer has come")
	ta.recvTagged(localTag, from(40002), heartbeat("x"))
	ta.want("whether it works again", "HEARTBEAT-ACK", "HEARTBEAT")
}

// What does not count teaches nothing.
func TestUnauthenticatedChunksMoveNoPort(t *testing.T) {
	ta, _ := authenticated(t, authentic([]auth.Key{one}, wire.ChunkData), []auth.Key{one})
	ta.recvTagged(localTag, from(40001), heartbeat("x"))
	way := from(6666)
	ta.recvTagged(localTag, way, data(0)) // should have been authenticated
	if got := ta.a.Paths(nil)[0].EncapPort; got != 40001 {
		t.Errorf("it moved the port to %d", got)
	}
	ta.recvTagged(localTag, way, heartbeat("x")) // need not
	if got := ta.a.Paths(nil)[0].EncapPort; got != 6666 {
		t.Errorf("a chunk that counts left the port %d", got)
	}
}
