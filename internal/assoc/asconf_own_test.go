package assoc

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
)

// RFC 5061 section 5.3 F1 and F2: an address is used once the peer knows it; data may come to it before.
func TestAnAddedAddressIsUsedOnceThePeerKnowsIt(t *testing.T) {
	ta := dynamic(t, boundTo(local1))
	routes := ta.routes
	ta.addAddr(local2)
	ta.wantSource("the new one is no source yet", ta.want("the peer is asked", "ASCONF 0 of 192.0.2.1 add 192.0.2.2"), local1)
	if bound, _ := ta.a.Reach(); len(bound) != 2 || ta.routes == routes {
		t.Errorf("packets may arrive at %v", bound)
	}
	ta.send(10)
	ta.wantSource("nor of data", ta.want("data", "DATA 0"), local1)
	ta.recv(asconfAck(0))
	ta.wantEvent("done", "addrs #1 added=192.0.2.2")
	ta.wantLocals("both", local1, local2)
	ta.recv(sack(0))
	ta.wantEvent("nothing is in flight", "dry")
	ta.removeAddr(local1)
	ta.wantSource("F6: not from the one that goes", ta.want("the first is not needed any more", "ASCONF 1 of 192.0.2.2 delete 192.0.2.1"), local2)
	ta.send(10)
	ta.wantSource("F4: it is no source any more", ta.want("data", "DATA 1"), local2)
	if bound, _ := ta.a.Reach(); len(bound) != 2 {
		t.Errorf("F4: until the answer packets may arrive at %v", bound)
	}
	ta.recv(asconfAck(1))
	ta.wantEvent("done", "addrs #2 removed=192.0.2.1")
	ta.wantLocals("the new one", local2)
	if bound, _ := ta.a.Reach(); len(bound) != 1 {
		t.Errorf("after the answer packets may arrive at %v", bound)
	}
}

// Section 5.3.2: with one address for another, the chunk leaves from the new one, alone, and names the old one, by which the peer finds the
// association. Everything else stays with the old one until then: there is no other.
func TestAnAddressIsExchanged(t *testing.T) {
	ta := dynamic(t, boundTo(local1))
	ta.changeAddrs(AddrChange{Add: []netip.Addr{local3}, Remove: []netip.Addr{local1}, Primary: local3})
	p := ta.want("in the order in which it can be performed", "ASCONF 0 of 192.0.2.1 add 192.0.2.3 prefer 192.0.2.3 delete 192.0.2.1")
	ta.wantSource("F6", p, local3)
	ta.advanceToTimer()
	ta.wantSource("again", ta.want("T4 repeats it", "ASCONF 0"), local3)
	ta.wantEvent("an error of the path", "198.51.100.1 potentially-failed")
	ta.recv(asconfAck(0))
	ta.wantEvent("done", "addrs #1 added=192.0.2.3 removed=192.0.2.1 preferred=192.0.2.3")
	ta.wantLocals("the new one", local3)
	ta.forget()
	ta.send(10)
	ta.wantSource("now", ta.want("data", "DATA 0"), local3)
}

// Section 5.1 A3 and B: one chunk at a time; what is repeated is the same, and goes to another address of the peer.
func TestOneChunkAtATime(t *testing.T) {
	ta := dynamic(t, multiHomed(peer1, peer2))
	ta.addAddr(local3)
	first := ta.wantTo(peer1, "the first", "ASCONF 0 of 192.0.2.1 add 192.0.2.3")
	ta.removeAddr(local2)
	ta.wantIdle("the second waits")
	if d := ta.advanceToTimer(); d != time.Second {
		t.Errorf("T4-rto expired after %v", d)
	}
	again := ta.wantTo(peer2, "T4-rto expired", "ASCONF 0 of 192.0.2.1 add 192.0.2.3")
	if string(again.chunks[0].Raw) != string(first.chunks[0].Raw) {
		t.Error("B4: the chunk is another one")
	}
	ta.wantEvent("B1: the path has an error", "198.51.100.1 potentially-failed")
	if s := ta.a.Status(); s.Paths[0].Errors != 1 || s.Paths[0].RTO != 2*time.Second || ta.a.errors != 1 || s.Stats.ControlRepeated != 1 || s.Stats.ASCONFSent != 2 {
		t.Errorf("B1 to B3: %d errors, RTO %v, %d errors in all, %+v", s.Paths[0].Errors, s.Paths[0].RTO, ta.a.errors, s.Stats)
	}
	ta.recv(asconfAck(0))
	ta.wantEvent("done", "addrs #1 added=192.0.2.3")
	ta.want("the next one", "ASCONF 1 of 192.0.2.1 delete 192.0.2.2")
	if ta.a.errors != 0 {
		t.Errorf("A5: %d errors", ta.a.errors)
	}
	ta.recv(asconfAck(0))
	ta.wantNoEvent("an old answer")
	ta.recv(asconfAck(1))
	ta.wantEvent("done", "addrs #2 removed=192.0.2.2")
	ta.recv(asconfAck(1))
	ta.wantState("a repeated answer is harmless", StateEstablished)
}

