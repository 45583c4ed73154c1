package assoc

import (
	"errors"
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// RFC 4895 section 6.3: where ABORT has to be authentic, nothing that anybody can send ends an association, whatever is wrong with it.
func TestForgeriesDoNotEndTheAssociation(t *testing.T) {
	for name, forged := range map[string]chunk{
		"ABORT":                           rawChunk(wire.ChunkAbort, 0),
		"ABORT with the reflected tag":    rawChunk(wire.ChunkAbort, wire.FlagT),
		"DATA without data":               rawChunk(wire.ChunkData, 3, make([]byte, 12)...),
		"DATA that is cut":                rawChunk(wire.ChunkData, 3, 1, 2, 3),
		"SACK of what was never sent":     sack(1000),
		"SACK that is cut":                rawChunk(wire.ChunkSack, 0, 1),
		"SHUTDOWN that is cut":            rawChunk(wire.ChunkShutdown, 0, 1),
		"HEARTBEAT that is cut":           rawChunk(wire.ChunkHeartbeat, 0),
		"a chunk that is longer than all": chunkFunc(func(ta *testAssoc, b []byte) []byte { return append(sack(-1).append(ta, b), 0, 0, 1, 0) }),
	} {
		t.Run(name, func(t *testing.T) {
			ta, x := authenticated(t, authentic([]auth.Key{one}, wire.ChunkAbort), []auth.Key{one})
			ta.forget()
			ta.recv(forged)
			ta.wantState("it may be anybody's", StateEstablished)
			missing := ta.a.Stats().AuthMissing
			if ta.events = nil; missing != 1 && name != "ABORT with the reflected tag" { // which is for nobody here
				t.Errorf("%d packets counted as not authenticated, want 1", missing)
			}
			ta.forget()
			ta.recv(signed(x, rawChunk(wire.ChunkAbort, 0)))
			ta.wantState("the peer's ABORT counts", StateClosed)
		})
	}
	ta, _ := authenticated(t, authentic(nil, wire.ChunkAbort), nil)
	ta.send(1)
	ta.advanceToTimer()
	ta.report(transport.ProtocolUnreachable, 0, quote(localPort, peerPort, peerTag))
	ta.wantState("no router has a key", StateEstablished)

	ta, x := authenticated(t, authentic(nil, wire.ChunkAbort), nil)
	ta.recv(signed(x, sack(1000)))
	ta.wantState("a peer that authenticates its mistakes is believed", StateClosed)
}

// A replayed packet is authentic, and its TSN is a duplicate: that is all the protection that there is, and all that it takes (section 9).
func TestReplay(t *testing.T) {
	ta, x := authenticated(t, authentic(nil, wire.ChunkData), nil)
	once := signed(x, data(0))
	ta.recv(once)
	ta.recv(once)
	if s := ta.a.Stats(); s.DuplicateTSNs != 1 || s.AuthReceived != 2 || s.BytesReceived != 10 {
		t.Errorf("%d duplicates, %d authentic, %d bytes", s.DuplicateTSNs, s.AuthReceived, s.BytesReceived)
	}
}

// Of a packet that is cut anywhere nothing counts that has to be authentic.
func TestTruncatedPacketsAreNotAuthentic(t *testing.T) {
	ta, x := authenticated(t, authentic(nil, wire.ChunkData, wire.ChunkAbort), nil)
	whole := signed(x, data(0), data(1)).append(ta, nil)
	for n := range len(whole) {
		ta.recv(chunkFunc(func(_ *testAssoc, b []byte) []byte { return append(b, whole[:n]...) }))
		ta.wantState("cut", StateEstablished)
	}
	if s := ta.a.Stats(); s.AuthReceived != 0 || s.BytesReceived != 0 {
		t.Errorf("%d authentic, %d bytes received", s.AuthReceived, s.BytesReceived)
	}
	ta.recv(signed(x, data(0), data(1)))
	ta.forget()
	if s := ta.a.Stats(); s.AuthReceived != 1 {
		t.Error("the whole one is not authentic")
	}
}

// Sections 6.1 and 9: who takes lists or algorithms out of the handshake, or puts some in, has the two sides make different keys; then nothing
// gets through that either side asked for.
func TestChangedHandshakeMakesOtherKeys(t *testing.T) {
	for name, change := range map[string]auth.Config{
		"a list that is shorter":   {Chunks: []wire.ChunkType{wire.ChunkData}},
		"no list":                  {},
		"a list that is longer":    {Chunks: []wire.ChunkType{wire.ChunkData, wire.ChunkSack, wire.ChunkAbort}},
		"the weaker algorithm":     {Chunks: []wire.ChunkType{wire.ChunkData, wire.ChunkSack}, HMACs: []uint16{wire.HMACSHA1}},
		"the weaker of both first": {Chunks: []wire.ChunkType{wire.ChunkData, wire.ChunkSack}, HMACs: []uint16{wire.HMACSHA1, wire.HMACSHA256}},
	} {
		t.Run(name, func(t *testing.T) {
			ta := newTestAssoc(t, activeSide, authentic([]auth.Key{one}, wire.ChunkData))
			init := ta.want("INIT opens the association", "INIT")
			x, own := peerOf([]auth.Key{one}, wire.ChunkData, wire.ChunkSack)
			if err := x.Agree(own, vectorIn(t, init.chunks[0])); err != nil {
				t.Fatal(err)
			}
			ta.recv(initAck(vector(auth.Vector(peerRandom, &change))))
			ta.forget()
			ta.recv(cookieAck())
			ta.recv(signed(x, data(0)))
			if s := ta.a.Stats(); s.BytesReceived > 0 || s.AuthMismatches+s.AuthUnknownKeys == 0 {
				t.Errorf("%d bytes received, %d mismatches", s.BytesReceived, s.AuthMismatches)
			}
			ta.forget()
			ta.send(10)
			for _, p := range ta.forget() {
				if i := slices.IndexFunc(p.chunks, func(c wire.Chunk) bool { return c.Type == wire.ChunkAuth }); i >= 0 {
					a, _ := wire.ParseAuth(p.chunks[i])
					if err := x.Verify(a, p.chunks[i], p.chunks[i+1].Raw); err == nil {
						t.Error("the peer believes it")
					}
				}
			}
		})
	}
}

// Who takes all of it out has both sides believe that the other one has no such extension. Config.Auth.Required is against that, in both roles.
func TestAuthenticationIsRequired(t *testing.T) {
	required := with(func(c *Config) { c.Auth = &auth.Config{Required: true} })
	none := func(*wire.Init) {}
	noAlgorithm := func(in *wire.Init) {
		in.Params = wire.AppendParam(in.Params, wire.ParamRandom, make([]byte, auth.RandomLen))
	}
	for name, peer := range map[string]func(*wire.Init){"nothing": none, "no algorithm": noAlgorithm} {
		ta := newTestAssoc(t, activeSide, required)
		ta.want("INIT opens the association", "INIT")
		ta.recv(initAck(peer))
		ta.want(name+": the handshake is over", "ABORT")
		ta.wantEvent("the user learns why", "cant-start (aborted by this side: Protocol Violation)")

		ta, _ = authenticated(t, required, nil)
		ta.recv(initChunk(retagged, peer))
		ta.tag = newPeerTag
		ta.want(name+": neither may a restart go without", "ABORT")
		ta.wantState("which ends nothing", StateEstablished)
	}
	ta, _ := authenticated(t, required, nil)
	ta.wantState("who authenticates is welcome", StateEstablished)
}

// The association that ends in silence says what keys had to do with it, and its user hears of it before (AuthFailed), once.
func TestSilenceHasAReason(t *testing.T) {
	giveUp := func(t *testing.T, ta *testAssoc) *AuthError {
		t.Helper()
		for range 100 {
			if ta.a.State() == StateClosed {
				break
			}
			ta.advanceToTimer()
			ta.forget()
		}
		last := ta.events[len(ta.events)-1].(AssocChange)
		var e *AuthError
		if !errors.Is(last.Err, ErrTimeout) || !errors.As(last.Err, &e) {
			t.Fatalf("it ended with %v", last.Err)
		}
		return e
	}
	wrong := auth.Key{ID: 1, Secret: []byte("wrong")}

	t.Run("COOKIE ECHO", func(t *testing.T) {
		ta := newTestAssoc(t, activeSide, authentic([]auth.Key{one}), with(func(c *Config) { c.Auth.Active = 1 }))
		ta.want("INIT opens the association", "INIT")
		_, own := peerOf([]auth.Key{wrong}, wire.ChunkCookieEcho)
		ta.recv(initAck(vector(own)))
		if e := giveUp(t, ta); e.Key != 1 || e.Err != nil {
			t.Errorf("the reason is %v", e)
		}
	})
	t.Run("DATA", func(t *testing.T) {
		ta, _ := twoKeys(t)
		ta.send(1)
		ta.recv(sack(0))
		ta.sendMessage(Message{Data: []byte("x"), Key: 2, HasKey: true})
		if e := giveUp(t, ta); e.Key != 2 || e.Err != nil || e.Error() == "" {
			t.Errorf("the reason is %v", e)
		}
	})
	t.Run("the peer's DATA", func(t *testing.T) {
		ta, x := authenticated(t, authentic([]auth.Key{wrong}, wire.ChunkData, wire.ChunkSack), []auth.Key{one, two}, wire.ChunkData)
		ta.forget()
		if err := x.Activate(1); err != nil {
			t.Fatal(err)
		}
		ta.recv(signed(x, data(0)))
		ta.wantEvent("the first one that is discarded", "auth-failed 1 (chunks are not authentic)")
		ta.recv(signed(x, data(0)))
		ta.wantNoEvent("the next one is no news")
		if err := x.Activate(0); err != nil {
			t.Fatal(err)
		}
		ta.recv(signed(x, data(0)))
		if err := x.Activate(2); err != nil {
			t.Fatal(err)
		}
		ta.recv(signed(x, data(1)))
		ta.wantEvent("after one that was right it is", "auth-failed 2 (no such shared key)")
		ta.send(1)
		ta.recv(sack(0))
		if e := giveUp(t, ta); e.Err != ErrNotAuthenticated || !errors.Is(e, ErrNotAuthenticated) || e.Error() == "" {
			t.Errorf("the reason is %v", e)
		}
	})
	t.Run("something else", func(t *testing.T) {
		ta, _ := twoKeys(t)
		ta.send(1)
		ta.recv(sack(0))
		ta.send(1)
		for range 100 {
			ta.advanceToTimer()
			ta.forget()
			if ta.a.State() == StateClosed {
				break
			}
		}
		if last := ta.events[len(ta.events)-1].(AssocChange); last.Err != ErrTimeout {
			t.Errorf("it ended with %v", last.Err)
		}
	})
}

// Keys may be empty or as long as a socket option can make them, and lists as long as there are types.
func TestExtremeKeysAndLists(t *testing.T) {
	all := make([]wire.ChunkType, 256)
	for i := range all {
		all[i] = wire.ChunkType(i)
	}
	keys := []auth.Key{{ID: 65535, Secret: make([]byte, 65535)}, {ID: 1}}
	ta, x := authenticated(t, authentic(keys, all...), keys, all...)
	ta.forget()
	for _, k := range keys {
		if err := errors.Join(x.Activate(k.ID), ta.a.ActivateAuthKey(k.ID)); err != nil {
			t.Fatal(err)
		}
		ta.recv(signed(x, heartbeat("x")))
		ta.wantKey("with either key", x, k.ID, "AUTH", "HEARTBEAT-ACK")
	}
	if n := len(ta.a.PeerAuthChunks()); n != 252 {
		t.Errorf("%d types are listed, want all but four", n)
	}
}
