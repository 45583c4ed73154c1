package assoc

import (
	"errors"
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// peerRandom is the peer's random number.
var peerRandom = [auth.RandomLen]byte{9, 8, 7}

// authentic offers authentication, and wants these chunks of the peer authenticated.
func authentic(keys []auth.Key, chunks ...wire.ChunkType) option {
	return with(func(c *Config) { c.Auth = &auth.Config{Chunks: chunks, Keys: keys} })
}

// vector adds the parameters of a key vector to the peer's INIT or INIT ACK.
func vector(v []byte) func(*wire.Init) {
	return func(in *wire.Init) { in.Params = auth.AppendParams(in.Params, v) }
}

// peerOf is what the peer of a test makes of the handshake: its keys, and what it wants authenticated.
func peerOf(keys []auth.Key, chunks ...wire.ChunkType) (*auth.Context, []byte) {
	c := &auth.Config{Chunks: chunks, Keys: keys}
	return auth.NewContext(c), auth.Vector(peerRandom, c)
}

// vectorIn is the key vector in an INIT or INIT ACK.
func vectorIn(t *testing.T, c wire.Chunk) []byte {
	t.Helper()
	in, err := wire.ParseInit(c)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parseInitParams(in.Params)
	if err != nil {
		t.Fatal(err)
	}
	return p.announced.auth.Vector()
}

// signed are chunks of the peer with AUTH before them; they have to be the last in their packet.
func signed(x *auth.Context, chunks ...chunk) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		at := len(b)
		for _, c := range chunks {
			b = c.append(ta, b)
		}
		return x.Sign(b, at, x.Active())
	})
}

// wantSigned checks that the chunks of a packet from the i-th on are authentic to the peer.
func (ta *testAssoc) wantSigned(x *auth.Context, p sentPacket, i int) {
	ta.t.Helper()
	a, err := wire.ParseAuth(p.chunks[i])
	if err != nil {
		ta.t.Fatal(err)
	}
	var rest []byte
	for _, c := range p.chunks[i+1:] {
		rest = append(rest, c.Raw...)
		rest = append(rest, make([]byte, wire.Padded(len(c.Raw))-len(c.Raw))...)
	}
	if err := x.Verify(a, p.chunks[i], rest); err != nil {
		ta.t.Fatalf("the packet is not authentic: %v", err)
	}
}

// authenticated returns an established association as established does, and its peer.
func authenticated(t *testing.T, o option, keys []auth.Key, chunks ...wire.ChunkType) (*testAssoc, *auth.Context) {
	t.Helper()
	ta := newTestAssoc(t, activeSide, o)
	init := ta.want("INIT opens the association", "INIT")
	x, own := peerOf(keys, chunks...)
	if err := x.Agree(own, vectorIn(t, init.chunks[0])); err != nil {
		t.Fatal(err)
	}
	ta.recv(initAck(vector(own)))
	p := ta.forget()[0]
	if x.Asked(wire.ChunkCookieAck) {
		ta.recv(signed(x, cookieAck()))
	} else {
		ta.recv(cookieAck())
	}
	if p.chunks[0].Type == wire.ChunkAuth {
		ta.wantSigned(x, p, 0)
	}
	ta.wantEvent("COOKIE ACK brings it up", "up")
	if !ta.a.Authenticates() {
		t.Fatal("authentication is not in use")
	}
	return ta, x
}

var one, two = auth.Key{ID: 1, Secret: []byte("one")}, auth.Key{ID: 2, Secret: []byte("two")}

// RFC 4895 section 6.2: what the peer lists stands behind AUTH, and packets stay within the path MTU.
func TestListedChunksAreSigned(t *testing.T) {
	ta, x := authenticated(t, authentic(nil), nil, wire.ChunkData, wire.ChunkAbort)
	overhead := ta.a.authOverhead()
	if overhead != 40 || ta.a.FragmentationPoint() != fragment-overhead {
		t.Errorf("AUTH takes %d bytes, messages of %d fit", overhead, ta.a.FragmentationPoint())
	}
	ta.send(3 * (fragment - overhead))
	for range 3 {
		p := ta.want("DATA is listed", "AUTH", "DATA")
		ta.wantSigned(x, p, 0)
		if p.size > testMTU || p.mayFragment {
			t.Errorf("a packet has %d bytes", p.size)
		}
	}
	if n := ta.a.Stats().AuthSent; n != 3 {
		t.Errorf("%d AUTH chunks counted, want 3", n)
	}
	ta.forget()
	ta.recv(data(0))
	ta.want("SACK is not listed", "SACK 0")
	ta.forget()
	ta.a.Abort(ta.now, nil)
	ta.settle()
	ta.wantSigned(x, ta.want("ABORT is listed", "AUTH", "ABORT"), 0)
}

