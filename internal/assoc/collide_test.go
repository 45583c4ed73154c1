package assoc

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/cookie"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

const newPeerTag = 0x33333333

// retagged makes an INIT of a new incarnation of the peer, or of a peer that begins at the same time.
func retagged(in *wire.Init) { in.Tag, in.InitialTSN = newPeerTag, peerInitialTSN.Add(1000) }

// wantInitAck checks that the next packet is an INIT ACK to the tag of the INIT, and returns it with its cookie opened.
func (ta *testAssoc) wantInitAck(reason string, to uint32) (wire.Init, []byte, *cookie.Content) {
	ta.t.Helper()
	tag := ta.tag
	ta.tag = to
	p := ta.want(reason, "INIT-ACK")
	ta.tag = tag
	ack, _ := wire.ParseInit(p.chunks[0])
	sealed := cookieIn(p.chunks[0])
	c, err := ta.jar().Open(ta.now, sealed)
	if err != nil {
		ta.t.Fatalf("%s: the cookie does not open: %v", reason, err)
	}
	return ack, sealed, c
}

// RFC 9260 section 5.2.1: an INIT in COOKIE-WAIT is answered with the parameters of the own INIT.
func TestInitInCookieWait(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initChunk())
	ack, _, c := ta.wantInitAck("both began at once", peerTag)
	if ack.Tag != localTag || ack.InitialTSN != ta.localTSN {
		t.Errorf("INIT ACK with tag %#x and TSN %d, want those of the INIT", ack.Tag, ack.InitialTSN)
	}
	if c.LocalTieTag != 0 || c.PeerTieTag != 0 {
		t.Error("the cookie has tie-tags in COOKIE-WAIT (section 5.2.2)")
	}
	ta.wantState("the state stays", StateCookieWait)

	ta.recvTagged(0, transport.Path{Local: local1, Remote: peer3}, initChunk())
	ta.wantIdle("INIT ACK goes only to an address that the user named (section 5.2.1 rule 1)")
}

func TestInitInCookieEchoed(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("the cookie is echoed", "COOKIE-ECHO")
	ta.recv(initChunk())
	ack, _, c := ta.wantInitAck("both began at once", peerTag)
	if ack.Tag != localTag || ack.InitialTSN != ta.localTSN {
		t.Errorf("INIT ACK with tag %#x and TSN %d, want those of the INIT (section 5.2.1)", ack.Tag, ack.InitialTSN)
	}
	if c.LocalTieTag == 0 || c.PeerTieTag == 0 {
		t.Error("the cookie has no tie-tags in COOKIE-ECHOED (section 5.2.2)")
	}
	ta.wantState("the state stays", StateCookieEchoed)
}

// RFC 9260 section 5.2.2.
func TestInitWhenUpIsAnsweredWithNewTagAndTieTags(t *testing.T) {
	for _, s := range []State{StateEstablished, StateShutdownPending, StateShutdownSent, StateShutdownReceived} {
		t.Run(s.String(), func(t *testing.T) {
			ta := inState(t, s)
			ta.recv(initChunk(retagged))
			ack, _, first := ta.wantInitAck("the peer may have restarted", newPeerTag)
			if ack.Tag == localTag || ack.Tag == 0 || ack.InitialTSN == ta.localTSN {
				t.Errorf("INIT ACK with tag %#x and TSN %d, want new ones", ack.Tag, ack.InitialTSN)
			}
			if first.LocalTieTag == 0 || first.LocalTieTag == localTag || first.PeerTieTag == peerTag {
				t.Errorf("tie-tags %#x %#x, want random numbers that do not tell the tags", first.LocalTieTag, first.PeerTieTag)
			}
			ta.recv(initChunk(retagged))
			again, _, second := ta.wantInitAck("a repeated INIT", newPeerTag)
			if second.LocalTieTag != first.LocalTieTag || again.Tag == ack.Tag {
				t.Error("tie-tags stay, the new tag is new each time")
			}
			ta.wantState("the state stays", s)
			ta.wantNoEvent("nothing happened")
		})
	}
}

func TestInitWithNewAddressesIsAborted(t *testing.T) {
	for _, s := range []State{StateCookieEchoed, StateEstablished, StateShutdownReceived} {
		t.Run(s.String(), func(t *testing.T) {
			ta := inState(t, s)
			ta.tag = newPeerTag
			ta.recv(initChunk(retagged, address(peer2), address(peer3)))
			p := ta.want("a stranger may not take over the association (section 5.2.2)", "ABORT Restart of an Association with New Addresses")
			var got []netip.Addr
			cause, _, _ := wire.NextCause(p.chunks[0].Value)
			for rest := cause.Value; len(rest) > 0; {
				param, more, err := wire.NextParam(rest)
				if err != nil {
					t.Fatal(err)
				}
				a, err := wire.ParseAddress(param)
				if err != nil {
					t.Fatal(err)
				}
				got, rest = append(got, a), more
			}
			if len(got) != 2 || got[0] != peer2 || got[1] != peer3 {
				t.Errorf("the cause lists %v, want the new addresses", got)
			}
			ta.wantState("the association lives on", s)
		})
	}
}

