package endpoint

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

var dtls = assoc.Carrier{ErrorDetection: transport.DTLS}

// overDTLS is two hosts with sockets of which A's does not listen, on a carrier that finds damaged packets itself.
func overDTLS(t *testing.T) (n *network, a, z *host) {
	n = newNetwork(t)
	n.carrier = dtls
	a, z = n.host("A", 1, "192.0.2.1"), n.host("Z", 2, "192.0.2.2")
	a.bind(1000, 0, assoc.Config{})
	z.bind(2000, 5, assoc.Config{})
	return n, a, z
}

// clearChecksum makes the checksum of a packet zero.
func clearChecksum(packet []byte) []byte {
	packet = slices.Clone(packet)
	clear(packet[8:wire.HeaderLen])
	return packet
}

// countZero has the network count the packets by whether their checksum is zero.
func countZero(n *network) (zero, sealed *int) {
	zero, sealed = new(int), new(int)
	n.lose = func(_ *host, d *transport.Datagram) bool {
		if h, err := wire.ParseHeader(d.Data); err == nil && h.Checksum == 0 {
			*zero++
		} else {
			*sealed++
		}
		return false
	}
	return zero, sealed
}

// RFC 9653: INIT, INIT ACK and COOKIE ECHO have a checksum, what follows has none.
func TestZeroChecksumFromBeginningToEnd(t *testing.T) {
	n, a, z := overDTLS(t)
	zero, sealed := countZero(n)
	meet(n, a, z)
	if *sealed != 3 {
		t.Errorf("%d packets of the handshake have a checksum, want INIT, INIT ACK and COOKIE ECHO", *sealed)
	}
	long := strings.Repeat("0123456789", 1000)
	a.send(a.handles[0], long)
	z.send(z.handles[0], "hello")
	n.advance(time.Second)
	if got := z.read(z.handles[0]); !slices.Equal(got, []string{long}) {
		t.Errorf("Z read %d messages", len(got))
	}
	if got := a.read(a.handles[0]); !slices.Equal(got, []string{"hello"}) {
		t.Errorf("A read %q", got)
	}
	if *sealed != 3 || *zero < 10 {
		t.Errorf("%d packets with and %d without a checksum, want 3 with it", *sealed, *zero)
	}
	a.shutdown(a.handles[0])
	n.settle()
	if *sealed != 4 {
		t.Errorf("%d packets have a checksum, want one more: SHUTDOWN COMPLETE is of an association that is over", *sealed)
	}
	if len(a.dropped)+len(z.dropped) != 0 {
		t.Errorf("dropped: %v, %v", a.dropped, z.dropped)
	}
	a.wantForgotten()
	z.wantForgotten()
}

// RFC 9653 section 5.3: who did not announce the parameter drops every packet with a wrong checksum, zero or not.
func TestZeroChecksumIsNotAcceptedUnasked(t *testing.T) {
	for name, test := range map[string]struct {
		carrier assoc.Carrier
		config  assoc.Config
	}{
		"over plain packets": {assoc.Carrier{}, assoc.Config{Enable: assoc.ZeroChecksum}},
		"disabled":           {dtls, assoc.Config{Disable: assoc.ZeroChecksum}},
	} {
		n := newNetwork(t)
		n.carrier = test.carrier
		a, z := n.host("A", 1, "192.0.2.1"), n.host("Z", 2, "192.0.2.2")
		a.bind(1000, 0, assoc.Config{})
		z.bind(2000, 5, test.config)
		a.connect(z, test.config)
		n.settle()
		for _, h := range []*host{a, z} {
			for _, packet := range packetsFor(h) {
				v := h.e.Route(n.now, &transport.Datagram{Path: h.handles[0].Assoc.Paths(nil)[0], Data: clearChecksum(packet)})
				wantDrop(t, name+": to "+h.name, v, DropChecksum)
			}
		}
	}
}

// packetsFor are packets that could be of the peer of h's only association.
func packetsFor(h *host) [][]byte {
	a := h.handles[0]
	var list [][]byte
	for _, c := range [][]byte{dataChunk("x"), chunk(wire.ChunkHeartbeat), chunk(wire.ChunkAbort)} {
		list = append(list, packetOf(a.peerPort, a.Socket.Port, a.Assoc.LocalTag(), c))
	}
	return list
}

// The peer of an association that accepts zero checksums need not use them, and may not send anything else that is wrong.
func TestOnlyZeroIsLetThrough(t *testing.T) {
	n, a, z := overDTLS(t)
	meet(n, a, z)
	way := z.handles[0].Assoc.Paths(nil)[0]
	for _, packet := range packetsFor(z) {
		for what, p := range map[string][]byte{"right": packet, "zero": clearChecksum(packet)} {
			if v := z.e.Route(n.now, &transport.Datagram{Path: way, Data: p}); v.Kind != Deliver || v.Handle != z.handles[0] {
				t.Errorf("a packet with %s checksum: verdict %d, reason %d", what, v.Kind, v.Reason)
			}
		}
		packet[8] ^= 1
		wantDrop(t, "a wrong checksum", z.e.Route(n.now, &transport.Datagram{Path: way, Data: packet}), DropChecksum)
		packet[0] ^= 1
		wantDrop(t, "zero from another port", z.e.Route(n.now, &transport.Datagram{Path: way, Data: clearChecksum(packet)}), DropChecksum)
		packet[0] ^= 1
		wantDrop(t, "zero from another address", z.e.Route(n.now, arriving("192.0.2.77", "192.0.2.2", clearChecksum(packet))), DropChecksum)
	}
	short := clearChecksum(packetsFor(z)[0])[:wire.HeaderLen-1]
	wantDrop(t, "less than a header", z.e.Route(n.now, &transport.Datagram{Path: way, Data: short}), DropMalformed)
}