// B2: a peer that does not answer is gone.
func TestAChangeWithoutAnswerEndsTheAssociation(t *testing.T) {
	ta := dynamic(t, with(func(c *Config) { c.AssocMaxRetrans, c.PathMaxRetrans = 2, 1 }))
	ta.addAddr(local3)
	ta.forget()
	for ta.a.State() != StateClosed {
		ta.advanceToTimer()
	}
	if n := len(ta.forget()); n != 2 {
		t.Errorf("%d repetitions, want 2", n)
	}
	ta.wantEvent("the path fails", "198.51.100.1 potentially-failed")
	ta.wantEvent("the path fails", "198.51.100.1 unreachable")
	ta.wantEvent("nothing came of it", "addrs #1 ("+ErrNotEstablished.Error()+")")
	ta.wantEvent("and of the association", "lost (peer does not answer)")
}

// Section 5.1 A6 to A8: what stands before the first failure has succeeded, what stands after it only if the peer says so.
func TestAnswersToRequests(t *testing.T) {
	const refused = wire.CauseNoAuthorization
	a, b, c := netip.MustParseAddr("192.0.2.11"), netip.MustParseAddr("192.0.2.12"), netip.MustParseAddr("192.0.2.13")
	for _, test := range []struct {
		name    string
		answers []paramFunc
		want    string
	}{
		{"A8: nothing said", nil, "added=192.0.2.11,192.0.2.12,192.0.2.13"},
		{"all said", []paramFunc{succeeded(1), succeeded(2), succeeded(3)}, "added=192.0.2.11,192.0.2.12,192.0.2.13"},
		{"A7: the second failed", []paramFunc{refusedFor(2, refused)}, "added=192.0.2.11 (refused by peer: Request Refused - No Authorization)"},
		{"A7: but not the third", []paramFunc{refusedFor(2, refused), succeeded(3)},
			"added=192.0.2.11,192.0.2.13 (refused by peer: Request Refused - No Authorization)"},
		{"the first failed", []paramFunc{refusedFor(1, refused)}, "(refused by peer: Request Refused - No Authorization)"},
		{"the last failed", []paramFunc{refusedFor(3, refused)}, "added=192.0.2.11,192.0.2.12 (refused by peer: Request Refused - No Authorization)"},
		{"nobody knows which failed", []paramFunc{refusedFor(9, refused), succeeded(2)}, "added=192.0.2.12 (refused by peer)"},
		{"a response that nobody knows", []paramFunc{rawParam(0x8123, 1, 2, 3, 4), refusedFor(3, refused)},
			"added=192.0.2.11,192.0.2.12 (refused by peer: Request Refused - No Authorization)"},
	} {
		ta := dynamic(t)
		ta.addAddr(a, b, c)
		ta.want(test.name, "ASCONF 0 of 192.0.2.1 add 192.0.2.11 add 192.0.2.12 add 192.0.2.13")
		ta.recv(asconfAck(0, test.answers...))
		ta.wantEvent(test.name, "addrs #1 "+test.want)
	}
}