func TestInitInShutdownAckSentRepeatsShutdownAck(t *testing.T) {
	ta := inState(t, StateShutdownAckSent)
	ta.recv(initChunk(retagged))
	ta.want("SHUTDOWN COMPLETE was lost (section 9.2)", "SHUTDOWN-ACK")
	ta.wantIdle("INIT is discarded")
}

// tied seals a cookie with these tags, and addresses it to the association.
func (ta *testAssoc) tied(local, peer, localTie, peerTie uint32) []byte {
	c := &cookie.Content{
		Lifespan: Config{}.Defaults().ValidCookieLife, LocalPort: localPort, PeerPort: peerPort,
		LocalTag: local, PeerTag: peer, LocalTieTag: localTie, PeerTieTag: peerTie,
		LocalTSN: 9000, PeerTSN: ta.peerTSN, OutStreams: 10, InStreams: 10, LocalRwnd: 1 << 20, PeerRwnd: 1 << 20,
		LocalAddr: local1, PeerAddrs: ta.peer, Extensions: uint16(ta.a.extensions),
	}
	return ta.jar().Seal(nil, ta.now, c)
}

// tieTags has the association make its tie-tags and returns them.
func (ta *testAssoc) tieTags() (local, peer uint32) {
	ta.t.Helper()
	ta.recv(initChunk())
	ta.forget()
	return ta.a.localTieTag, ta.a.peerTieTag
}

const otherTag = 0x44444444

// The rows of table 12 in RFC 9260 section 5.2.4, named after them: local tag, peer's tag, local tie-tag, peer's tie-tag.
func TestTable12RowXXMM(t *testing.T) {
	ta := inState(t, StateEstablished)
	l, p := ta.tieTags()
	ta.tag = newPeerTag
	ta.recvTagged(otherTag, transport.Path{Local: local1, Remote: peer1}, cookieEcho(ta.tied(otherTag, newPeerTag, l, p)))
	ta.want("A: the peer restarted", "COOKIE-ACK")
	ta.wantEvent("A: the user is told of the restart", "restart")
	ta.wantState("A: established", StateEstablished)
	if ta.a.LocalTag() != otherTag || ta.a.PeerTag() != newPeerTag {
		t.Errorf("A: tags %#x %#x, want those of the cookie", ta.a.LocalTag(), ta.a.PeerTag())
	}
}

func TestTable12RowMXAA(t *testing.T) {
	for _, s := range []State{StateCookieEchoed, StateEstablished} {
		ta := inState(t, s)
		l, p := ta.tieTags()
		ta.tag = newPeerTag
		ta.recv(cookieEcho(ta.tied(localTag, newPeerTag, l, p)))
		ta.want("B: the peer began twice, its new tag counts", "COOKIE-ACK")
		ta.wantState("B: stays in or enters ESTABLISHED", StateEstablished)
	}
}

func TestTable12RowM0AA(t *testing.T) {
	ta := inState(t, StateCookieWait)
	ta.recv(cookieEcho(ta.tied(localTag, peerTag, 0, 0)))
	ta.want("B: the peer's tag was unknown", "COOKIE-ACK")
	ta.wantEvent("B: up", "up out=10 in=10")
	ta.advance(10 * time.Second)
	ta.wantIdle("B: T1-init is stopped")
}

func TestTable12RowXM00(t *testing.T) {
	ta := inState(t, StateCookieEchoed)
	ta.recvTagged(otherTag, transport.Path{Local: local1, Remote: peer1}, cookieEcho(ta.tied(otherTag, peerTag, 0, 0)))
	ta.wantIdle("C: the cookie came late, it is discarded")
	ta.wantState("C: the state stays", StateCookieEchoed)
	ta.advanceToTimer()
	ta.want("C: timers run on", "COOKIE-ECHO")
}

func TestTable12RowMMAA(t *testing.T) {
	ta := inState(t, StateCookieEchoed)
	ta.recv(cookieEcho(ta.tied(localTag, peerTag, 0, 0)))
	ta.want("D: both cookies crossed", "COOKIE-ACK")
	ta.wantEvent("D: up", "up")
	ta.advance(10 * time.Second)
	ta.wantIdle("D: T1-cookie is stopped")

	ta = inState(t, StateEstablished)
	l, p := ta.tieTags()
	for _, tie := range [][2]uint32{{0, 0}, {l, p}, {1, 2}} {
		ta.recv(cookieEcho(ta.tied(localTag, peerTag, tie[0], tie[1])))
		ta.want("D: the COOKIE ACK was lost", "COOKIE-ACK")
		ta.wantNoEvent("D: nothing happened")
	}
}