// Who lists SACK and not DATA gets DATA of full size, in packets without AUTH, and nothing waits for ever beside a SACK.
func TestUnlistedDataHasTheWholePacket(t *testing.T) {
	ta, x := authenticated(t, authentic(nil), nil, wire.ChunkSack)
	if ta.a.FragmentationPoint() != fragment {
		t.Errorf("messages of %d fit, want %d", ta.a.FragmentationPoint(), fragment)
	}
	ta.recv(data(0))
	ta.wantSigned(x, ta.want("SACK is listed", "AUTH", "SACK 0"), 0)
	ta.recv(data(1))
	ta.wantIdle("the next SACK waits")
	ta.send(fragment)
	p := ta.want("there is no room for SACK and AUTH beside it", "DATA")
	if p.size != testMTU || p.mayFragment {
		t.Errorf("the packet has %d bytes", p.size)
	}
	ta.send(10)
	ta.wantSigned(x, ta.want("a small message takes the SACK along", "AUTH", "SACK 1", "DATA"), 0)
	ta.advance(ta.a.cfg.RTOMax)
	if p := ta.forget(); len(p) == 0 || p[0].chunks[0].Type != wire.ChunkData || p[0].mayFragment {
		t.Error("a repetition has the whole packet, too")
	}
}

// A COOKIE ECHO that is not listed is first in its packet, and AUTH stands between it and DATA (section 7); a listed one stands behind.
func TestCookieEchoAndAuth(t *testing.T) {
	for _, listed := range []bool{false, true} {
		chunks, want := []wire.ChunkType{wire.ChunkData}, []string{"COOKIE-ECHO", "AUTH", "DATA"}
		if listed {
			chunks, want = append(chunks, wire.ChunkCookieEcho), []string{"AUTH", "COOKIE-ECHO", "DATA"}
		}
		ta := newTestAssoc(t, activeSide, authentic(nil))
		init := ta.want("INIT opens the association", "INIT")
		x, own := peerOf(nil, chunks...)
		if err := x.Agree(own, vectorIn(t, init.chunks[0])); err != nil {
			t.Fatal(err)
		}
		ta.send(10)
		ta.recv(initAck(vector(own)))
		ta.wantSigned(x, ta.want("data goes with the cookie", want...), slices.Index(want, "AUTH"))
	}
}

// Section 6.3: what this side lists counts only behind AUTH that is right; everything else is discarded silently, and counted.
func TestListedChunksNeedAuth(t *testing.T) {
	ta, x := authenticated(t, authentic([]auth.Key{one}, wire.ChunkData), []auth.Key{one})
	ta.recv(data(0))
	ta.wantIdle("DATA without AUTH is discarded")
	ta.recv(signed(x, data(0)))
	ta.want("with AUTH it is acknowledged", "SACK 0")

	ta.recv(signed(x, data(1)), data(2))
	ta.wantIdle("AUTH covers the whole packet, also what was put behind it")
	ta.recv(heartbeat("x"), signed(x, data(1)))
	ta.want("what is not listed may stand before AUTH", "HEARTBEAT-ACK")
	if n := ta.a.Stats().AuthReceived; n != 2 {
		t.Errorf("%d AUTH chunks were right, want 2", n)
	}
	ta.advanceToTimer()
	ta.want("the data counted too", "SACK 1")

	stranger, own := peerOf([]auth.Key{two})
	if err := stranger.Agree(own, ta.a.auth.own); err != nil {
		t.Fatal(err)
	}
	stranger.SetKey(0, []byte("wrong"))
	ta.recv(signed(stranger, data(2)))
	ta.wantIdle("another key of the same number")
	if err := stranger.Activate(2); err != nil {
		t.Fatal(err)
	}
	ta.recv(signed(stranger, data(2)))
	ta.wantIdle("a key that is not there")
	ta.recv(signed(x, signed(x, data(2))))
	ta.wantIdle("a second AUTH in a packet")
	ta.recv(rawChunk(wire.ChunkAuth, 0, 0, 0, 0), data(2))
	ta.wantIdle("AUTH without an HMAC")
	ta.recv(rawChunk(wire.ChunkAuth, 0, make([]byte, 24)...))
	ta.wantIdle("nothing but AUTH")
	s := ta.a.Stats()
	if s.AuthMissing != 1 || s.AuthMismatches != 4 || s.AuthUnknownKeys != 1 || s.AuthReceived != 3 {
		t.Errorf("missing %d, mismatches %d, unknown keys %d, received %d", s.AuthMissing, s.AuthMismatches, s.AuthUnknownKeys, s.AuthReceived)
	}
	ta.wantEvent("the user is told", "auth-failed 0 (chunk is not authenticated)")
	ta.wantEvent("again, after what was authentic", "auth-failed 0 (chunks are not authentic)")
	ta.wantEvent("and of the second AUTH, which follows one that was right", "auth-failed 0 (chunks are not authentic)")
	ta.wantEvent("and that it goes on after that", "auth-failed 0 (chunks are not authentic)")
	ta.wantNoEvent("that is all")

	ta.recv(rawChunk(wire.ChunkAuth, 0, append([]byte{0, 0, 0, 2}, make([]byte, 20)...)...), data(2))
	p := ta.want("section 6.3: an algorithm that was not offered is reported", "ERROR")
	cause, _, err := wire.NextCause(p.chunks[0].Value)
	if id, err2 := wire.ParseUnsupportedHMAC(cause); err != nil || err2 != nil || id != 2 {
		t.Errorf("the cause is %v with %d: %v, %v", cause.Code, id, err, err2)
	}
	ta.a.control.errors = make([]byte, MaxErrorBytes)
	ta.a.queueCause([]byte{1})
	if len(ta.a.control.errors) > MaxErrorBytes {
		t.Error("causes grow beyond MaxErrorBytes")
	}
}

