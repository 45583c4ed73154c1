package assoc

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// RFC 5061 section 5.3 F1 and F14: an added address is verified, and nothing but that goes there before.
func TestAnAddressOfThePeerIsVerifiedBeforeUse(t *testing.T) {
	ta := dynamic(t)
	routes := ta.routes
	ta.recv(asconf(0, peer1, addIP(7, peer2), setPrimary(8, peer2)))
	ta.wantTo(peer1, "E6: to where it came from", "ASCONF-ACK 0")
	ta.wantEvent("the peer has another address", "198.51.100.2 added")
	ta.wantEvent("and prefers it", "198.51.100.2 made-primary")
	if ta.routes == routes {
		t.Error("packets from there would not be found to be the association's")
	}
	beat := ta.wantTo(peer2, "it is verified at once", "HEARTBEAT")
	ta.send(10)
	ta.wantTo(peer1, "before that nothing goes there", "DATA 0")
	ta.recvFrom(peer2, data(0))
	ta.wantTo(peer1, "though packets may come from there", "SACK 0")
	ta.recvFrom(peer2, answerHeartbeat(beat))
	ta.wantEvent("it is the peer's", "198.51.100.2 confirmed")
	ta.send(10)
	ta.wantTo(peer2, "now it is the primary path", "DATA 1")
	if s := ta.a.Stats(); s.ASCONFReceived != 1 || s.AddrsRefused != 0 {
		t.Errorf("counted is %+v", s)
	}
}

// F13: nothing goes to an address that the peer has removed, and what was in flight there goes elsewhere. F12: another one becomes primary.
func TestAnAddressOfThePeerIsRemoved(t *testing.T) {
	ta := dynamic(t, multiHomed(peer1, peer2, peer3))
	ta.send(10)
	ta.wantTo(peer1, "data", "DATA 0")
	ta.recvFrom(peer2, asconf(0, peer2, deleteIP(1, peer1)))
	ta.wantTo(peer2, "done", "ASCONF-ACK 0")
	ta.wantEvent("F12", "198.51.100.2 made-primary")
	ta.wantEvent("the user is told", "198.51.100.1 removed")
	ta.wantPeers("two are left", peer2, peer3)
	ta.wantTo(peer2, "no time-out is waited for", "DATA 0")
	ta.recvFrom(peer3, sack(0))
	ta.recvFrom(peer1, data(0))
	ta.wantIdle("it is a stranger's now")
	if s := ta.a.Stats(); s.StrangersDiscarded != 1 {
		t.Errorf("counted is %+v", s)
	}
}

// Everything that was to go to an address goes elsewhere when it is removed.
func TestWhatWaitedForAnAddressGoesElsewhere(t *testing.T) {
	ta := dynamic(t, multiHomed(peer1, peer2), peerHas(DynamicAddresses|Reconfiguration|PartialReliability))
	ta.recvFrom(peer2, data(0))
	ta.wantTo(peer2, "to where it came from", "SACK 0")
	ta.deliver(ta.a.LocalTag(), pathFrom(peer2), heartbeat("x"))
	ta.deliver(ta.a.LocalTag(), pathFrom(peer2), reconfig(addOut(0, 1)))
	ta.deliver(ta.a.LocalTag(), pathFrom(peer2), data(1), data(3))
	ta.deliver(ta.a.LocalTag(), pathFrom(peer1), asconf(0, peer1, deleteIP(1, peer2)))
	ta.settle()
	ta.wantTo(peer1, "done", "ASCONF-ACK 0")
	ta.wantTo(peer1, "the rest; nobody waits for the HEARTBEAT ACK any more", "RE-CONFIG RESP 0", "SACK 1 gaps=3-3")
	ta.wantEvent("streams", "stream-change")
	ta.wantEvent("removed", "198.51.100.2 removed")

	ta = dynamic(t, multiHomed(peer1, peer2), with(func(c *Config) { c.HBInterval = -1 }), peerHas(DynamicAddresses|Reconfiguration|PartialReliability))
	ta.recvFrom(peer1, asconf(0, peer1, setPrimary(1, peer2)))
	ta.addAddr(local3)
	ta.addStreams(1, 0)
	ta.forget()
	ta.recvFrom(peer1, asconf(1, peer1, deleteIP(2, peer2)))
	ta.forget()
	ta.advanceToTimer()
	ta.wantTo(peer1, "they are repeated there", "ASCONF 0", "RE-CONFIG ADD-OUT")
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.forget()
	ta.wantPeers("one is left", peer1)

	ta = dynamic(t, multiHomed(peer1, peer2))
	ta.recv(asconf(0, peer1, setPrimary(1, peer2)))
	ta.forget()
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.wantTo(peer2, "the end begins", "SHUTDOWN")
	ta.recv(asconf(1, peer1, deleteIP(2, peer2)))
	ta.forget()
	ta.advanceToTimer()
	ta.wantTo(peer1, "it goes on elsewhere", "SHUTDOWN")
}

