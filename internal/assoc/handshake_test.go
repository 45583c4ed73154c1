package assoc

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

func TestHandshakeOfTheActiveSide(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT OS=10 MIS=65535")
	ta.wantIdle("nothing may be sent before INIT ACK")
	ta.recv(initAck())
	ta.want("the cookie is echoed as received", "COOKIE-ECHO cookie")
	ta.wantIdle("nothing may be sent before COOKIE ACK (section 5.1 C)")
	ta.wantNoEvent("COOKIE-ECHOED is not up")
	ta.recv(cookieAck())
	ta.wantState("COOKIE ACK establishes", StateEstablished)
	ta.wantEvent("the user is told", "up out=10 in=10")
	ta.wantIdle("COOKIE ACK has no answer")
}

func TestHandshakeOfThePassiveSide(t *testing.T) {
	ta := newTestAssoc(t, passiveSide)
	ta.wantState("a cookie alone is no association", StateClosed)
	ta.recv(cookieEcho(ta.cookieFor(&Offer{Config: Config{}.Defaults(), Tag: localTag, TSN: ta.localTSN})))
	ta.want("COOKIE ECHO is answered", "COOKIE-ACK")
	ta.wantEvent("the passive side is up at once", "up out=10 in=10")
	ta.wantState("COOKIE ECHO establishes", StateEstablished)
}

func TestLostInitIsRepeatedByT1(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	for i, rto := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		if d := ta.advanceToTimer(); d != rto*time.Second {
			t.Errorf("T1-init expired after %v, want %v: each expiration doubles it up to RTO.Max", d, rto*time.Second)
		}
		ta.want("T1-init repeats INIT", "INIT")
		_ = i
	}
	ta.advanceToTimer()
	ta.wantIdle("Max.Init.Retransmits is reached")
	ta.wantEvent("the user is told", "cant-start (peer does not answer)")
	ta.wantState("giving up", StateClosed)
}

func TestLostCookieEchoIsRepeatedByT1(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("the cookie is echoed", "COOKIE-ECHO cookie")
	for range 8 {
		ta.advanceToTimer()
		ta.want("T1-cookie repeats the echo", "COOKIE-ECHO cookie")
	}
	ta.advanceToTimer()
	ta.wantEvent("Max.Init.Retransmits is reached", "cant-start (peer does not answer)")
}

func TestLostInitAckMeansASecondInit(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	first := ta.want("INIT opens the association", "INIT")
	ta.advanceToTimer()
	second := ta.want("T1-init repeats INIT", "INIT")
	if !bytes.Equal(first.chunks[0].Raw, second.chunks[0].Raw) {
		t.Error("the repeated INIT differs from the first: a peer that answered both would be confused")
	}
	ta.recv(initAck())
	ta.want("INIT ACK is taken all the same", "COOKIE-ECHO")
	ta.recv(initAck())
	ta.wantIdle("the answer to the other INIT is discarded (section 5.2.3)")
}

func TestLostCookieAckIsRepeatedByThePeersEcho(t *testing.T) {
	ta := newTestAssoc(t, passiveSide)
	echo := cookieEcho(ta.cookieFor(&Offer{Config: Config{}.Defaults(), Tag: localTag, TSN: ta.localTSN}))
	ta.recv(echo)
	ta.want("COOKIE ECHO is answered", "COOKIE-ACK")
	ta.wantEvent("up", "up")
	ta.recv(echo)
	ta.want("the second echo is answered like the first (table 12 D)", "COOKIE-ACK")
	ta.wantNoEvent("nothing happened")
}

func TestDataGoesWithCookieEcho(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.send(100)
	ta.wantIdle("no DATA before the peer's tag is known")
	ta.recv(initAck())
	ta.want("DATA goes with the cookie (section 5.1 C)", "COOKIE-ECHO", "DATA 0 BE sid=0 ssn=0 len=100")
	ta.send(200)
	ta.wantIdle("until COOKIE ACK nothing else is sent (section 5.1 C)")
	ta.recv(cookieAck(), sack(0))
	ta.want("the rest follows COOKIE ACK", "DATA 1 BE sid=0 ssn=1 len=200")
}

