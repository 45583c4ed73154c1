package assoc

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/cookie"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// pair is two real associations, one the peer of the other. Packets between them take a millisecond.
type pair struct {
	// pieces is the room for pieces of packets, nil if they are built whole, and whole for one that was in pieces.
	pieces  [][]byte
	whole   []byte
	ends    [2]*Association
	now     mono.Time
	d       transport.Datagram
	buf     []byte
	scratch []byte
	// inTransit bounds the bytes that transfer has under way.
	inTransit int
}

// addrOf is the address of each end.
var addrOf = [2]netip.Addr{local1, peer1}

// newPair returns a pair over carriers that know neither ECN nor damage, unless using says otherwise.
func newPair(tb testing.TB, changes ...func(*Config)) *pair {
	tb.Helper()
	p := &pair{now: mono.Time(time.Hour), buf: make([]byte, 65535), scratch: make([]byte, 128<<10), inTransit: inTransit}
	cfg := Config{MaxBurst: 64, Disable: ECN | ZeroChecksum}
	for _, f := range changes {
		f(&cfg)
	}
	left := Params{LocalPort: localPort, PeerPort: peerPort, LocalAddrs: []netip.Addr{local1}, PeerAddrs: []netip.Addr{peer1}, Carrier: dtls}
	right := Params{LocalPort: peerPort, PeerPort: localPort, LocalAddrs: []netip.Addr{peer1}, PeerAddrs: []netip.Addr{local1}, Carrier: dtls}
	p.ends[0] = Connect(p.now, &cfg, left, Identity{Tag: localTag, Seed: [32]byte{1}})
	var d transport.Datagram
	if !p.ends[0].NextPacket(p.now, p.buf, &d) {
		tb.Fatal("no INIT")
	}
	h, _ := wire.ParseHeader(d.Data)
	c, _, _ := wire.NextChunk(d.Data[wire.HeaderLen:])
	jar := cookie.NewJar([32]byte{})
	way := transport.Path{Local: peer1, Remote: local1}
	ack := AnswerInit(nil, p.now, jar, &transport.Datagram{Path: way}, h, c,
		&Offer{Config: cfg.Defaults(), Tag: peerTag, TSN: 1, LocalAddrs: []netip.Addr{peer1}, Carrier: dtls, Auth: AuthVector(&cfg, func() uint64 { return 1 })})
	ackChunk, _, _ := wire.NextChunk(ack[wire.HeaderLen:])
	content, err := jar.Open(p.now, cookieIn(ackChunk))
	if err != nil {
		tb.Fatal(err)
	}
	p.ends[1] = Accept(p.now, &cfg, right, Identity{Tag: peerTag, Seed: [32]byte{3}}, content)
	p.ends[0].Deliver(p.now, &transport.Datagram{Path: transport.Path{Local: local1, Remote: peer1}, Data: ack})
	p.run()
	for _, a := range p.ends {
		if got := a.Status().Extensions; a.State() != StateEstablished || got != cfg.offered(dtls)&AllExtensions {
			tb.Fatalf("%v after the handshake, with %v", a.State(), got)
		}
		for _, way := range a.Paths(nil) {
			a.SetMTU(p.now, way.Remote, testMTU)
		}
	}
	return p
}

// run carries packets until neither end has any, and lets timers expire that are due.
func (p *pair) run() {
	d := &p.d
	for more := true; more; {
		more = false
		for i, a := range p.ends {
			peer := p.ends[1-i]
			a.Written()
			for d.Rest = p.pieces; a.NextPacket(p.now, p.buf, d); d.Rest = p.pieces {
				more = true
				if len(d.Rest) > 0 {
					p.whole = d.Append(p.whole[:0])
					d.Data = p.whole
				}
				d.Path.Local, d.Path.Remote = d.Path.Remote, addrOf[i]
				peer.Deliver(p.now, d)
				p.drain(peer)
			}
			p.drain(a)
		}
		p.now = p.now.Add(time.Millisecond)
		for _, a := range p.ends {
			if a.NextDeadline().Reached(p.now) {
				a.Expire(p.now)
				more = true
			}
		}
	}
}

func (p *pair) drain(a *Association) {
	for _, ok := a.NextEvent(); ok; _, ok = a.NextEvent() {
	}
}

// inTransit is what a reader who keeps up leaves under way.
const inTransit = 64 << 10