// Section 5.2 E1, E2 and E5: each chunk is performed once, in order; a repeated one gets its old answer.
func TestChunksArePerformedOnceAndInOrder(t *testing.T) {
	ta := dynamic(t, multiHomed(peer1, peer2))
	ta.recv(asconf(0, peer1, deleteIP(1, peer2)))
	ta.want("performed", "ASCONF-ACK 0")
	ta.wantEvent("performed", "198.51.100.2 removed")
	ta.recv(asconf(0, peer1, addIP(1, peer3)))
	ta.want("E2: the old answer", "ASCONF-ACK 0")
	ta.wantNoEvent("it is not looked at again")
	ta.recv(asconf(2, peer1, addIP(1, peer3)))
	ta.wantIdle("E5: ahead of its time")
	ta.recv(asconf(-1, peer1, addIP(1, peer3)))
	ta.wantIdle("E2: older than what is kept")
	ta.recv(asconf(1, peer1), asconf(2, peer1, deleteIP(1, peer2)), asconf(1, peer1), asconf(0, peer1))
	ta.want("C2, E3: all of a packet, and one answer", "ASCONF-ACK 1", "ASCONF-ACK 2 1:Unresolvable Address", "ASCONF-ACK 1", "ASCONF-ACK 0")
	if s := ta.a.Stats(); s.ASCONFReceived != 3 || s.ASCONFRepeated != 3 || s.ASCONFDiscarded != 2 || s.AddrsRefused != 1 {
		t.Errorf("counted is %+v", s)
	}
	for i := range 2 * MaxKeptASCONFAcks {
		ta.recv(asconf(3+i, peer1))
	}
	ta.forget()
	last := 2 + 2*MaxKeptASCONFAcks
	ta.recv(asconf(last-MaxKeptASCONFAcks+1, peer1))
	ta.want("this one is kept", "ASCONF-ACK")
	ta.recv(asconf(last-MaxKeptASCONFAcks, peer1))
	ta.wantIdle("this one is not")
}

// E7: answers take one packet; the rest is for when the peer asks again.
func TestAnswersTakeOnePacket(t *testing.T) {
	ta := dynamic(t)
	var chunks []chunk
	for i := range 3 {
		var params []paramFunc
		for j := range 20 {
			params = append(params, deleteIP(uint32(j), peer3))
		}
		chunks = append(chunks, asconf(i, peer1, params...))
	}
	ta.recv(chunks...)
	p := ta.want("the third does not fit", "ASCONF-ACK 0", "ASCONF-ACK 1")
	if p.mayFragment || p.size > testMTU {
		t.Errorf("the packet has %d bytes", p.size)
	}
	ta.wantIdle("E7")
	ta.recv(chunks[2])
	ta.want("they are kept", "ASCONF-ACK 2")
	if n := ta.a.Stats().ASCONFReceived; n != 3 {
		t.Errorf("%d chunks were performed", n)
	}
}

