package endpoint

import (
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
)

// The tests of this file are named after the items of RFC 9260 section 8.4.

const someTag = 0x11223344

// outOfTheBlue gives a packet of a stranger to an endpoint that listens.
func outOfTheBlue(t *testing.T, packet []byte) Verdict {
	t.Helper()
	return newTestEndpoint(t, assoc.Config{}).Route(start, arriving("203.0.113.9", "192.0.2.1", packet))
}

func TestOutOfTheBlue1NonUnicastIsDiscarded(t *testing.T) {
	packets := map[string][]byte{
		"INIT":         stranger(0, initChunk(1)),
		"DATA":         stranger(someTag, dataChunk("x")),
		"SHUTDOWN ACK": stranger(someTag, chunk(wire.ChunkShutdownAck)),
	}
	addrs := []struct{ why, from, to string }{
		{"from multicast", "224.0.0.5", "192.0.2.1"},
		{"from broadcast", "255.255.255.255", "192.0.2.1"},
		{"from nobody", "0.0.0.0", "192.0.2.1"},
		{"from IPv6 multicast", "ff02::1", "2001:db8::1"},
		{"from IPv6 nobody", "::", "2001:db8::1"},
		{"to multicast", "203.0.113.9", "224.0.0.5"},
		{"to broadcast", "203.0.113.9", "255.255.255.255"},
		{"to IPv6 multicast", "2001:db8::9", "ff02::1"},
	}
	for name, p := range packets {
		for _, a := range addrs {
			v := newTestEndpoint(t, assoc.Config{}).Route(start, arriving(a.from, a.to, p))
			wantDrop(t, name+" "+a.why, v, DropNotUnicast)
		}
	}
}

func TestOutOfTheBlue2AbortIsDiscarded(t *testing.T) {
	abort := chunk(wire.ChunkAbort)
	for name, p := range map[string][]byte{
		"ABORT":                    stranger(someTag, abort),
		"ABORT after SHUTDOWN ACK": stranger(someTag, chunk(wire.ChunkShutdownAck), abort),
		"ABORT after DATA":         stranger(someTag, dataChunk("x"), abort),
		"ABORT before debris":      stranger(someTag, abort, []byte{0xff, 0xff, 0xff}),
	} {
		wantDrop(t, name, outOfTheBlue(t, p), DropSilently)
	}
}

func TestOutOfTheBlue2AbortAfterCookieEchoIsDiscarded(t *testing.T) {
	e := newTestEndpoint(t, assoc.Config{})
	c := offered(t, e, 99)
	v := e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(c.tag, c.echo, chunk(wire.ChunkAbort))))
	wantDrop(t, "ABORT after a valid COOKIE ECHO", v, DropSilently)
	wantEmpty(t, "ABORT after a valid COOKIE ECHO", e)
}

func TestOutOfTheBlue3InitIsAnswered(t *testing.T) {
	const initTag = 0xaabbccdd
	v := outOfTheBlue(t, stranger(0, initChunk(initTag)))
	ack, err := wire.ParseInit(wantReply(t, "INIT", v, initTag, wire.ChunkInitAck, 0))
	if err != nil || ack.Tag == 0 {
		t.Errorf("INIT ACK %+v, %v; want one with a tag", ack, err)
	}
}

func TestOutOfTheBlue3InitToNobodyIsAbortedWithItsInitiateTag(t *testing.T) {
	const initTag = 0xaabbccdd
	init := stranger(0, initChunk(initTag))

	e := newTestEndpoint(t, assoc.Config{})
	e.Unbind(e.sockets[hostPort][0])
	v := e.Route(start, arriving("203.0.113.9", "192.0.2.1", init))
	wantReply(t, "nobody has the port", v, initTag, wire.ChunkAbort, 0)

	if err := e.Bind(&Socket{Port: hostPort, Config: new(assoc.Config{}.Defaults())}); err != nil {
		t.Fatal(err)
	}
	v = e.Route(start, arriving("203.0.113.9", "192.0.2.1", init))
	wantReply(t, "the port does not listen", v, initTag, wire.ChunkAbort, 0)
}

