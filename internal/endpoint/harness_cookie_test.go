package endpoint

import (
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// offer is what an INIT ACK gave to a stranger.
type offer struct {
	tag  uint32 // the host's
	echo []byte // the COOKIE ECHO chunk
	mac  int    // where in echo the last bytes of the MAC begin
}

// offered has an INIT of the stranger at 203.0.113.9 answered.
func offered(t testing.TB, e *Endpoint, initTag uint32, addrs ...string) offer {
	t.Helper()
	v := e.Route(start, arriving("203.0.113.9", "192.0.2.1", stranger(0, initChunk(initTag, addrs...))))
	if v.Kind != Reply {
		t.Fatalf("INIT: verdict %d, reason %d", v.Kind, v.Reason)
	}
	return offerIn(t, v.Reply)
}

// offerIn reads the packet of an INIT ACK.
func offerIn(t testing.TB, packet []byte) offer {
	t.Helper()
	ack, err := wire.ParseInit(chunks(packet)[0])
	if err != nil {
		t.Fatal(err)
	}
	for rest := ack.Params; len(rest) > 0; {
		p, more, err := wire.NextParam(rest)
		if err != nil {
			t.Fatal(err)
		}
		if p.Type == wire.ParamStateCookie {
			return offer{ack.Tag, chunk(wire.ChunkCookieEcho, p.Value...), len(p.Raw) - 4}
		}
		rest = more
	}
	t.Fatal("INIT ACK without a cookie")
	return offer{}
}

// wantEmpty checks that an endpoint keeps nothing of any peer.
func wantEmpty(t *testing.T, why string, e *Endpoint) {
	t.Helper()
	if len(e.routes)+len(e.tags) != 0 || e.last.handle != nil {
		t.Errorf("%s: %d routes and %d tags are left", why, len(e.routes), len(e.tags))
	}
	for _, sockets := range e.sockets {
		for _, s := range sockets {
			if s.waiting != 0 {
				t.Errorf("%s: the backlog holds %d", why, s.waiting)
			}
		}
	}
}