// Sections 4.3 and 5.3 F7 to F11: what is refused, and why. The answer has the request.
func TestRequestsOfThePeerThatAreRefused(t *testing.T) {
	addr := netip.MustParseAddr
	six := func(addrs ...netip.Addr) option { return boundTo(append([]netip.Addr{local1}, addrs...)...) }
	hostName := func(_ *testAssoc, b []byte) []byte {
		return wire.AppendParam(b, wire.ParamAddIP, append([]byte{0, 0, 0, 9}, wire.AppendParam(nil, wire.ParamHostName, []byte("host"))...))
	}
	for _, test := range []struct {
		name   string
		o      option
		params []paramFunc
		want   string
	}{
		{"F7", six(), []paramFunc{deleteIP(1, peer1)}, "1:Request to Delete Last Remaining IP Address"},
		{"F8", multiHomed(peer1, peer2), []paramFunc{deleteIP(1, peer1)}, "1:Request to Delete Source IP Address"},
		{"an address that the peer does not have", six(), []paramFunc{deleteIP(1, peer3)}, "1:Unresolvable Address"},
		{"section 5.4: nor as the primary one", six(), []paramFunc{setPrimary(1, peer3)}, "1:Unresolvable Address"},
		{"an address that it has already", multiHomed(peer1, peer2), []paramFunc{addIP(1, peer2)}, ""},
		{"section 4.2.1: multicast", six(), []paramFunc{addIP(1, addr("224.0.0.1"))}, "1:Unresolvable Address"},
		{"broadcast", six(), []paramFunc{addIP(1, addr("255.255.255.255"))}, "1:Unresolvable Address"},
		{"loopback", six(), []paramFunc{addIP(1, addr("127.0.0.1"))}, "1:Unresolvable Address"},
		{"a family that this side does not have", six(), []paramFunc{addIP(1, addr("2001:db8::1"))}, "1:Unresolvable Address"},
		{"a family that it has", six(addr("2001:db8::2")), []paramFunc{addIP(1, addr("2001:db8::1"))}, ""},
		{"section 4.1.1: host names", six(), []paramFunc{hostName}, "9:Unresolvable Address"},
		{"A7: success is said after a failure", six(), []paramFunc{setPrimary(1, peer1), setPrimary(2, peer3), setPrimary(3, peer1)},
			"2:Unresolvable Address 3:ok"},
		{"F11: after one that failed, none", six(), []paramFunc{deleteIP(1, peer3), addIP(2, peer2), setPrimary(3, peer1)},
			"1:Unresolvable Address 2:Operation Refused Due to Resource Shortage 3:ok"},
		{"V2: an unknown one, to be reported and skipped", six(), []paramFunc{rawParam(0xc123, 0, 0, 0, 5), addIP(6, peer2)}, "5:Unrecognized Parameters 6:ok"},
		{"V2: an unknown one, to be skipped", six(), []paramFunc{rawParam(0x8123, 0, 0, 0, 5), setPrimary(6, peer3)}, "6:Unresolvable Address"},
		{"V2: an unknown one, to be reported, and nothing more", six(), []paramFunc{rawParam(0x4123, 0, 0, 0, 5), addIP(6, peer2)}, "5:Unrecognized Parameters"},
		{"V2: an unknown one without a number", six(), []paramFunc{rawParam(0xc123, 1)}, ""},
		{"section 4.2: what belongs elsewhere is ignored", six(), []paramFunc{succeeded(1), refusedFor(2, 1), rawParam(wire.ParamAdaptation, 0, 0, 0, 1)}, ""},
	} {
		ta := dynamic(t, test.o)
		before := ta.a.Paths(nil)
		ta.recv(asconf(0, peer1, test.params...))
		want := strings.TrimSpace("ASCONF-ACK 0 " + test.want)
		if got := ta.text(ta.forget()[0].chunks[0]); got != want {
			t.Errorf("%s: %q, want %q", test.name, got, want)
		}
		if refused := ta.a.Stats().AddrsRefused; len(test.params) == 1 && refused > 0 && len(ta.a.Paths(nil)) != len(before) {
			t.Errorf("%s: the addresses are others", test.name)
		}
	}
}

