package endpoint

import (
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
)

// RFC 4895 section 6.3: a packet of no association is what it is without its AUTH chunk.
func TestOutOfTheBlueWithAuth(t *testing.T) {
	a := wire.Auth{HMACID: wire.HMACSHA1, HMAC: make([]byte, 20)}
	authChunk := a.Append(nil)
	wantDrop(t, "ABORT", outOfTheBlue(t, stranger(someTag, authChunk, chunk(wire.ChunkAbort))), DropSilently)
	wantReply(t, "SHUTDOWN ACK", outOfTheBlue(t, stranger(someTag, authChunk, chunk(wire.ChunkShutdownAck))), someTag, wire.ChunkShutdownComplete, wire.FlagT)
	wantReply(t, "DATA", outOfTheBlue(t, stranger(someTag, authChunk, dataChunk("x"))), someTag, wire.ChunkAbort, wire.FlagT)
	wantDrop(t, "nothing else", outOfTheBlue(t, stranger(someTag, authChunk)), DropMalformed)
	wantDrop(t, "debris", outOfTheBlue(t, stranger(someTag, authChunk, []byte{1, 2, 3})), DropMalformed)
}

// A cookie that is to be authenticated and is not makes no association, and takes no place in the backlog.
func TestUnauthenticCookieMakesNoAssociation(t *testing.T) {
	for _, listed := range []bool{false, true} {
		cfg := assoc.Config{Auth: &auth.Config{}}
		if listed {
			cfg.Auth.Chunks = []wire.ChunkType{wire.ChunkCookieEcho}
		}
		e := newTestEndpoint(t, cfg)
		own := auth.Vector([auth.RandomLen]byte{1}, &auth.Config{})
		in := wire.Init{Tag: 99, ARwnd: 1 << 16, OutStreams: 1, InStreams: 1, Params: auth.AppendParams(nil, own)}
		v := e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(0, in.Append(nil, wire.ChunkInit))))
		ack, err := wire.ParseInit(wantReply(t, "INIT", v, 99, wire.ChunkInitAck, 0))
		if err != nil {
			t.Fatal(err)
		}
		var echo []byte
		var n auth.Announced
		for rest := ack.Params; len(rest) > 0; {
			var p wire.Param
			if p, rest, err = wire.NextParam(rest); err != nil {
				t.Fatal(err)
			}
			n.Take(p)
			if p.Type == wire.ParamStateCookie {
				echo = wire.AppendChunk(nil, wire.ChunkCookieEcho, 0, p.Value)
			}
		}
		x := auth.NewContext(&auth.Config{})
		if err := x.Agree(own, n.Vector()); err != nil {
			t.Fatal(err)
		}
		signed := x.Sign(slices.Clone(echo), 0, x.Active())
		forged := slices.Clone(signed)
		forged[8] ^= 1
		route := func(chunks []byte) Verdict {
			return e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(ack.Tag, chunks)))
		}
		wantDrop(t, "forged", route(forged), DropUnauthentic)
		if listed {
			wantDrop(t, "not signed", route(echo), DropUnauthentic)
			echo = signed
		}
		if n := e.Counters(); n.AuthFailures == 0 || n.OutOfBlues > 0 {
			t.Errorf("%d failures counted, %d out of the blue", n.AuthFailures, n.OutOfBlues)
		}
		wantEmpty(t, "after what was not authentic", e)
		if v := route(echo); v.Kind != Created {
			t.Errorf("listed %v: an authentic cookie gives %v", listed, v.Kind)
		}
	}
}