func TestDataGoesWithEveryCookieEcho(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.send(100)
	ta.recv(initAck())
	ta.want("INIT opens the association", "INIT")
	ta.want("DATA goes with the cookie", "COOKIE-ECHO", "DATA 0")
	ta.advanceToTimer()
	ta.want("T1-cookie repeats both", "COOKIE-ECHO", "DATA 0")
	ta.recv(cookieAck())
	ta.wantEvent("up", "up")
	ta.wantIdle("COOKIE ACK says nothing about DATA")
	ta.advanceToTimer()
	ta.want("T3-rtx has run since COOKIE ACK", "DATA 0")
}

func TestDataGoesWithTheCookieToEachAddressThatT1Tries(t *testing.T) {
	ta := newTestAssoc(t, activeSide, multiHomed(peer1, peer2, peer3))
	ta.send(100)
	ta.want("INIT opens the association", "INIT")
	ta.recvFrom(peer2, initAck())
	for _, to := range []netip.Addr{peer2, peer1, peer3, peer2, peer1, peer3} {
		ta.wantTo(to, "the echo goes to where INIT ACK came from (section 5.1.2 C), then to each address in turn", "COOKIE-ECHO", "DATA 0")
		ta.advanceToTimer()
	}
}

func TestHeartbeatInCookieEchoedIsAnsweredAlone(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("the cookie is echoed", "COOKIE-ECHO")
	ta.deliver(localTag, transport.Path{Local: local1, Remote: peer1}, heartbeat("x"))
	ta.send(100)
	ta.want("a HEARTBEAT is answered from COOKIE-ECHOED on (section 8.3), DATA waits for COOKIE ACK (section 5.1 C)", "HEARTBEAT-ACK")
	ta.wantIdle("DATA waits")
}

func TestDataBehindCookieAckIsTaken(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("the cookie is echoed", "COOKIE-ECHO")
	ta.recv(cookieAck(), data(0).carrying("early"))
	ta.want("DATA bundled with COOKIE ACK counts", "SACK 0")
	if got, _, _ := ta.receive(100); got != "early" {
		t.Errorf("read %q", got)
	}
}

func TestDataBehindCookieEchoIsTaken(t *testing.T) {
	ta := newTestAssoc(t, passiveSide)
	ta.recv(cookieEcho(ta.cookieFor(&Offer{Config: Config{}.Defaults(), Tag: localTag, TSN: ta.localTSN})), data(0).carrying("early"))
	ta.want("both are answered in one packet, COOKIE ACK first", "COOKIE-ACK", "SACK 0")
}

// RFC 9260 section 5.1.1: each side uses the smaller of what it asked for and what the other allows.
func TestStreamsAreNegotiated(t *testing.T) {
	ta := newTestAssoc(t, activeSide, with(func(c *Config) { c.OutStreams, c.MaxInStreams = 20, 5 }))
	ta.want("INIT says both", "INIT OS=20 MIS=5")
	ta.recv(initAck(func(in *wire.Init) { in.OutStreams, in.InStreams = 7, 3 }))
	ta.recv(cookieAck())
	ta.wantEvent("the smaller numbers count", "up out=3 in=5")
	if err := ta.a.Send(ta.now, &Message{Stream: 3, Data: []byte("x")}); !errors.Is(err, ErrBadStream) {
		t.Errorf("Send on stream 3 of 3: %v, want ErrBadStream", err)
	}
}

func TestMessagesForStreamsThatThePeerRefusesComeBack(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.sendMessage(Message{Stream: 1, Data: make([]byte, 10)})
	ta.sendMessage(Message{Stream: 9, Data: make([]byte, 99)})
	ta.sendMessage(Message{Stream: 0, Data: make([]byte, 20)})
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck(func(in *wire.Init) { in.InStreams = 2 }))
	ta.want("stream 9 does not exist (section 5.1.1)", "COOKIE-ECHO", "DATA 0 BE sid=1 ssn=0 len=10", "DATA 1 BE sid=0 ssn=0 len=20")
	ta.wantEvent("the user gets the message back", "send-failed sent=false len=99")
	if want := 1<<20 - 30; ta.a.SendSpace() != want {
		t.Errorf("send space %d, want %d", ta.a.SendSpace(), want)
	}
}