// RFC 6458 sections 6.1.8, 8.1.18 and 8.3: keys come and go, and the user learns what the peer uses.
func TestKeysOfAnAssociation(t *testing.T) {
	ta, x := authenticated(t, authentic([]auth.Key{one}, wire.ChunkData), []auth.Key{one, two}, wire.ChunkData)
	send := func(key uint16) {
		t.Helper()
		ta.forget()
		ta.send(1)
		p := ta.forget()[0]
		i := slices.IndexFunc(p.chunks, func(c wire.Chunk) bool { return c.Type == wire.ChunkAuth })
		if a, _ := wire.ParseAuth(p.chunks[i]); a.KeyID != key {
			t.Errorf("sent with key %d, want %d", a.KeyID, key)
		}
		ta.wantSigned(x, p, i)
		ta.recv(sack(int(ta.a.send.outstanding.NextTSN().Diff(ta.localTSN)) - 1))
	}
	send(0)
	if err := ta.a.ActivateAuthKey(1); err != nil || ta.a.ActiveAuthKey() != 1 {
		t.Fatal(err)
	}
	send(1)
	if err := x.Activate(2); err != nil {
		t.Fatal(err)
	}
	ta.recv(signed(x, data(0)))
	ta.wantIdle("the key is not there yet")
	if err := ta.a.SetAuthKey(2, []byte("two")); err != nil {
		t.Fatal(err)
	}
	ta.events = nil
	ta.recv(signed(x, data(0)))
	ta.want("now it is", "SACK 0")
	ta.wantEvent("the peer uses another key", "new-key 2")
	if err := x.Activate(0); err != nil {
		t.Fatal(err)
	}
	ta.recv(signed(x, data(1)))
	ta.wantNoEvent("the first one is no news")
	if err := x.Activate(2); err != nil {
		t.Fatal(err)
	}
	ta.recv(signed(x, data(2)))
	ta.wantNoEvent("one that it has used before is none either")
	if err := ta.a.DeactivateAuthKey(1); !errors.Is(err, auth.ErrKeyInUse) {
		t.Errorf("deactivate the active key: %v", err)
	}
	if err := ta.a.ActivateAuthKey(2); err != nil {
		t.Fatal(err)
	}
	if err := ta.a.DeactivateAuthKey(1); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	ta.wantEvent("nothing waits for it", "free-key 1")
	if err := ta.a.DeleteAuthKey(1); err != nil {
		t.Fatal(err)
	}
	send(2)
	if got := ta.a.PeerAuthChunks(); !slices.Equal(got, []wire.ChunkType{wire.ChunkData}) {
		t.Errorf("the peer wants %v", got)
	}
	if got := ta.a.LocalAuthChunks(); !slices.Equal(got, []wire.ChunkType{wire.ChunkData, wire.ChunkASCONF, wire.ChunkASCONFAck}) {
		t.Errorf("this side wants %v", got)
	}
	plain := established(t)
	if err := plain.a.SetAuthKey(1, nil); !errors.Is(err, ErrNotNegotiated) || plain.a.PeerAuthChunks() != nil || plain.a.LocalAuthChunks() != nil ||
		plain.a.ActiveAuthKey() != 0 || plain.a.Authenticates() {
		t.Errorf("without authentication: %v", err)
	}
}