// F9: no more addresses than there can be, and no more requests in a chunk.
func TestAddressesAddedByThePeerAreLimited(t *testing.T) {
	ta := dynamic(t)
	add := func(n int) (params []paramFunc) {
		for i := range n {
			params = append(params, addIP(uint32(i), netip.AddrFrom4([4]byte{198, 51, 101, byte(i)})))
		}
		return params
	}
	ta.recv(asconf(0, peer1, add(MaxASCONFRequests+2)...))
	text := ta.text(ta.forget()[0].chunks[0])
	if want := "ASCONF-ACK 0 31:Operation Refused Due to Resource Shortage 32:Operation Refused Due to Resource Shortage"; text != want {
		t.Errorf("%q, want %q", text, want)
	}
	if n := len(ta.a.Paths(nil)); n != MaxPeerAddrs {
		t.Errorf("%d addresses, want %d", n, MaxPeerAddrs)
	}
	if n := ta.a.Stats().AddrsRefused; n != 2 {
		t.Errorf("%d requests are counted as refused", n)
	}
	ta.recv(asconf(1, peer1, deleteIP(1, wildcard)))
	ta.wantPeers("all but the source", peer1)
}

// Sections 4.2.1, 4.2.2 and 6: the wildcard is the source of the packet.
func TestWildcardsOfThePeer(t *testing.T) {
	ta := dynamic(t, multiHomed(peer1, peer2))
	way := pathFrom(peer3)
	way.EncapPort = 5555
	ta.recvTagged(ta.a.LocalTag(), way, asconf(0, wildcard, addIP(1, wildcard), setPrimary(2, wildcard), deleteIP(3, wildcard)))
	p := ta.wantTo(peer3, "E6, and F1", "ASCONF-ACK 0", "HEARTBEAT")
	if p.path.EncapPort != 5555 || p.path.Local != local1 {
		t.Errorf("the answer took %+v", p.path)
	}
	ta.wantPeers("the source is what is left", peer3)
	ta.events = nil
	ta.send(10)
	ta.wantIdle("no data goes to an address that is not verified, though there is no other")
	ta.recvFrom(peer3, answerHeartbeat(p))
	ta.wantTo(peer3, "now", "DATA 0")

	ta = dynamic(t, multiHomed(peer1, peer2))
	ta.recvFrom(peer3, asconf(0, peer1, deleteIP(1, wildcard), setPrimary(2, wildcard)))
	ta.wantTo(peer3, "a source that is not the peer's cannot be what is left",
		"ASCONF-ACK 0 1:Unresolvable Address 2:Unresolvable Address")
	ta.wantPeers("nothing has changed", peer1, peer2)
	ta.recvFrom(peer3, asconf(0, peer1))
	ta.wantIdle("nor does a stranger get an old answer")
}

// Section 5.3.2: a peer that moves. Until its new address is verified nothing can go there; if it never is, the association ends.
func TestAPeerThatMoves(t *testing.T) {
	ta := dynamic(t, with(func(c *Config) { c.AssocMaxRetrans, c.PathMaxRetrans = 3, 2 }))
	ta.send(10)
	ta.want("data", "DATA 0")
	ta.recvFrom(peer2, asconf(0, peer1, addIP(1, peer2), deleteIP(2, peer1)), data(0))
	beat := ta.wantTo(peer2, "E6, F14, and F1", "ASCONF-ACK 0", "HEARTBEAT")
	ta.wantIdle("neither data nor SACK before that")
	ta.recvFrom(peer2, answerHeartbeat(beat))
	ta.wantTo(peer2, "what was lost, and what has come", "SACK 0", "DATA 0")
	ta.recvFrom(peer2, sack(0))

	ta.recvFrom(peer3, asconf(1, peer2, addIP(1, peer3), deleteIP(2, peer2)))
	ta.forget()
	for ta.a.State() != StateClosed {
		ta.advanceToTimer()
	}
	ta.wantState("nobody answers there", StateClosed)
	for _, p := range ta.forget() {
		if p.path.Remote != peer3 || p.chunks[0].Type != wire.ChunkASCONFAck && len(p.chunks) > 1 {
			t.Errorf("%v went to %v", ta.texts(p), p.path.Remote)
		}
	}
}

// The peer has much to send still when this side has announced that it has nothing more, and moves.
func TestAPeerThatMovesAfterShutdown(t *testing.T) {
	ta := dynamic(t)
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("the end begins", "SHUTDOWN")
	ta.recvFrom(peer2, asconf(0, peer1, addIP(1, peer2), deleteIP(2, peer1)))
	beat := ta.wantTo(peer2, "the address is verified all the same", "ASCONF-ACK 0", "HEARTBEAT")
	ta.recvFrom(peer2, answerHeartbeat(beat))
	ta.recvFrom(peer2, data(0))
	ta.wantTo(peer2, "so that the rest can be acknowledged", "SACK 0", "SHUTDOWN 0")
}