// Section 5.3 F3: who does not know a request is not asked again. F10: what was refused is not used.
func TestARequestThatThePeerDoesNotKnow(t *testing.T) {
	ta := dynamic(t)
	ta.changeAddrs(AddrChange{Primary: local2})
	ta.want("a preference", "ASCONF 0 of 192.0.2.1 prefer 192.0.2.2")
	ta.recv(asconfAck(0, refusedFor(1, wire.CauseUnrecognizedParams)))
	ta.wantEvent("it is not known", "addrs #1 (refused by peer: Unrecognized Parameters)")
	if _, err := ta.a.ChangeAddrs(ta.now, AddrChange{Primary: local2}); !errors.Is(err, ErrNotNegotiated) {
		t.Errorf("asked again: %v", err)
	}
	ta.addAddr(local3)
	ta.want("others may be known", "ASCONF 1 of 192.0.2.1 add 192.0.2.3")
	ta.recv(asconfAck(1, refusedFor(2, wire.CauseUnrecognizedParams)))
	ta.wantEvent("neither", "addrs #2 (refused by peer: Unrecognized Parameters)")
	ta.wantLocals("F10", local1, local2)
	if _, err := ta.a.ChangeAddrs(ta.now, AddrChange{Remove: []netip.Addr{local2}}); !errors.Is(err, ErrNotNegotiated) {
		t.Errorf("asked again: %v", err)
	}
}

// An address that the peer does not have need not be removed there. One that it will not forget goes on being used.
func TestARefusedRemoval(t *testing.T) {
	ta := dynamic(t)
	ta.removeAddr(local2)
	ta.want("a removal", "ASCONF 0")
	ta.recv(asconfAck(0, refusedFor(1, wire.CauseUnresolvableAddress)))
	ta.wantEvent("as good as done", "addrs #1 removed=192.0.2.2")
	ta.wantLocals("it is gone", local1)
	ta.addAddr(local2)
	ta.recv(asconfAck(1))
	ta.forget()
	ta.events = nil
	ta.removeAddr(local1)
	ta.want("a removal", "ASCONF 2")
	ta.recv(asconfAck(2, refusedFor(3, wire.CauseDeleteLastAddress)))
	ta.wantEvent("refused", "addrs #3 (refused by peer: Request to Delete Last Remaining IP Address)")
	ta.wantLocals("it stays", local1, local2)
}

// Section 5.1 A9: a peer that has announced the chunk and does not know it.
func TestAPeerThatDoesNotKnowTheChunk(t *testing.T) {
	ta := dynamic(t)
	ta.addAddr(local3)
	ta.changeAddrs(AddrChange{Primary: local3})
	p := ta.want("the chunk", "ASCONF 0")
	ta.recv(errorChunk(wire.AppendCause(nil, wire.CauseUnrecognizedChunk, p.chunks[0].Raw)...))
	ta.wantEvent("it is not known", "addrs #1 ("+ErrNotNegotiated.Error()+")")
	ta.wantEvent("nor would the next", "addrs #2 ("+ErrNotNegotiated.Error()+")")
	ta.wantEvent("the error", "remote-error")
	if _, err := ta.a.ChangeAddrs(ta.now, AddrChange{Primary: local2}); !errors.Is(err, ErrNotNegotiated) {
		t.Errorf("asked again: %v", err)
	}
	ta.recv(errorChunk(wire.AppendCause(nil, wire.CauseUnrecognizedChunk, p.chunks[0].Raw)...))
	ta.advance(time.Second)
	ta.wantIdle("T4-rto is stopped")
}

// Section 5.3 F0: an answer to what was never asked ends the association; a stale one does not.
func TestAnAnswerToNothing(t *testing.T) {
	ta := dynamic(t)
	ta.recv(asconfAck(-1))
	ta.wantState("a stale one", StateEstablished)
	ta.recv(asconfAck(0))
	ta.want("F0", "ABORT Association Aborted Due to Illegal ASCONF-ACK")

	ta = dynamic(t)
	ta.addAddr(local3)
	ta.recv(asconfAck(5))
	ta.wantState("something is outstanding", StateEstablished)
	ta.forget()
	ta.recv(rawChunk(wire.ChunkASCONFAck, 0, 1, 2))
	ta.want("a malformed one", "ABORT Protocol Violation")
	for _, bad := range [][]byte{
		wire.AppendParam(nil, wire.ParamSuccess, []byte{1}), wire.AppendParam(nil, wire.ParamErrorCause, []byte{1}), {0, 1, 0, 99},
	} {
		ta = dynamic(t)
		ta.addAddr(local3)
		ta.want("something is outstanding", "ASCONF")
		ta.recv(asconfAck(0, func(_ *testAssoc, b []byte) []byte { return append(b, bad...) }))
		ta.want("a malformed response", "ABORT Protocol Violation")
	}
}

