package assoc

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// learning is an association over UDP that learns addresses.
func learning(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	return encapsulated(t, append(options, with(func(c *Config) { c.LearnAddrs, c.HBInterval = true, time.Hour }))...)
}

func place(i int) transport.Path {
	return transport.Path{Local: local1, Remote: netip.AddrFrom4([4]byte{203, 0, 113, byte(i)}), EncapPort: 5000}
}

func TestAddressIsLearntFromPackets(t *testing.T) {
	ta := learning(t)
	ta.recvTagged(localTag+1, place(1), heartbeat("forged"))
	ta.wantIdle("a wrong tag teaches nothing")
	ta.recvTagged(localTag, place(1), heartbeat("x"))
	ta.wantEvent("the address is new", "203.0.113.1 added")
	hb := ta.wantTo(place(1).Remote, "it is answered, and asked", "HEARTBEAT-ACK", "HEARTBEAT")
	if hb.path.EncapPort != 5000 {
		t.Errorf("to port %d", hb.path.EncapPort)
	}
	ta.sendMessage(Message{Path: place(1).Remote, Data: []byte("x")})
	ta.wantTo(peer1, "no DATA to an address that is unconfirmed", "DATA 0")
	ta.recvTagged(localTag, place(1), answerHeartbeat(hb))
	ta.wantEvent("it is the peer's", "203.0.113.1 confirmed")
	if p := ta.a.Paths(nil); len(p) != 2 || p[0].Remote != peer1 {
		t.Errorf("the paths are %v; the primary one stays", p)
	}
	ta.advance(3 * time.Second) // T3-rtx
	if !slices.ContainsFunc(ta.forget(), func(p sentPacket) bool {
		return p.path.Remote == place(1).Remote && p.chunks[0].Type == wire.ChunkData
	}) {
		t.Error("what was lost was not sent again to the address that was learnt")
	}
}

func TestAddressesAreLearntOnlyIfWanted(t *testing.T) {
	for _, options := range [][]option{
		{over(Carrier{Encapsulated: true})},
		{with(func(c *Config) { c.LearnAddrs = true })}, // not in UDP
	} {
		ta := established(t, options...)
		ta.recvTagged(localTag, place(1), heartbeat("x"))
		ta.wantIdle("it is nobody's address")
		if n := len(ta.a.Paths(nil)); n != 1 {
			t.Errorf("%d paths", n)
		}
	}
}

func TestOnlySoManyAddressesAreLearnt(t *testing.T) {
	ta := learning(t)
	confirm := func(i int) {
		t.Helper()
		ta.recvTagged(localTag, place(i), heartbeat("x"))
		ta.recvTagged(localTag, place(i), answerHeartbeat(ta.wantTo(place(i).Remote, "it is asked", "HEARTBEAT-ACK", "HEARTBEAT")))
	}
	for i := range MaxLearntAddrs {
		confirm(1 + i)
	}
	ta.recvTagged(localTag, place(9), heartbeat("x"))
	ta.wantIdle("there is no room while all of them work")
	gone := ta.a.pathTo(place(2).Remote)
	gone.Refused()
	confirm(9)
	if ta.a.pathTo(place(2).Remote) != nil || len(ta.a.paths) != 1+MaxLearntAddrs || ta.a.pathTo(place(9).Remote).State() != path.Active {
		t.Errorf("the paths are %v", ta.a.Paths(nil))
	}
}
