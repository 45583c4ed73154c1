package endpoint

import (
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// echoed is the packet of a stranger that echoes the cookie of an offer, and whatever else.
func echoed(o offer, rest ...[]byte) *transport.Datagram {
	return arriving("203.0.113.9", "192.0.2.1", stranger(o.tag, slices.Concat([][]byte{o.echo}, rest)...))
}

func TestBacklogIsALimit(t *testing.T) {
	const backlog = 3
	n := newNetwork(t)
	z := n.host("Z", 2, "192.0.2.200")
	z.hoard = true
	s := z.bind(2000, backlog, assoc.Config{})
	var clients []*host
	for i := range backlog + 2 {
		c := n.host("A", byte(10+i), "192.0.2."+string(rune('1'+i)))
		c.bind(1000, 0, assoc.Config{})
		c.connect(z, assoc.Config{})
		clients = append(clients, c)
	}
	n.settle()
	if len(z.live()) != backlog || !slices.Equal(z.dropped, []DropReason{DropBacklog, DropBacklog}) {
		t.Fatalf("%d associations, dropped for %v; want %d and two for the backlog", len(z.live()), z.dropped, backlog)
	}
	for range 2 { // telling twice frees one place
		z.e.Taken(z.handles[0])
	}
	clients[1].abort(clients[1].handles[0]) // one that nobody took and nobody will
	n.advance(3 * time.Second)              // T1-cookie
	if len(z.handles) != backlog+2 || s.waiting != backlog {
		t.Errorf("%d associations in all, %d wait; want all %d, with %d waiting", len(z.handles), s.waiting, backlog+2, backlog)
	}
	for i, c := range clients {
		if c.count("up") != 1 {
			t.Errorf("client %d saw %q", i, c.events)
		}
	}
}

func TestCookieOfAListenerThatWentAway(t *testing.T) {
	e := newTestEndpoint(t, assoc.Config{})
	c := offered(t, e, 99)
	s := e.sockets[hostPort][0]

	s.Backlog = 0
	wantReply(t, "it does not listen any more", e.Route(start, echoed(c)), 99, wire.ChunkAbort, 0)
	e.Unbind(s)
	wantReply(t, "the port is not bound any more", e.Route(start, echoed(c)), 99, wire.ChunkAbort, 0)
	wantEmpty(t, "after refusals", e)
}

func TestCookieThatIsNotForThisPacket(t *testing.T) {
	// RFC 9260 section 5.1.5 item 3.
	e := newTestEndpoint(t, assoc.Config{})
	if err := e.Bind(&Socket{Port: hostPort + 1, Backlog: 5, Config: new(assoc.Config{}.Defaults())}); err != nil {
		t.Fatal(err)
	}
	c := offered(t, e, 99)
	for why, packet := range map[string][]byte{
		"another port of ours":       packetOf(strangerPort, hostPort+1, c.tag, c.echo),
		"another port of the sender": packetOf(strangerPort+1, hostPort, c.tag, c.echo),
		"another tag":                packetOf(strangerPort, hostPort, c.tag+1, c.echo),
	} {
		wantDrop(t, why, e.Route(start, arriving("203.0.113.9", "192.0.2.1", packet)), DropCookie)
	}
	wantEmpty(t, "after refusals", e)
}

func TestCookieThatIsNotOurs(t *testing.T) {
	// RFC 9260 section 5.1.5 item 2: a byte changed anywhere, or another endpoint's.
	e := newTestEndpoint(t, assoc.Config{})
	c := offered(t, e, 99)
	for i := 4; i < c.mac+4; i++ {
		forged := c
		forged.echo = slices.Clone(c.echo)
		forged.echo[i] ^= 0x10
		wantDrop(t, "a changed byte", e.Route(start, echoed(forged)), DropCookie)
	}
	for n := range len(c.echo) - 4 {
		short := c
		short.echo = chunk(wire.ChunkCookieEcho, c.echo[4:4+n]...)
		if n < c.mac {
			wantDrop(t, "a cut cookie", e.Route(start, echoed(short)), DropCookie)
		}
	}
	other := New(Config{Seed: [32]byte{8}})
	if err := other.Bind(&Socket{Port: hostPort, Backlog: 5}); err != nil {
		t.Fatal(err)
	}
	wantDrop(t, "another endpoint's cookie", other.Route(start, echoed(c)), DropCookie)
	wantEmpty(t, "after refusals", e)
}

func TestStaleCookieIsReported(t *testing.T) {
	// RFC 9260 section 5.1.5 item 4.
	const initTag, late = 99, 250 * time.Millisecond
	e := newTestEndpoint(t, assoc.Config{ValidCookieLife: 10 * time.Second})
	c := offered(t, e, initTag)
	end := start.Add(10 * time.Second)

	report := wantReply(t, "after its life", e.Route(end.Add(late), echoed(c)), initTag, wire.ChunkError, 0)
	cause, _, err := wire.NextCause(report.Value)
	if err != nil || cause.Code != wire.CauseStaleCookie {
		t.Fatalf("ERROR %v, %v; want Stale Cookie", cause.Code, err)
	}
	if measure, err := wire.ParseStaleCookie(cause); err != nil || measure != uint32(late/time.Microsecond) {
		t.Errorf("measure of staleness %d µs, %v; want %v", measure, err, late)
	}
	wantEmpty(t, "after its life", e)
	if v := e.Route(end, echoed(c)); v.Kind != Created {
		t.Errorf("at the end of its life: verdict %d, reason %d; want an association", v.Kind, v.Reason)
	}
}

func TestStaleCookieAsksForALongerLife(t *testing.T) {
	n := newNetwork(t)
	a := n.host("A", 1, "192.0.2.1")
	a.bind(1000, 0, assoc.Config{})
	z := n.host("Z", 2, "192.0.2.2")
	z.bind(2000, 5, assoc.Config{ValidCookieLife: time.Second})
	a.connect(z, assoc.Config{RTOInitial: 10 * time.Second})
	n.deliver(0)                  // INIT
	n.deliver(0)                  // INIT ACK
	n.now = n.now.Add(1500 * 1e6) // the COOKIE ECHO is under way for 1.5 s
	n.deliver(0)
	var asked bool
	n.lose = func(_ *host, d *transport.Datagram) bool {
		in, err := wire.ParseInit(chunks(d.Data)[0])
		asked = asked || err == nil && preservative(in.Params) > 500
		return false
	}
	n.settle()
	if !asked || a.count("up") != 1 || z.count("up") != 1 {
		t.Errorf("a longer life was asked for: %v; A: %q, Z: %q", asked, a.events, z.events)
	}
}

// preservative is the Cookie Preservative among INIT parameters, in milliseconds.
func preservative(params []byte) uint32 {
	for len(params) > 0 {
		p, rest, err := wire.NextParam(params)
		if err != nil {
			return 0
		}
		if ms, err := wire.ParseCookiePreservative(p); err == nil && p.Type == wire.ParamCookiePreservative {
			return ms
		}
		params = rest
	}
	return 0
}

func TestStaleCookieOfTheSameAssociationIsValid(t *testing.T) {
	// RFC 9260 section 5.2.4 item 3: the COOKIE ACK was lost, and the echo comes again when the cookie's life is over.
	n := newNetwork(t)
	a := n.host("A", 1, "192.0.2.1")
	a.bind(1000, 0, assoc.Config{})
	z := n.host("Z", 2, "192.0.2.2")
	z.bind(2000, 5, assoc.Config{ValidCookieLife: time.Second})
	n.loseNext(wire.ChunkCookieAck)
	a.connect(z, assoc.Config{RTOInitial: 5 * time.Second})
	n.advance(6 * time.Second)
	a.wantEvents("T1-cookie", "up")
	z.wantEvents("T1-cookie", "up")
}

func TestReplayedCookieOfAnEndedAssociation(t *testing.T) {
	// Within its lifespan the cookie is valid by RFC 9260 section 5.1.5, and Linux, which keeps nothing of an ended association, makes
	// it again, half-open and with its old tags; section 5.3.1 says that these must not return. See retiredTags.
	n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
	var echo []byte
	n.lose = func(_ *host, d *transport.Datagram) bool {
		if has(d.Data, wire.ChunkCookieEcho) {
			echo = slices.Clone(d.Data)
		}
		return false
	}
	h := a.connect(z, assoc.Config{})
	a.send(h, "transfer 100")
	n.settle()
	a.shutdown(h)
	n.settle()
	z.wantEvents("the first time", "up", "ShutdownEvent", "shutdown complete")

	v := z.e.Route(n.now, arriving("192.0.2.1", "192.0.2.2", echo))
	if v.Kind != Reply || !has(v.Reply, wire.ChunkAbort) {
		t.Errorf("replayed: verdict %d, reason %d; want ABORT", v.Kind, v.Reason)
	}
	z.wantForgotten()
}

func TestReplayedCookieFromBeforeARestart(t *testing.T) {
	n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
	var echoes [][]byte
	n.lose = func(_ *host, d *transport.Datagram) bool {
		if has(d.Data, wire.ChunkCookieEcho) {
			echoes = append(echoes, slices.Clone(d.Data))
		}
		return false
	}
	meet(n, a, z)
	a.boot(3)
	a.bind(1000, 0, assoc.Config{})
	meet(n, a, z)
	a.abort(a.handles[0])
	n.settle()
	if len(echoes) != 2 {
		t.Fatalf("%d cookies were echoed, want 2", len(echoes))
	}
	for i, echo := range echoes {
		if v := z.e.Route(n.now, arriving("192.0.2.1", "192.0.2.2", echo)); v.Kind != Reply || !has(v.Reply, wire.ChunkAbort) {
			t.Errorf("cookie %d replayed: verdict %d, reason %d; want ABORT", i, v.Kind, v.Reason)
		}
	}
	z.wantForgotten()
}

func TestRetiredTagsAreLimited(t *testing.T) {
	var r retiredTags
	for tag := range uint32(3 * maxRetiredTags) {
		r.add(tag + 1)
	}
	if len(r.ring) != maxRetiredTags || len(r.set) != maxRetiredTags {
		t.Errorf("%d tags are remembered, want %d", len(r.ring), maxRetiredTags)
	}
	for _, c := range []struct {
		tag  uint32
		want bool
	}{{1, false}, {2 * maxRetiredTags, false}, {2*maxRetiredTags + 1, true}, {3 * maxRetiredTags, true}} {
		if r.has(c.tag) != c.want {
			t.Errorf("tag %d of %d remembered: %v", c.tag, 3*maxRetiredTags, !c.want)
		}
	}
}