// Section 4.2.1: behind a NAT, the peer is asked to take the address that it sees, and to look for the association by its tag.
func TestWildcards(t *testing.T) {
	inside := netip.MustParseAddr("10.0.0.1")
	ta := dynamic(t, boundTo(inside))
	ta.changeAddrs(AddrChange{Add: []netip.Addr{wildcard}, Primary: wildcard, Remove: []netip.Addr{wildcard}})
	ta.wantSource("it is the one that stays", ta.want("the peer knows no address of this side", "ASCONF 0 of 0.0.0.0 add 0.0.0.0 prefer 0.0.0.0 delete 0.0.0.0"), inside)
	ta.recv(asconfAck(0))
	ta.wantEvent("done", "addrs #1 added=0.0.0.0 removed=0.0.0.0 preferred=0.0.0.0")
	ta.wantLocals("nothing has changed on this side", inside)

	ta = dynamic(t, multiHomed(peer1, peer2))
	ta.removeAddr(wildcard)
	ta.wantSource("the one that stays", ta.want("all but one", "ASCONF 0 of 192.0.2.1 delete 0.0.0.0"), local1)
	ta.deliver(ta.a.LocalTag(), pathFrom(peer2), heartbeat("x"))
	ta.advanceToTimer()
	ta.wantSource("it comes from the same", ta.forget()[1], local1)
	if _, err := ta.a.ChangeAddrs(ta.now, AddrChange{Remove: []netip.Addr{local2}}); !errors.Is(err, ErrNoSuchAddr) {
		t.Errorf("what is removed already is removed again: %v", err)
	}
	ta.events = nil
	ta.recv(asconfAck(0))
	ta.wantEvent("done", "addrs #1 removed=0.0.0.0")
	ta.wantLocals("one is left", local1)

	ta = dynamic(t, func(_ *testAssoc, _ *Config, p *Params) { p.Wildcard = true }, multiHomed(peer1, peer2))
	if _, err := ta.a.ChangeAddrs(ta.now, AddrChange{Remove: []netip.Addr{wildcard}}); !errors.Is(err, ErrBadAddr) {
		t.Errorf("all but an unknown one: %v", err)
	}

	peer6 := netip.MustParseAddr("2001:db8::1")
	ta = dynamic(t, multiHomed(peer6), boundTo(netip.MustParseAddr("fd00::1")))
	ta.deliver(ta.a.LocalTag(), pathFrom(peer6), heartbeat("x"))
	ta.addAddr(netip.IPv6Unspecified())
	ta.forget()
}