func TestOutOfTheBlue3InitThatCannotBeProcessedIsAbortedWithItsInitiateTag(t *testing.T) {
	const initTag = 0xaabbccdd
	noStreams := wire.Init{Tag: initTag, ARwnd: 65536, InStreams: 1}
	smallWindow := wire.Init{Tag: initTag, ARwnd: 1499, OutStreams: 1, InStreams: 1}
	hostName := wire.Init{Tag: initTag, ARwnd: 65536, OutStreams: 1, InStreams: 1,
		Params: wire.AppendParam(nil, wire.ParamHostName, []byte("example.org\x00"))}
	for _, c := range []struct {
		why   string
		init  wire.Init
		cause wire.CauseCode
	}{
		{"no streams (section 3.3.2)", noStreams, wire.CauseInvalidParam},
		{"a_rwnd below 1500 (section 3.3.2)", smallWindow, wire.CauseInvalidParam},
		{"a host name (section 5.1.2 B)", hostName, wire.CauseUnresolvableAddress},
	} {
		v := outOfTheBlue(t, stranger(0, c.init.Append(nil, wire.ChunkInit)))
		abort := wantReply(t, c.why, v, initTag, wire.ChunkAbort, 0)
		if cause, _, err := wire.NextCause(abort.Value); err != nil || cause.Code != c.cause {
			t.Errorf("%s: cause %v, %v; want %v", c.why, cause.Code, err, c.cause)
		}
	}
}

func TestInitWithoutInitiateTagIsDiscarded(t *testing.T) {
	// RFC 9260 section 3.3.2, whether somebody listens or not.
	wantDrop(t, "listening", outOfTheBlue(t, stranger(0, initChunk(0))), DropMalformed)
	nobody := packetOf(strangerPort, hostPort+1, 0, initChunk(0))
	wantDrop(t, "nobody there", outOfTheBlue(t, nobody), DropMalformed)
}

func TestOutOfTheBlue4CookieEchoIsProcessed(t *testing.T) {
	e := newTestEndpoint(t, assoc.Config{})
	c := offered(t, e, 99)
	v := e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(c.tag, c.echo)))
	if v.Kind != Created {
		t.Errorf("verdict %d, reason %d; want an association", v.Kind, v.Reason)
	}
	wantDrop(t, "a cookie that is not ours", outOfTheBlue(t, stranger(c.tag, chunk(wire.ChunkCookieEcho, 1, 2, 3, 4))), DropCookie)
}

func TestOutOfTheBlue4CookieEchoCountsOnlyAsFirstChunk(t *testing.T) {
	e := newTestEndpoint(t, assoc.Config{})
	c := offered(t, e, 99)
	v := e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(c.tag, dataChunk("x"), c.echo)))
	wantReply(t, "COOKIE ECHO after DATA", v, c.tag, wire.ChunkAbort, wire.FlagT)
}

func TestOutOfTheBlue5ShutdownAckIsCompleted(t *testing.T) {
	for name, p := range map[string][]byte{
		"alone":      stranger(someTag, chunk(wire.ChunkShutdownAck)),
		"after SACK": stranger(someTag, wire.AppendSack(nil, 1, 1500, nil, nil), chunk(wire.ChunkShutdownAck)),
		// Item 5 comes before 6 and 7.
		"with COOKIE ACK": stranger(someTag, chunk(wire.ChunkShutdownAck), chunk(wire.ChunkCookieAck)),
	} {
		wantReply(t, name, outOfTheBlue(t, p), someTag, wire.ChunkShutdownComplete, wire.FlagT)
	}
}

func TestOutOfTheBlue6ShutdownCompleteIsDiscarded(t *testing.T) {
	wantDrop(t, "item 6", outOfTheBlue(t, stranger(someTag, chunk(wire.ChunkShutdownComplete))), DropSilently)
}

func TestOutOfTheBlue7StaleCookieAndCookieAckAreDiscarded(t *testing.T) {
	stale := errorChunk(wire.CauseStaleCookie, 0, 0, 0, 1)
	later := chunk(wire.ChunkError, wire.AppendStaleCookie(wire.AppendInvalidStream(nil, 3), 1)...)
	for name, p := range map[string][]byte{
		"COOKIE ACK":                stranger(someTag, chunk(wire.ChunkCookieAck)),
		"COOKIE ACK with DATA":      stranger(someTag, chunk(wire.ChunkCookieAck), dataChunk("x")),
		"ERROR, Stale Cookie":       stranger(someTag, stale),
		"ERROR, Stale Cookie later": stranger(someTag, later),
	} {
		wantDrop(t, name, outOfTheBlue(t, p), DropSilently)
	}
}

