package endpoint

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// forger makes packets from random addresses and ports, all of them correct in form.
type forger struct {
	rand *rand.Rand
	d    transport.Datagram
	// at is where in the packet four more random bytes go.
	at int
}

func newForger(packet []byte, at int) *forger {
	return &forger{rand: rand.New(rand.NewPCG(1, 2)), d: *arriving("203.0.113.9", "192.0.2.1", packet), at: at}
}

// Where random bytes go: the Verification Tag of any packet, the Initiate Tag of an INIT.
const (
	atTag         = 4
	atInitiateTag = wire.HeaderLen + 4
)

// next returns one more packet, valid until the next call.
func (f *forger) next() *transport.Datagram {
	r := f.rand.Uint64()
	addr := [4]byte{byte(1 + r%223), byte(r >> 8), byte(r >> 16), byte(r >> 24)}
	f.d.Path.Remote = netip.AddrFrom4(addr)
	binary.BigEndian.PutUint16(f.d.Data, uint16(r>>32)|1)
	binary.BigEndian.PutUint32(f.d.Data[f.at:], uint32(f.rand.Uint64())|1)
	wire.Seal(f.d.Data)
	return &f.d
}

// raceEnabled tells that the race detector makes everything ten times slower.
var raceEnabled bool

// floodSize is how many packets a flood has.
func floodSize() int {
	if testing.Short() || raceEnabled {
		return 50_000
	}
	return 1_000_000
}

// flood gives forged packets to an endpoint, a microsecond apart, and checks that it has kept none of it. All of them have to meet the
// same verdict.
func flood(t *testing.T, e *Endpoint, f *forger, want VerdictKind) {
	t.Helper()
	const warmUp = 1000 // lets buffers find their size
	now := start
	route := func(count int) {
		for range count {
			now = now.Add(time.Microsecond)
			if v := e.Route(now, f.next()); v.Kind != want {
				t.Fatalf("verdict %d, reason %d; want %d", v.Kind, v.Reason, want)
			}
		}
	}
	route(warmUp)
	before := heap()
	route(floodSize())
	after := heap()
	// The runtime's own books, and what other tests left to finalizers, move by some objects. A single byte kept of each packet would be
	// a megabyte.
	const bytes, objects = 64 << 10, 200
	if after.HeapAlloc > before.HeapAlloc+bytes || after.HeapObjects > before.HeapObjects+objects {
		t.Errorf("the heap grew from %d bytes in %d objects to %d in %d",
			before.HeapAlloc, before.HeapObjects, after.HeapAlloc, after.HeapObjects)
	}
	wantEmpty(t, "after the flood", e)
	runtime.KeepAlive(e)
}

// heap measures what is reachable.
func heap() (m runtime.MemStats) {
	runtime.GC()
	runtime.GC() // the second one frees what the first one swept into pools
	runtime.ReadMemStats(&m)
	return m
}

func TestFloodOfInitsLeavesTheHeapWhereItWas(t *testing.T) {
	flood(t, newTestEndpoint(t, assoc.Config{}), newForger(stranger(0, initChunk(1, "198.51.100.7", "2001:db8::7")), atInitiateTag), Reply)
}

func TestFloodOfForgedCookiesLeavesTheHeapWhereItWas(t *testing.T) {
	e := newTestEndpoint(t, assoc.Config{})
	c := offered(t, e, 99)
	flood(t, e, newForger(stranger(c.tag, c.echo), wire.HeaderLen+c.mac), Drop)
}

func TestFloodOfStolenCookiesLeavesTheHeapWhereItWas(t *testing.T) {
	// The cookie is genuine, but neither the ports nor the tag of the packets are its own.
	e := newTestEndpoint(t, assoc.Config{})
	c := offered(t, e, 99)
	flood(t, e, newForger(stranger(c.tag, c.echo), atTag), Drop)
}