// Section 6.1: a random number of another length ends the handshake on both sides; who does not offer the extension does not look.
func TestBadRandomNumberIsRefused(t *testing.T) {
	bad := func(in *wire.Init) { in.Params = wire.AppendParam(in.Params, wire.ParamRandom, make([]byte, 31)) }
	ta := newTestAssoc(t, activeSide, authentic(nil))
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck(bad))
	ta.want("the handshake is over", "ABORT")
	ta.wantEvent("the user learns why", "cant-start")

	ta = established(t, authentic(nil))
	ta.recv(initChunk(bad))
	ta.want("also that of an INIT", "ABORT")

	ta = newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck(bad))
	ta.want("nobody asked", "COOKIE-ECHO")
}

// A peer without the extension is spoken to as ever, whatever this side would have liked.
func TestPeerWithoutAuthentication(t *testing.T) {
	ta := established(t, authentic(nil, wire.ChunkData))
	if ta.a.Authenticates() || ta.a.authOverhead() != 0 {
		t.Error("authentication is in use")
	}
	ta.recv(data(0))
	ta.want("nothing was agreed", "SACK 0")
	ta.recv(rawChunk(wire.ChunkAuth, 0, make([]byte, 24)...), data(1))
	ta.wantIdle("AUTH is an unknown chunk, and its type says to stop")
}

// The passive side has nothing but the cookie: it has the vectors, no keys, and the first packet is verified with it.
func TestCookieBringsAuthentication(t *testing.T) {
	keys := []auth.Key{one}
	x, own := peerOf(keys)
	for _, c := range []struct {
		name   string
		listed bool
		echo   func(cookie chunk) []chunk
		up     bool
	}{
		{"not listed", false, func(c chunk) []chunk { return []chunk{c} }, true},
		{"not listed, with signed data", false, func(c chunk) []chunk { return []chunk{c, signed(x, data(0))} }, true},
		{"listed and signed", true, func(c chunk) []chunk { return []chunk{signed(x, c, data(0))} }, true},
		{"listed, not signed", true, func(c chunk) []chunk { return []chunk{c} }, false},
		{"signed for another packet", true, func(c chunk) []chunk { return []chunk{signed(x, c), data(0)} }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			chunks := []wire.ChunkType{wire.ChunkData}
			if c.listed {
				chunks = append(chunks, wire.ChunkCookieEcho)
			}
			cfg := Config{Auth: &auth.Config{Chunks: chunks, Keys: keys}}.Defaults()
			ta := newTestAssoc(t, passiveSide, with(func(c *Config) { c.Auth = cfg.Auth }))
			mine := AuthVector(&cfg, ta.a.rand.Uint64)
			cookie := ta.cookieFor(&Offer{Config: cfg, Tag: localTag, TSN: ta.localTSN, Auth: mine}, vector(own))
			content, err := ta.jar().Open(ta.now, cookie)
			if err != nil {
				t.Fatal(err)
			}
			if err := x.Agree(own, mine); err != nil {
				t.Fatal(err)
			}
			ta.a = Accept(ta.now, &cfg, ta.a.params, testIdentity, content)
			packet := c.echo(cookieEcho(cookie))
			var b []byte
			for _, p := range packet {
				b = p.append(ta, b)
			}
			if got := AuthenticEcho(&cfg, content, b); got != c.up {
				t.Errorf("the endpoint lets it in: %v", got)
			}
			ta.recv(packet...)
			if up := ta.a.State() == StateEstablished; up != c.up {
				t.Errorf("state %v", ta.a.State())
			}
		})
	}
}