func TestOutOfTheBlue8AllElseIsAborted(t *testing.T) {
	for name, p := range map[string][]byte{
		"DATA":                       stranger(someTag, dataChunk("x")),
		"SACK":                       stranger(someTag, wire.AppendSack(nil, 1, 1500, nil, nil)),
		"HEARTBEAT":                  stranger(someTag, wire.AppendHeartbeat(nil, wire.ChunkHeartbeat, []byte("time"))),
		"SHUTDOWN":                   stranger(someTag, wire.AppendShutdown(nil, 1)),
		"another ERROR":              stranger(someTag, errorChunk(wire.CauseInvalidStream, 0, 1, 0, 0)),
		"INIT ACK of nobody's INIT":  stranger(someTag, chunk(wire.ChunkInitAck, make([]byte, 16)...)),
		"an unknown chunk":           stranger(someTag, chunk(0x3f)),
		"INIT with a tag":            stranger(someTag, initChunk(77)),
		"INIT behind DATA":           stranger(someTag, dataChunk("x"), initChunk(77)),
		"DATA before what is broken": stranger(someTag, dataChunk("x"), []byte{0, 0, 0, 3}),
	} {
		wantReply(t, name, outOfTheBlue(t, p), someTag, wire.ChunkAbort, wire.FlagT)
	}
}

func TestTagZeroIsForInitAlone(t *testing.T) {
	// RFC 9260 section 8.5.1 A: anything else with tag 0 is discarded, so no answer can be drawn from it.
	for name, p := range map[string][]byte{
		"DATA":            stranger(0, dataChunk("x")),
		"SHUTDOWN ACK":    stranger(0, chunk(wire.ChunkShutdownAck)),
		"COOKIE ECHO":     stranger(0, chunk(wire.ChunkCookieEcho, make([]byte, 100)...)),
		"INIT with DATA":  stranger(0, initChunk(77), dataChunk("x")),
		"DATA with INIT":  stranger(0, dataChunk("x"), initChunk(77)),
		"two INITs":       stranger(0, initChunk(77), initChunk(78)),
		"INIT and debris": stranger(0, initChunk(77), []byte{0, 0, 0, 3}),
	} {
		wantDrop(t, name, outOfTheBlue(t, p), DropMalformed)
	}
}

func TestWhoMayAnswerOutOfTheBlue(t *testing.T) {
	data := func(port uint16) []byte { return packetOf(strangerPort, port, someTag, dataChunk("x")) }
	init := packetOf(strangerPort, hostPort+1, 0, initChunk(77))
	route := func(e *Endpoint, p []byte) Verdict {
		return e.Route(start, arriving("203.0.113.9", "192.0.2.1", p))
	}
	e := newTestEndpoint(t, assoc.Config{})
	e.SetOOTB(false)
	wantReply(t, "to a port of this process", route(e, data(hostPort)), someTag, wire.ChunkAbort, wire.FlagT)
	wantDrop(t, "to another process's port", route(e, data(hostPort+1)), DropNotOurs)
	wantDrop(t, "INIT to another process's port", route(e, init), DropNotOurs)

	e.SetOOTB(true)
	if v := route(e, data(hostPort+1)); v.Kind != Reply {
		t.Errorf("with the right to answer: verdict %d, reason %d; want ABORT", v.Kind, v.Reason)
	}
}

func TestPacketsThatAreNoneAreDiscarded(t *testing.T) {
	good := stranger(0, initChunk(77))
	broken := append([]byte(nil), good...)
	broken[20]++
	for _, c := range []struct {
		why    string
		packet []byte
		reason DropReason
	}{
		{"nothing", nil, DropMalformed},
		{"less than a header", good[:11], DropMalformed},
		{"a wrong checksum (section 6.8)", broken, DropChecksum},
		{"no chunk", stranger(someTag), DropMalformed},
		{"less than a chunk", stranger(someTag, []byte{0, 0}), DropMalformed},
		{"a chunk longer than the packet", stranger(someTag, []byte{0, 0, 0, 99}), DropMalformed},
		{"source port 0 (section 3.1)", packetOf(0, hostPort, 0, initChunk(77)), DropMalformed},
		{"destination port 0 (section 3.1)", packetOf(strangerPort, 0, 0, initChunk(77)), DropMalformed},
		{"INIT too short", stranger(0, chunk(wire.ChunkInit, 0, 0, 0, 1)), DropMalformed},
	} {
		wantDrop(t, c.why, outOfTheBlue(t, c.packet), c.reason)
	}
}

func TestLostAbortIsMadeUpForByOutOfTheBlue(t *testing.T) {
	n, a, z := pair(t)
	n.loseNext(wire.ChunkAbort)
	a.abort(a.handles[0])
	n.settle()
	if len(z.live()) != 1 {
		t.Fatalf("Z saw %q although the ABORT was lost", z.events)
	}
	// A has no association any more: Z's DATA gets the ABORT of item 8, with Z's view of A's tag and the T bit.
	z.send(z.handles[0], "anybody?")
	n.settle()
	z.wantEvents("the second ABORT", "up", `send failed: "anybody?", sent true`, "lost: aborted by peer")
	z.wantForgotten()
}