func TestFloodOutOfTheBlueLeavesTheHeapWhereItWas(t *testing.T) {
	flood(t, newTestEndpoint(t, assoc.Config{}), newForger(stranger(someTag, dataChunk("x")), atTag), Reply)
}

func TestRouteOfAKnownAssociationAllocatesNothing(t *testing.T) {
	e, ds := withAssociations(t, 3)
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		if v := e.Route(start, &ds[i%len(ds)]); v.Kind != Deliver {
			t.Fatalf("verdict %d, reason %d", v.Kind, v.Reason)
		}
		i++
	}); n != 0 {
		t.Errorf("%v allocations per packet", n)
	}
}

// withAssociations returns an endpoint with associations, and a packet of DATA for each of them.
func withAssociations(t testing.TB, count int) (*Endpoint, []transport.Datagram) {
	t.Helper()
	e := newTestEndpoint(t, assoc.Config{})
	ds := make([]transport.Datagram, count)
	for i := range ds {
		ds[i] = *arriving("203.0.113.9", "192.0.2.1", packetOf(uint16(6000+i), hostPort, 0, initChunk(99)))
		ack := e.Route(start, &ds[i])
		o := offerIn(t, ack.Reply)
		ds[i].Data = packetOf(uint16(6000+i), hostPort, o.tag, o.echo)
		v := e.Route(start, &ds[i])
		if v.Kind != Created {
			t.Fatalf("verdict %d, reason %d; want an association", v.Kind, v.Reason)
		}
		e.Taken(v.Handle)
		ds[i].Data = packetOf(uint16(6000+i), hostPort, o.tag, dataChunk("some data"))
	}
	return e, ds
}

func BenchmarkRouteKnown(b *testing.B) {
	for _, c := range []struct {
		name  string
		count int
	}{{"run of one association", 1}, {"round robin of a thousand", 1000}} {
		b.Run(c.name, func(b *testing.B) {
			e, ds := withAssociations(b, c.count)
			i := 0
			for b.Loop() {
				e.Route(start, &ds[i])
				if i++; i == len(ds) {
					i = 0
				}
			}
		})
	}
}

func BenchmarkRouteInit(b *testing.B) {
	e := newTestEndpoint(b, assoc.Config{})
	benchmarkRoute(b, e, arriving("203.0.113.9", "192.0.2.1", stranger(0, initChunk(1))))
}

func BenchmarkRouteForgedCookie(b *testing.B) {
	e := newTestEndpoint(b, assoc.Config{})
	c := offered(b, e, 99)
	c.echo[c.mac]++
	benchmarkRoute(b, e, arriving("203.0.113.9", "192.0.2.1", stranger(c.tag, c.echo)))
}

func BenchmarkRouteOutOfTheBlue(b *testing.B) {
	benchmarkRoute(b, newTestEndpoint(b, assoc.Config{}), arriving("203.0.113.9", "192.0.2.1", stranger(someTag, dataChunk("x"))))
}

func benchmarkRoute(b *testing.B, e *Endpoint, d *transport.Datagram) {
	b.ReportAllocs()
	const now = start
	want := e.Route(now, d).Kind
	for b.Loop() {
		if v := e.Route(now, d); v.Kind != want {
			b.Fatalf("verdict %d, at first %d", v.Kind, want)
		}
	}
}

// An INIT costs little as long as nobody knows where it is from: the cookie with what surrounds it, and the peer's address.
func TestAnswerToInitAllocatesLittle(t *testing.T) {
	e, f := newTestEndpoint(t, assoc.Config{}), newForger(stranger(0, initChunk(1)), atInitiateTag)
	now := start
	n := testing.AllocsPerRun(1000, func() {
		now = now.Add(time.Microsecond)
		if v := e.Route(now, f.next()); v.Kind != Reply {
			t.Fatalf("verdict %d, reason %d", v.Kind, v.Reason)
		}
	})
	const most = 2
	if n > most {
		t.Errorf("the answer to an INIT costs %v allocations, want %d at most", n, most)
	}
}