// What the endpoint asks before it makes an association.
func TestAuthenticEcho(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	cfg := Config{}.Defaults()
	content, err := ta.jar().Open(ta.now, ta.cookieFor(&Offer{Config: cfg, Tag: localTag}))
	if err != nil {
		t.Fatal(err)
	}
	echo := wire.AppendChunk(nil, wire.ChunkCookieEcho, 0, nil)
	x, own := peerOf(nil)
	if err := x.Agree(own, own); err != nil {
		t.Fatal(err)
	}
	behind := x.Sign(slices.Clone(echo), 0, x.Active())
	if !AuthenticEcho(&cfg, content, echo) || AuthenticEcho(&cfg, content, behind) || AuthenticEcho(&cfg, content, nil) {
		t.Error("a cookie without key vectors: AUTH cannot be verified, and is not needed")
	}
	content.LocalAuth, content.PeerAuth = own, own
	if !AuthenticEcho(&cfg, content, behind) {
		t.Error("the configuration has changed since, the null key has not")
	}
	content.PeerAuth = []byte{1}
	if AuthenticEcho(&cfg, content, behind) {
		t.Error("no vector")
	}
}

// Section 6.1: in a collision of INITs the random number follows the tag. The peer's COOKIE ECHO may come before its INIT ACK.
func TestCollisionWithAuthentication(t *testing.T) {
	ta := newTestAssoc(t, activeSide, authentic([]auth.Key{one}, wire.ChunkCookieEcho))
	init := ta.want("INIT opens the association", "INIT")
	x, own := peerOf([]auth.Key{one})
	ta.recv(initChunk(vector(own)))
	ack := ta.want("the peer's INIT is answered", "INIT-ACK")
	mine := vectorIn(t, ack.chunks[0])
	if !slices.Equal(mine, vectorIn(t, init.chunks[0])) {
		t.Fatal("INIT and INIT ACK have different key vectors")
	}
	if err := x.Agree(own, mine); err != nil {
		t.Fatal(err)
	}
	echo := cookieEcho(cookieIn(ack.chunks[0]))
	ta.recv(echo)
	ta.wantState("without AUTH it is discarded", StateCookieWait)
	ta.recv(signed(x, data(0)))
	ta.wantState("AUTH of something else", StateCookieWait)
	ta.recv(signed(x, cookieEcho([]byte{1, 2, 3})))
	ta.wantState("no cookie of ours", StateCookieWait)
	ta.events = nil
	ta.recv(signed(x, echo))
	ta.wantEvent("the cookie brings it up", "up")
	if !ta.a.Authenticates() {
		t.Error("nothing was agreed")
	}
}

// A peer that restarts is let in with the old keys if COOKIE ECHO is listed, and has new ones afterwards (section 6.3).
func TestRestartWithAuthentication(t *testing.T) {
	ta, x := authenticated(t, authentic(nil, wire.ChunkCookieEcho, wire.ChunkData), nil, wire.ChunkData)
	before := ta.a.auth.own
	y, own := peerOf(nil, wire.ChunkData)
	ta.recv(initChunk(retagged, vector(own)))
	p := ta.forget()[0]
	mine := vectorIn(t, p.chunks[0])
	if slices.Equal(mine, before) {
		t.Error("the random number is the old one")
	}
	if err := y.Agree(own, mine); err != nil {
		t.Fatal(err)
	}
	echo := func(c chunk) {
		ack, err := wire.ParseInit(p.chunks[0])
		if err != nil {
			t.Fatal(err)
		}
		ta.recvTagged(ack.Tag, transport.Path{Local: local1, Remote: peer1}, c)
	}
	back := cookieEcho(cookieIn(p.chunks[0]))
	ta.tag, ta.peerTSN = newPeerTag, peerInitialTSN.Add(1000)
	echo(back)
	echo(signed(y, back))
	ta.wantIdle("the new keys are not those of the association")
	ta.events = nil
	echo(signed(x, back))
	ta.wantEvent("with the old ones it restarts", "restart")
	ta.forget()
	ta.recv(signed(x, data(0)))
	ta.wantIdle("the old keys are gone")
	ta.recv(signed(y, data(0)))
	ta.want("the new ones count", "SACK 0")

	// Without the extension the peer may come back where COOKIE ECHO is not listed.
	ta, _ = authenticated(t, authentic(nil, wire.ChunkData), nil, wire.ChunkData)
	ta.recv(initChunk(retagged))
	p = ta.forget()[0]
	ta.tag, ta.peerTSN = newPeerTag, peerInitialTSN.Add(1000)
	echo(cookieEcho(cookieIn(p.chunks[0])))
	ta.wantEvent("it restarts", "restart")
	if ta.a.Authenticates() || ta.a.authOverhead() != 0 {
		t.Error("authentication is still in use")
	}
}