func TestUnacceptableInitAckIsAborted(t *testing.T) {
	host := wire.AppendParam(nil, wire.ParamHostName, []byte("peer.example\x00"))
	tests := []struct {
		name   string
		change func(*wire.Init)
		want   string
	}{
		{"zero outbound streams (section 3.3.3)", func(in *wire.Init) { in.OutStreams = 0 }, "ABORT Invalid Mandatory Parameter"},
		{"zero inbound streams (section 3.3.3)", func(in *wire.Init) { in.InStreams = 0 }, "ABORT Invalid Mandatory Parameter"},
		{"a window below 1500 (section 3.3.3)", func(in *wire.Init) { in.ARwnd = 1499 }, "ABORT Invalid Mandatory Parameter"},
		{"a host name (section 5.1.2 B)", func(in *wire.Init) { in.Params = append(host, in.Params...) }, "ABORT Unresolvable Address"},
		{"no cookie (section 5.1.3)", func(in *wire.Init) { in.Params = nil }, "ABORT Missing Mandatory Parameter"},
		{"a cookie that no packet takes", func(in *wire.Init) {
			in.Params = wire.AppendParam(nil, wire.ParamStateCookie, make([]byte, MaxCookie+1))
		}, "ABORT Missing Mandatory Parameter"},
		{"parameters that contradict their length (section 3.2.1)", func(in *wire.Init) { in.Params = []byte{0, 7, 0, 200} }, "ABORT Protocol Violation"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ta := newTestAssoc(t, activeSide)
			ta.want("INIT opens the association", "INIT")
			ta.recv(initAck(test.change))
			ta.want("INIT ACK with "+test.name, test.want)
			ta.wantEvent("the user is told", "cant-start (aborted by this side: "+test.want[len("ABORT "):]+")")
			ta.wantState("it is over", StateClosed)
		})
	}
}

func TestInitAckWithZeroTagIsAbortedWithTheReflectedTag(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck(func(in *wire.Init) { in.Tag = 0 }))
	ta.tag = localTag
	ta.want("there is no other tag to send an ABORT with (section 3.3.3)", "ABORT T Invalid Mandatory Parameter")
	ta.wantEvent("the user is told", "cant-start (protocol violation)")
}

// The two highest bits of the type say what to do (RFC 9260 section 3.2.1).
func TestUnknownParametersOfInitAck(t *testing.T) {
	tests := []struct {
		name  string
		typ   wire.ParamType
		echo  []string
		event string
	}{
		{"00: stop", 0x3ff0, []string{"ABORT Missing Mandatory Parameter"}, "cant-start"},
		{"01: stop and report", 0x7ff0, []string{"ABORT Missing Mandatory Parameter"}, "cant-start"},
		{"10: skip", 0xbff0, []string{"COOKIE-ECHO cookie"}, ""},
		{"11: skip and report", 0xfff0, []string{"COOKIE-ECHO cookie", "ERROR Unrecognized Parameters"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ta := newTestAssoc(t, activeSide)
			ta.want("INIT opens the association", "INIT")
			ta.recv(initAck(func(in *wire.Init) {
				in.Params = append(wire.AppendParam(nil, test.typ, []byte{1, 2, 3}), in.Params...)
			}))
			ta.want("the cookie stands behind the unknown parameter", test.echo...)
			if test.event != "" {
				ta.wantEvent("without a cookie it is over", test.event)
			}
		})
	}
}

func TestStaleCookieAsksForALongerLife(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("the cookie is echoed", "COOKIE-ECHO")
	ta.advance(300 * time.Millisecond)
	ta.recv(staleCookie(500_000))
	ta.wantState("the handshake starts again (section 5.2.6, alternative 3)", StateCookieWait)
	init := ta.want("INIT with a Cookie Preservative", "INIT")
	if ms := preservativeIn(t, init.chunks[0]); ms != 800 {
		t.Errorf("Cookie Preservative of %d ms, want round trip and staleness: 300 + 500", ms)
	}
	ta.recv(initAck(func(in *wire.Init) { in.Params = wire.AppendParam(nil, wire.ParamStateCookie, []byte("cookie2")) }))
	ta.want("the new cookie is echoed", "COOKIE-ECHO cookie2")
	ta.recv(cookieAck())
	ta.wantEvent("and it works", "up")
}

func TestPreservativeAddsNoMoreThanASecondToTheRoundTrip(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.recv(initAck())
	ta.advance(300 * time.Millisecond)
	ta.forget()
	ta.recv(staleCookie(50_000_000))
	if ms := preservativeIn(t, ta.want("INIT again", "INIT").chunks[0]); ms != 1300 {
		t.Errorf("Cookie Preservative of %d ms, want 300 + 1000 (section 5.2.6)", ms)
	}
}