func TestTable12CasesNotShownAreDiscarded(t *testing.T) {
	tests := []struct {
		name              string
		local, peer       uint32
		localTie, peerTie func(l, p uint32) uint32
	}{
		{"X X X M", otherTag, newPeerTag, func(l, _ uint32) uint32 { return l + 1 }, func(_, p uint32) uint32 { return p }},
		{"X X M X", otherTag, newPeerTag, func(l, _ uint32) uint32 { return l }, func(_, p uint32) uint32 { return p + 1 }},
		{"X X 0 0", otherTag, newPeerTag, func(_, _ uint32) uint32 { return 0 }, func(_, _ uint32) uint32 { return 0 }},
		{"X M M M", otherTag, peerTag, func(l, _ uint32) uint32 { return l }, func(_, p uint32) uint32 { return p }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ta := inState(t, StateEstablished)
			l, p := ta.tieTags()
			echo := cookieEcho(ta.tied(test.local, test.peer, test.localTie(l, p), test.peerTie(l, p)))
			ta.recvTagged(test.local, transport.Path{Local: local1, Remote: peer1}, echo, data(0))
			ta.wantIdle("the cookie is discarded, and DATA behind it")
			ta.wantNoEvent("nothing happened")
		})
	}
}

func TestCookieWithoutTieTagsDoesNotRestartAnAssociationWithoutThem(t *testing.T) {
	ta := inState(t, StateEstablished)
	ta.recvTagged(otherTag, transport.Path{Local: local1, Remote: peer1}, cookieEcho(ta.tied(otherTag, newPeerTag, 0, 0)))
	ta.wantIdle("zero tie-tags match nothing (section 5.2.4)")
	ta.wantNoEvent("nothing happened")
}

// RFC 9260 section 5.2.4 item 3.
func TestStaleCookieWhenAnAssociationExists(t *testing.T) {
	ta := inState(t, StateEstablished)
	l, p := ta.tieTags()
	old := ta.tied(otherTag, newPeerTag, l, p)
	same := ta.tied(localTag, peerTag, 0, 0)
	ta.now = ta.now.Add(Config{}.Defaults().ValidCookieLife + 1500)
	ta.tag = newPeerTag
	ta.recvTagged(otherTag, transport.Path{Local: local1, Remote: peer1}, cookieEcho(old))
	e := ta.want("a cookie with other tags is stale", "ERROR Stale Cookie")
	cause, _, _ := wire.NextCause(e.chunks[0].Value)
	if us, err := wire.ParseStaleCookie(cause); err != nil || us != 2 {
		t.Errorf("Measure of Staleness %d, %v, want the 1.5 µs by which it is late, rounded up", us, err)
	}
	ta.tag = peerTag
	ta.recv(cookieEcho(same))
	ta.want("a cookie with both tags is valid at any age", "COOKIE-ACK")
}

// RFC 9260 section 3.3.10.3.
func TestStalenessIsRoundedUp(t *testing.T) {
	for stale, want := range map[time.Duration]uint32{1: 1, time.Microsecond: 1, 1001: 2, 3 * time.Hour: 1<<32 - 1} {
		c, _, _ := wire.NextChunk(AppendStaleCookie(nil, &cookie.Content{}, stale)[wire.HeaderLen:])
		cause, _, _ := wire.NextCause(c.Value)
		if got, err := wire.ParseStaleCookie(cause); err != nil || got != want {
			t.Errorf("%v past its life: %d µs, %v; want %d", stale, got, err, want)
		}
	}
}

func TestForgedCookieIsDiscarded(t *testing.T) {
	ta := inState(t, StateEstablished)
	l, p := ta.tieTags()
	forged := ta.tied(otherTag, newPeerTag, l, p)
	forged[20] ^= 1
	ta.recvTagged(otherTag, transport.Path{Local: local1, Remote: peer1}, cookieEcho(forged))
	ta.recvTagged(otherTag+1, transport.Path{Local: local1, Remote: peer1}, cookieEcho(ta.tied(otherTag, newPeerTag, l, p)))
	ta.wantIdle("neither a forged cookie nor one for another tag counts (section 5.1.5 items 2 and 3)")
	ta.wantNoEvent("nothing happened")
}

func TestAnAssociationThatEndedIsNotRevivedByItsCookie(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.recv(cookieAck())
	ta.forget()
	ta.recv(abortChunk(0))
	ta.recv(cookieEcho(ta.tied(localTag, peerTag, 0, 0)))
	ta.wantIdle("the association is over")
	ta.wantState("it stays closed", StateClosed)
}

// Both sides send INIT at the same time, and each takes the other's cookie (RFC 9260 section 5.2.1, figure of 5.2.4 case B or D).
func TestCollisionWithDataOnItsWay(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.send(100)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initChunk())
	_, sealed, _ := ta.wantInitAck("the peer's INIT is answered", peerTag)
	ta.recv(initAck())
	ta.want("the peer's INIT ACK too", "COOKIE-ECHO", "DATA 0")
	ta.recv(cookieEcho(sealed))
	ta.want("the peer's cookie is valid", "COOKIE-ACK")
	ta.recv(cookieAck(), sack(0))
	ta.wantEvent("up once", "up")
	ta.wantEvent("the message has arrived", "dry")
	ta.wantNoEvent("up once")
}