// What cannot be asked for is refused here.
func TestChangesThatAreNotMade(t *testing.T) {
	ta := dynamic(t)
	addr := func(s string) []netip.Addr { return []netip.Addr{netip.MustParseAddr(s)} }
	for _, test := range []struct {
		change AddrChange
		want   error
	}{
		{AddrChange{}, ErrEmptyRequest},
		{AddrChange{Add: []netip.Addr{local1}}, ErrAddrKnown},
		{AddrChange{Add: []netip.Addr{local3, local3}}, ErrAddrKnown},
		{AddrChange{Add: addr("224.0.0.1")}, ErrBadAddr},
		{AddrChange{Add: addr("127.0.0.1")}, ErrBadAddr},
		{AddrChange{Add: addr("fe80::1")}, ErrBadAddr},
		{AddrChange{Remove: []netip.Addr{local3}}, ErrNoSuchAddr},
		{AddrChange{Remove: []netip.Addr{local1, local2}}, ErrLastAddr},
		{AddrChange{Primary: local3}, ErrNoSuchAddr},
	} {
		if _, err := ta.a.ChangeAddrs(ta.now, test.change); !errors.Is(err, test.want) {
			t.Errorf("%+v: %v, want %v", test.change, err, test.want)
		}
	}
	ta.wantIdle("nothing was asked for")
	ta.addAddr(local3)
	ta.removeAddr(local1)
	for _, c := range []AddrChange{{Remove: []netip.Addr{local2, local3}}, {Add: []netip.Addr{local3}}, {Primary: local1}} {
		if _, err := ta.a.ChangeAddrs(ta.now, c); err == nil {
			t.Errorf("%+v does not go with what waits", c)
		}
	}
	for n := range MaxAddrChangesWaiting {
		if _, err := ta.a.ChangeAddrs(ta.now, AddrChange{Primary: local2}); err != nil && n < MaxAddrChangesWaiting-1 {
			t.Fatalf("change %d: %v", n, err)
		}
	}
	if _, err := ta.a.ChangeAddrs(ta.now, AddrChange{Primary: local2}); !errors.Is(err, ErrReconfigBusy) {
		t.Errorf("more than can wait: %v", err)
	}

	ta = newTestAssoc(t, activeSide, unauthenticatedASCONF)
	if _, err := ta.a.ChangeAddrs(ta.now, AddrChange{Primary: local2}); !errors.Is(err, ErrNotEstablished) {
		t.Errorf("before the association is up: %v", err)
	}
	for _, o := range []option{peerHas(DynamicAddresses), unauthenticatedASCONF} {
		ta = established(t, o)
		if _, err := ta.a.ChangeAddrs(ta.now, AddrChange{Primary: local2}); !errors.Is(err, ErrNotNegotiated) {
			t.Errorf("one side only: %v", err)
		}
	}
}

// Section 5.1.1 C5: a chunk takes a packet at most; the rest follows.
func TestManyChangesTakeSeveralChunks(t *testing.T) {
	ta := dynamic(t)
	var addrs []netip.Addr
	for i := range MaxASCONFRequests + 3 {
		addrs = append(addrs, netip.AddrFrom4([4]byte{192, 0, 2, byte(100 + i)}))
	}
	ta.addAddr(addrs...)
	count := func(p sentPacket) (n int) {
		m, _ := wire.ParseASCONF(p.chunks[0])
		for rest := m.Params; len(rest) > 0; n++ {
			_, rest, _ = wire.NextParam(rest)
		}
		if p.size > testMTU || p.mayFragment {
			t.Errorf("a packet has %d bytes", p.size)
		}
		return n
	}
	n := count(ta.want("the first", "ASCONF 0"))
	if n != MaxASCONFRequests {
		t.Errorf("the first chunk has %d requests", n)
	}
	ta.recv(asconfAck(0))
	ta.wantNoEvent("something is left")
	n += count(ta.want("the second", "ASCONF 1"))
	if n != len(addrs) {
		t.Errorf("%d requests, want %d", n, len(addrs))
	}
	ta.recv(asconfAck(1))
	ta.wantEvent("done", "addrs #1")
}

// An association bound to all addresses of the host leaves sources to the routes, until one of those is not its own any more.
func TestAnAddressOfTheHostIsLeft(t *testing.T) {
	host := []netip.Addr{local1, local2}
	ta := dynamic(t, multiHomed(peer1, peer2), func(_ *testAssoc, _ *Config, p *Params) { p.Wildcard, p.Host = true, host })
	ta.removeAddr(local1)
	ta.want("the peer is asked", "ASCONF 0 of 192.0.2.2 delete 192.0.2.1")
	ta.recv(asconfAck(0))
	ta.wantEvent("done", "addrs #1 removed=192.0.2.1")
	if bound, left := ta.a.Reach(); bound != nil || len(left) != 1 || left[0] != local1 {
		t.Errorf("packets may arrive at %v, but not at %v", bound, left)
	}
	ta.send(10)
	ta.wantSource("the routes might choose the other", ta.want("data", "DATA 0"), local2)
	ta.recv(sack(0))
	ta.send(10)
	ta.wantSource("also after packets came", ta.want("data", "DATA 1"), local2)
	ta.addAddr(local1)
	ta.want("it is back", "ASCONF 1 of 192.0.2.2 add 192.0.2.1")
	if _, left := ta.a.Reach(); len(left) != 0 {
		t.Errorf("section 5.3: packets may come to it before the answer, but %v is avoided", left)
	}
	ta.recv(asconfAck(1))
	if _, left := ta.a.Reach(); len(left) != 0 {
		t.Errorf("%v is avoided still", left)
	}
}

