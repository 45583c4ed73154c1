package endpoint

import (
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
)

// RFC 3873: what counts as out of the blue, as a damaged packet, and as a packet of this process at all.
func TestCountersOfStrangers(t *testing.T) {
	e := newTestEndpoint(t, assoc.Config{})
	o := offered(t, e, 5)
	if got, want := e.Counters(), (Counters{PacketsReceived: 1, ControlReceived: 1}); got != want {
		t.Errorf("an INIT that is answered: %+v, want %+v", got, want)
	}
	damaged := stranger(1, chunk(wire.ChunkHeartbeat))
	damaged[len(damaged)-1] ^= 1
	for _, test := range []struct {
		name   string
		packet []byte
		want   Counters
	}{
		{"a wrong checksum", damaged, Counters{PacketsReceived: 1, ChecksumErrors: 1}},
		{"less than a header", damaged[:11], Counters{PacketsReceived: 1}},
		{"no chunk", stranger(1), Counters{PacketsReceived: 1}},
		{"INIT of no use", stranger(0, chunk(wire.ChunkInit)), Counters{PacketsReceived: 1, ControlReceived: 1, OutOfBlues: 1}},
		{"INIT to a port that nobody listens at", packetOf(strangerPort, 3000, 0, initChunk(5)),
			Counters{PacketsReceived: 1, ControlReceived: 1, OutOfBlues: 1}},
		{"DATA", stranger(1, dataChunk("x")), Counters{PacketsReceived: 1, OutOfBlues: 1}},
		{"ABORT", stranger(1, chunk(wire.ChunkAbort)), Counters{PacketsReceived: 1, ControlReceived: 1, OutOfBlues: 1}},
		{"SHUTDOWN ACK and DATA", stranger(1, chunk(wire.ChunkShutdownAck), dataChunk("x")),
			Counters{PacketsReceived: 1, ControlReceived: 1, OutOfBlues: 1}},
		{"a cookie that was never given out", stranger(1, chunk(wire.ChunkCookieEcho, 1, 2)),
			Counters{PacketsReceived: 1, ControlReceived: 1, OutOfBlues: 1}},
		{"the cookie, with a HEARTBEAT, which the association counts", stranger(o.tag, o.echo, chunk(wire.ChunkHeartbeat)),
			Counters{PacketsReceived: 1}},
	} {
		before := e.Counters()
		e.Route(start, arriving("203.0.113.9", "192.0.2.1", test.packet))
		got := e.Counters()
		got.PacketsReceived -= before.PacketsReceived
		got.ChecksumErrors -= before.ChecksumErrors
		got.OutOfBlues -= before.OutOfBlues
		got.ControlReceived -= before.ControlReceived
		if got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
	e.SetOOTB(false)
	before := e.Counters()
	wantDrop(t, "a port of another process", e.Route(start, arriving("203.0.113.9", "192.0.2.1",
		packetOf(strangerPort, 3000, 1, chunk(wire.ChunkHeartbeat)))), DropNotOurs)
	if got := e.Counters(); got != before {
		t.Errorf("a packet of another process: %+v, before it %+v", got, before)
	}
}