// RFC 9653 section 5.3 allows to process out-of-the-blue packets with a zero checksum; we do not, nor after an association has ended.
func TestZeroChecksumOfStrangersIsWrong(t *testing.T) {
	n, a, z := overDTLS(t)
	meet(n, a, z)
	path := z.handles[0].Assoc.Paths(nil)[0]
	list := packetsFor(z)
	a.abort(a.handles[0])
	n.settle()
	for _, packet := range list {
		wantDrop(t, "after the end", z.e.Route(n.now, &transport.Datagram{Path: path, Data: clearChecksum(packet)}), DropChecksum)
	}
	for name, c := range map[string][]byte{
		"INIT": initChunk(5), "COOKIE ECHO": chunk(wire.ChunkCookieEcho, 1, 2, 3), "SHUTDOWN ACK": chunk(wire.ChunkShutdownAck),
	} {
		packet := packetOf(strangerPort, 2000, 0, c)
		wantDrop(t, name, z.e.Route(n.now, arriving("203.0.113.9", "192.0.2.2", clearChecksum(packet))), DropChecksum)
	}
}

// RFC 9653 section 3 shows an INIT of which zero is the right checksum: it is a packet like others, for everybody.
func TestZeroMayBeTheRightChecksum(t *testing.T) {
	in := wire.Init{Tag: 0xfcb75cca, ARwnd: 1500, OutStreams: 1, InStreams: 1}
	packet := packetOf(5001, 5001, 0, in.Append(nil, wire.ChunkInit))
	if h, _ := wire.ParseHeader(packet); h.Checksum != 0 {
		t.Fatalf("the checksum of figure 1 is %#x", h.Checksum)
	}
	for _, carrier := range []assoc.Carrier{{}, dtls} {
		e := New(Config{Carrier: carrier})
		if err := e.Bind(&Socket{Port: 5001, Backlog: 1, Config: new(assoc.Config{}.Defaults())}); err != nil {
			t.Fatal(err)
		}
		if v := e.Route(start, arriving("203.0.113.9", "192.0.2.1", packet)); v.Kind != Reply {
			t.Errorf("carrier %+v: verdict %d, reason %d, want INIT ACK", carrier, v.Kind, v.Reason)
		}
	}
}

// A peer that lost its memory is heard all the same: its INIT and COOKIE ECHO have checksums, and then it accepts zero again.
func TestZeroChecksumAfterARestart(t *testing.T) {
	n, a, z := overDTLS(t)
	meet(n, a, z)
	a.boot(9)
	a.bind(1000, 0, assoc.Config{})
	a.connect(z, assoc.Config{})
	n.settle()
	z.send(z.handles[0], "are you there?")
	n.advance(time.Second)
	if got := a.read(a.handles[0]); !slices.Equal(got, []string{"are you there?"}) || z.count("restart") != 1 {
		t.Errorf("A read %q, Z saw %q", got, z.events)
	}
	if len(a.dropped)+len(z.dropped) != 0 {
		t.Errorf("dropped: %v, %v", a.dropped, z.dropped)
	}
}

// Both sides begin at once (RFC 9260 section 5.2.1).
func TestZeroChecksumAfterACollision(t *testing.T) {
	n, a, z := overDTLS(t)
	a.connect(z, assoc.Config{})
	z.connect(a, assoc.Config{})
	n.settle()
	a.send(a.handles[0], "one")
	z.send(z.handles[0], "two")
	n.advance(time.Second)
	if got := append(a.read(a.handles[0]), z.read(z.handles[0])...); !slices.Equal(got, []string{"two", "one"}) {
		t.Errorf("read %q; A saw %q, Z %q", got, a.events, z.events)
	}
	for _, h := range []*host{a, z} {
		if !h.handles[0].Assoc.Status().Extensions.Has(assoc.ZeroChecksum) || len(h.dropped) > 0 {
			t.Errorf("%s uses %v, dropped %v", h.name, h.handles[0].Assoc.Status().Extensions, h.dropped)
		}
	}
}

// BenchmarkZeroChecksum is what a checksum costs the receiver of a packet.
func BenchmarkZeroChecksum(b *testing.B) {
	for _, carrier := range []assoc.Carrier{{}, dtls} {
		name := "checksum"
		if carrier == dtls {
			name = "zero"
		}
		b.Run(name, func(b *testing.B) {
			e := New(Config{Carrier: carrier})
			s := &Socket{Port: hostPort, Config: new(assoc.Config{}.Defaults())}
			if err := e.Bind(s); err != nil {
				b.Fatal(err)
			}
			h, err := e.Connect(start, s, new(assoc.Config{}.Defaults()), strangerPort, []netip.Addr{netip.MustParseAddr("203.0.113.9")}, 0)
			if err != nil {
				b.Fatal(err)
			}
			packet := stranger(h.tag, dataChunk(strings.Repeat("x", 1400)))
			if carrier == dtls {
				packet = clearChecksum(packet)
			}
			d := arriving("203.0.113.9", "192.0.2.1", packet)
			b.SetBytes(int64(len(packet)))
			for b.Loop() {
				if v := e.Route(start, d); v.Kind != Deliver {
					b.Fatal(v)
				}
			}
		})
	}
}