// What was in flight from an address that the host has lost is sent again at once when the peer has learnt of another: timers may have backed off.
func TestDataFollowsToTheNewAddress(t *testing.T) {
	ta := dynamic(t, func(_ *testAssoc, _ *Config, p *Params) {
		p.Wildcard, p.LocalAddrs, p.Host = true, []netip.Addr{local1}, []netip.Addr{local1}
	})
	ta.send(10)
	ta.want("data", "DATA 0")
	ta.a.HostChanged(ta.now, []netip.Addr{local3})
	ta.advance(8 * time.Second)
	ta.forget()
	ta.events = nil
	ta.changeAddrs(AddrChange{Add: []netip.Addr{local3}, Remove: []netip.Addr{local1}})
	ta.want("the peer is told", "ASCONF 0 of 192.0.2.1 add 192.0.2.3 delete 192.0.2.1")
	ta.recv(asconfAck(0))
	ta.want("no time-out is waited for", "DATA 0")
}

// A peer that restarts knows of no change; nor does anybody after the end.
func TestARestartForgetsChanges(t *testing.T) {
	ta := dynamic(t)
	ta.addAddr(local3)
	ta.forget()
	ta.recv(initChunk(func(in *wire.Init) { in.Tag, in.InitialTSN = peerTag+1, 500 }))
	cookie := cookieIn(ta.forget()[0].chunks[0])
	ta.tag = peerTag + 1
	c, err := ta.jar().Open(ta.now, cookie)
	if err != nil {
		t.Fatal(err)
	}
	ta.recvTagged(c.LocalTag, pathFrom(peer1), cookieEcho(cookie))
	ta.wantEvent("nothing came of it", "addrs #1 (peer restarted)")
	ta.wantEvent("the peer is another", "restart")
	ta.forget()
	ta.localTSN, ta.peerTSN = c.LocalTSN, 500
	ta.addAddr(local3)
	ta.want("A2: numbers begin again", "ASCONF 0 of 192.0.2.1 add 192.0.2.3")
	ta.recv(asconf(0, peer1, addIP(1, peer2)))
	ta.want("those of the peer, too", "ASCONF-ACK 0")
}

// C4: no chunk is sent in SHUTDOWN-ACK-SENT; before, one that is under way goes on.
func TestChangesWhileShuttingDown(t *testing.T) {
	ta := dynamic(t)
	ta.send(10)
	ta.forget()
	ta.a.Shutdown(ta.now)
	ta.addAddr(local3)
	ta.want("there are data to be sent still", "ASCONF 0")
	ta.recv(sack(0))
	ta.want("now there are none", "SHUTDOWN")
	ta.recv(shutdown(0))
	ta.want("the peer wants to end, too", "SHUTDOWN-ACK")
	ta.wantState("C4", StateShutdownAckSent)
	if _, err := ta.a.ChangeAddrs(ta.now, AddrChange{Primary: local2}); !errors.Is(err, ErrNotEstablished) {
		t.Errorf("asked for: %v", err)
	}
	ta.recv(asconf(0, peer1, addIP(1, peer2)), asconfAck(0))
	ta.wantIdle("nothing of it counts any more")
	ta.advance(500 * time.Millisecond)
	ta.recv(shutdownComplete(0))
	ta.wantEvent("nothing is in flight", "dry")
	ta.wantEvent("nothing came of it", "addrs #1")
	ta.wantEvent("the end", "shutdown-complete")
}

// Section 5.3.1: the answer to a packet that left from an address just before the peer was asked to forget it, and came after.
func TestAnAbortToAnAddressThatGoesIsIgnored(t *testing.T) {
	ta := dynamic(t)
	ta.removeAddr(local2)
	ta.forget()
	way := pathFrom(peer1)
	way.Local = local2
	ta.recvTagged(peerTag, way, abortChunk(wire.FlagT))
	ta.wantState("it is ignored", StateEstablished)
	way.Local = local1
	ta.recvTagged(peerTag, way, abortChunk(wire.FlagT))
	ta.wantState("others are not", StateClosed)
}