// transfer sends n messages from one end to the other and reads them there.
func (p *pair) transfer(tb testing.TB, n int, m *Message) {
	tb.Helper()
	a, z := p.ends[0], p.ends[1]
	for read, sent := 0, 0; read < n; {
		for sent < n && (sent-read)*len(m.Data) < p.inTransit && a.Send(p.now, m) == nil {
			sent++
		}
		p.run()
		before := read
		for {
			k, info, ok := z.Receive(p.now, p.scratch)
			if !ok {
				break
			}
			if k != len(m.Data) || !info.EOR {
				tb.Fatalf("read %d bytes of %d", k, len(m.Data))
			}
			read++
		}
		if read == before { // everything waits for a delayed acknowledgement, or for a timer
			p.now = p.now.Add(200 * time.Millisecond)
			a.Expire(p.now)
			z.Expire(p.now)
		}
	}
}

var messageSizes = []int{64, 1 << 10, 64 << 10}

// using has exactly these extensions used.
func using(e Extensions) func(*Config) {
	return func(c *Config) {
		c.Enable, c.Disable = e, AllExtensions&^e
		if e.Has(Interleaving) {
			c.FragmentInterleave = 2
		}
	}
}

// So it is with much under way, which comes free at one time. What is kept for it goes with the next heartbeat.
func TestSteadyStateWithMuchUnderWay(t *testing.T) {
	for _, size := range messageSizes {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			p := newPair(t, using(0), func(c *Config) { c.SendBuffer, c.RecvBuffer, c.HBInterval = 4<<20, 16<<20, time.Hour })
			p.inTransit = 1 << 20
			m := &Message{Data: make([]byte, size)}
			n := p.inTransit / size
			for range 20 {
				p.transfer(t, n, m)
			}
			if allocs := testing.AllocsPerRun(5, func() { p.transfer(t, n, m) }); allocs > 0 {
				t.Errorf("%.0f allocations for %d messages of %d bytes, want none", allocs, n, size)
			}
			p.now = p.now.Add(2 * time.Hour)
			p.run()
			if allocs := testing.AllocsPerRun(1, func() {
				p.now = p.now.Add(2 * time.Hour)
				p.run()
				p.transfer(t, n, m)
			}); allocs < 1 {
				t.Error("everything is kept while nothing is sent")
			}
		})
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	for _, use := range []Extensions{0, DefaultExtensions, AllExtensions} {
		for _, size := range messageSizes {
			t.Run(fmt.Sprintf("%v/%d", use, size), func(t *testing.T) {
				p := newPair(t, using(use))
				m := &Message{Data: make([]byte, size)}
				n := 2 * inTransit / size
				for range 20 {
					p.transfer(t, n, m) // until the windows, rings and pools have their size
				}
				if allocs := testing.AllocsPerRun(10, func() { p.transfer(t, n, m) }); allocs > 0 {
					t.Errorf("%.0f allocations for %d messages of %d bytes, want none", allocs, n, size)
				}
			})
		}
	}
}

// So it is with packets in pieces.
func TestSteadyStateInPieces(t *testing.T) {
	p := newPair(t, using(0))
	p.pieces, p.whole = make([][]byte, 0, 8), make([]byte, 0, len(p.buf))
	for _, a := range p.ends {
		for _, way := range a.Paths(nil) {
			a.SetMTU(p.now, way.Remote, len(p.buf))
		}
	}
	m := &Message{Data: make([]byte, 2*gatherLeast)}
	for range 20 {
		p.transfer(t, 10, m)
	}
	if allocs := testing.AllocsPerRun(10, func() { p.transfer(t, 10, m) }); allocs > 0 || len(p.whole) == 0 {
		t.Errorf("%.0f allocations, want none; the last packet in pieces had %d bytes", allocs, len(p.whole))
	}
}

// BenchmarkTransfer is all the work of both ends for a message, without any carrier.
func BenchmarkTransfer(b *testing.B) {
	for _, size := range messageSizes {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			p := newPair(b)
			m := &Message{Data: make([]byte, size)}
			p.transfer(b, max(1, 4<<20/size), m)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			b.ResetTimer()
			p.transfer(b, b.N, m)
		})
	}
}

// BenchmarkExtensions is the same for messages of 1 KiB with extensions in use, one at a time.
func BenchmarkExtensions(b *testing.B) {
	for _, use := range []Extensions{0, Interleaving, ECN, ZeroChecksum, NRSack, AllExtensions} {
		b.Run(use.String(), func(b *testing.B) {
			p := newPair(b, using(use))
			m := &Message{Data: make([]byte, 1024)}
			p.transfer(b, 4096, m)
			b.SetBytes(1024)
			b.ReportAllocs()
			b.ResetTimer()
			p.transfer(b, b.N, m)
		})
	}
}