func preservativeIn(t *testing.T, c wire.Chunk) uint32 {
	t.Helper()
	in, err := wire.ParseInit(c)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parseInitParams(in.Params)
	if err != nil {
		t.Fatal(err)
	}
	return p.preservative
}

func TestStaleCookiesEndAfterAFewAttempts(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	for range MaxStaleCookies {
		ta.want("INIT opens the association", "INIT")
		ta.recv(initAck())
		ta.want("the cookie is echoed", "COOKIE-ECHO")
		ta.recv(staleCookie(0))
	}
	ta.forget()
	ta.recv(initAck())
	ta.recv(staleCookie(0))
	ta.wantEvent("the peer's clock makes no sense", "cant-start (aborted by peer: Stale Cookie)")
}

func TestStaleCookieBringsItsDataBack(t *testing.T) {
	ta := newTestAssoc(t, activeSide, multiHomed(peer1, peer2))
	ta.send(100)
	ta.want("INIT opens the association", "INIT")
	ta.recvFrom(peer2, initAck())
	ta.wantTo(peer2, "DATA goes with the cookie", "COOKIE-ECHO", "DATA 0")
	ta.recvFrom(peer2, staleCookie(1000))
	ta.want("INIT again", "INIT")
	ta.recvFrom(peer2, initAck())
	ta.want("DATA goes with the new cookie", "COOKIE-ECHO", "DATA 0")
	ta.recvFrom(peer2, cookieAck(), sack(0))
	ta.wantEvent("up", "up")
	ta.wantEvent("and delivered", "dry")
}

func TestT1GoesRoundTheAddresses(t *testing.T) {
	ta := newTestAssoc(t, activeSide, multiHomed(peer1, peer2, peer3))
	for _, to := range []netip.Addr{peer1, peer2, peer3, peer1} {
		ta.wantTo(to, "T1-init tries each address in turn", "INIT")
		ta.advanceToTimer()
	}
}

func TestAddressesThatThePeerDoesNotListAreDropped(t *testing.T) {
	ta := newTestAssoc(t, activeSide, multiHomed(peer1, peer2))
	ta.peer = []netip.Addr{peer2, peer3}
	ta.want("INIT opens the association", "INIT")
	ta.recvFrom(peer2, initAck())
	ta.wantTo(peer2, "the cookie goes to where INIT ACK came from", "COOKIE-ECHO")
	ta.recvFrom(peer2, cookieAck())
	var got []netip.Addr
	for _, p := range ta.a.Paths(nil) {
		got = append(got, p.Remote)
	}
	if len(got) != 2 || got[0] != peer2 || got[1] != peer3 {
		t.Errorf("the peer's addresses are %v, want its source and what it lists (section 5.1.2 C)", got)
	}
}

func TestAdaptationIndicationIsExchanged(t *testing.T) {
	code := uint32(7)
	ta := newTestAssoc(t, activeSide, with(func(c *Config) { c.AdaptationIndication = &code }))
	init := ta.want("INIT opens the association", "INIT")
	in, _ := wire.ParseInit(init.chunks[0])
	if p, err := parseInitParams(in.Params); err != nil || p.adaptation != 7 {
		t.Errorf("INIT announces adaptation %d, %v", p.adaptation, err)
	}
	ta.recv(initAck(param(wire.ParamAdaptation, 0, 0, 0, 9)))
	ta.recv(cookieAck())
	ta.wantEvent("it is up", "up")
	ta.wantEvent("then the peer's is told (RFC 6458 section 6.1.6)", "adaptation 9")
}

func TestShutdownBeforeTheBeginning(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.wantEvent("there is nothing to wait for", "cant-start (aborted by this side)")

	ta = newTestAssoc(t, activeSide)
	ta.send(10)
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("what was sent is still delivered", "INIT")
	if err := ta.a.Send(ta.now, &Message{Data: []byte("x")}); !errors.Is(err, ErrNotEstablished) {
		t.Errorf("Send after Shutdown: %v, want ErrNotEstablished", err)
	}
	ta.recv(initAck())
	ta.want("the message goes", "COOKIE-ECHO", "DATA 0")
	ta.recv(cookieAck(), sack(0))
	ta.want("then the association ends", "SHUTDOWN")
}