// Section 5.2 D5 and RFC 4895: with authentication in use, no ASCONF chunk counts without.
func TestUnauthenticatedChangesAreDiscarded(t *testing.T) {
	ta := newTestAssoc(t, activeSide, authentic(nil), peerHas(DynamicAddresses), boundTo(local1, local2))
	x, own := peerOf(nil)
	init := ta.want("INIT", "INIT")
	if err := x.Agree(own, vectorIn(t, init.chunks[0])); err != nil {
		t.Fatal(err)
	}
	ta.recv(initAck(vector(own)))
	ta.recv(cookieAck())
	ta.forget()
	ta.events = nil
	if !ta.a.Status().Extensions.Has(DynamicAddresses) {
		t.Fatal("not in use")
	}
	ta.recv(asconf(0, peer1, addIP(1, peer2)), heartbeat("x"))
	ta.wantIdle("D5: nor what is behind it")
	ta.wantEvent("the user is told", "auth-failed 0 (chunk is not authenticated)")
	x.Protect(wire.ChunkASCONF, wire.ChunkASCONFAck)
	ta.recv(signed(x, asconf(0, peer1, addIP(1, peer2))))
	p := ta.want("the answer is authenticated, too, though nobody listed it", "AUTH", "ASCONF-ACK 0")
	ta.wantSigned(x, p, 0)
	ta.wantEvent("added", "198.51.100.2 added")
	ta.forget()
	ta.addAddr(local3)
	p = ta.want("so is a change of this side", "AUTH", "ASCONF 0")
	ta.wantSigned(x, p, 0)
	ta.recv(asconfAck(0))
	ta.wantEvent("an answer that anybody could have made", "auth-failed 0 (chunk is not authenticated)")
	ta.recv(signed(x, asconfAck(0)))
	ta.wantEvent("the peer's", "addrs #1 added=192.0.2.3")
	y, _ := peerOf([]auth.Key{{ID: 0, Secret: []byte("another")}})
	if err := y.Agree(own, vectorIn(t, init.chunks[0])); err != nil {
		t.Fatal(err)
	}
	ta.recv(signed(y, asconf(1, peer1, addIP(2, peer3))))
	ta.wantIdle("another key")
	if s := ta.a.Stats(); s.AuthMissing != 2 || s.AuthMismatches != 1 {
		t.Errorf("counted is %+v", s)
	}
}

// Section 6: who wants changes authenticated has no association with a peer that changes addresses and does not authenticate.
func TestAPeerWithASCONFAndWithoutAuthIsRefused(t *testing.T) {
	ta := newTestAssoc(t, activeSide, authentic(nil), peerHas(DynamicAddresses))
	ta.want("INIT", "INIT")
	ta.recv(initAck())
	ta.want("the INIT ACK is", "ABORT Protocol Violation")
	ta.wantEvent("so it does not come up", "cant-start")

	ta = newTestAssoc(t, activeSide, peerHas(DynamicAddresses))
	offer := Offer{Config: Config{Auth: &auth.Config{}}.Defaults(), Tag: localTag}
	in := initChunk().append(ta, nil)
	c, _, _ := wire.NextChunk(in)
	answer := AnswerInit(nil, ta.now, ta.jar(), &transport.Datagram{Path: pathFrom(peer1)}, wire.Header{SrcPort: peerPort, DstPort: localPort}, c, &offer)
	if text := wire.Describe(answer); !strings.Contains(text, "ABORT") || !strings.Contains(text, "ASCONF without AUTH") {
		t.Errorf("INIT is answered with %s", text)
	}
	for _, o := range []option{unauthenticatedASCONF, with(func(c *Config) { c.Auth, c.Disable = &auth.Config{}, DynamicAddresses })} {
		ta = newTestAssoc(t, activeSide, o, peerHas(DynamicAddresses))
		ta.want("INIT", "INIT")
		ta.recv(initAck())
		ta.want("who does not mind, or does not have it, goes on", "COOKIE-ECHO")
	}
}

// C4: not in COOKIE-ECHOED. A side without the extension says that it does not know the chunk (section 4.1.1).
func TestChunksThatNobodyExpects(t *testing.T) {
	ta := established(t)
	ta.recv(asconf(0, peer1, addIP(1, peer2)))
	ta.want("not known", "ERROR Unrecognized Chunk Type")
	ta.recv(asconfAck(0))
	ta.wantIdle("not known, and not to be reported")
	for _, bad := range []chunk{
		rawChunk(wire.ChunkASCONF, 0, 1, 2), asconf(0, peer1, func(_ *testAssoc, b []byte) []byte { return append(b, 0, 1, 0, 99) }),
	} {
		ta = dynamic(t)
		ta.recv(bad)
		ta.want("malformed", "ABORT Protocol Violation")
	}
	ta = newTestAssoc(t, activeSide, unauthenticatedASCONF, peerHas(DynamicAddresses))
	ta.recv(initAck())
	ta.forget()
	ta.recv(asconf(0, peer1, addIP(1, peer2)))
	ta.wantIdle("before COOKIE ACK")
}

// RFC 5062 section 4.1, and RFC 9260 section 5.4: however often addresses are added and removed, not more than one HEARTBEAT goes out per RTO to those
// that nobody has verified.
func TestAddressesThatComeAndGoAreProbedSlowly(t *testing.T) {
	ta := dynamic(t)
	victim := netip.MustParseAddr("203.0.113.1")
	beats := 0
	for i := range 200 {
		if i%2 == 0 {
			ta.recv(asconf(i, peer1, addIP(1, victim)))
		} else {
			ta.recv(asconf(i, peer1, deleteIP(1, victim)))
		}
		ta.advance(50 * time.Millisecond)
		for _, p := range ta.forget() {
			if p.path.Remote == victim {
				beats++
				if len(p.chunks) != 1 || p.chunks[0].Type != wire.ChunkHeartbeat {
					t.Fatalf("%v went to the victim", ta.texts(p))
				}
			}
		}
	}
	if beats < 1 || beats > 10 {
		t.Errorf("%d HEARTBEATs in 10 s", beats)
	}
}

// A HEARTBEAT ACK is for the path whose nonce it has, whatever its number was when the HEARTBEAT was sent.
func TestNumbersOfPathsChangeWhileAHeartbeatIsUnderWay(t *testing.T) {
	ta := dynamic(t, multiHomed(peer1, peer2, peer3))
	if err := ta.a.RequestHeartbeat(ta.now, peer3); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	beat := ta.wantTo(peer3, "asked for", "HEARTBEAT")
	ta.recv(asconf(0, peer1, deleteIP(1, peer2)))
	ta.forget()
	ta.now = ta.now.Add(30 * time.Millisecond)
	ta.recvFrom(peer3, answerHeartbeat(beat))
	if s := ta.a.Status().Paths[1]; s.SRTT != 30*time.Millisecond {
		t.Errorf("the round trip is %v", s.SRTT)
	}
}

// A copy of the INIT that began the association may be late. What it lists besides was taken away since, and is nobody's attempt to take over.
func TestLateInitAfterAnAddressWasRemoved(t *testing.T) {
	ta := dynamic(t, multiHomed(peer1, peer2))
	ta.recv(asconf(0, peer1, deleteIP(1, peer2)))
	ta.forget()
	for name, c := range map[string]struct {
		chunk chunk
		want  string
	}{
		"the same INIT":              {initChunk(), "INIT-ACK"},
		"one of another incarnation": {initChunk(retagged), "ABORT Restart of an Association with New Addresses"},
	} {
		ta.deliver(0, pathFrom(peer1), c.chunk)
		ta.settle()
		p := ta.forget()
		if len(p) != 1 || !beginsWith(ta.texts(p[0])[0], c.want) {
			t.Errorf("%s: %d packets, the first %v, want %s", name, len(p), ta.texts(p[0]), c.want)
		}
	}
	ta.wantState("the association lives on", StateEstablished)
}
