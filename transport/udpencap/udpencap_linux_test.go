package udpencap

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

// open opens a carrier on any port.
func openAny(t testing.TB, c Config) side {
	t.Helper()
	c.AnyPort = true
	tr, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return side{carriertest.Read(t, tr), tr.LocalPort()}
}

func TestAnswerLeavesFromTheAddressItCameTo(t *testing.T) {
	one, two := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")
	a, b := openAny(t, Config{}), openAny(t, Config{})
	for _, to := range []netip.Addr{two, one, two} {
		path := transport.Path{Local: one, Remote: to, EncapPort: b.port}
		carriertest.Write(t, a.Transport, transport.Datagram{Path: path, Data: []byte("question")})
		question := b.Next(t)
		if question.Path.Local != to {
			t.Fatalf("a packet to %v arrived with local address %v", to, question.Path.Local)
		}
		carriertest.Write(t, b.Transport, transport.Datagram{Path: question.Path, Data: []byte("answer")})
		answer := a.Next(t)
		if answer.Path != path {
			t.Fatalf("the answer came on %v, want %v", answer.Path, path)
		}
	}
}

func TestECNIsCarried(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a, b := openAny(t, Config{}), openAny(t, Config{})
			for _, ecn := range []transport.ECN{transport.ECT0, transport.NotECT, transport.ECT1, transport.CE} {
				path := transport.Path{Local: addr, Remote: addr, EncapPort: b.port}
				carriertest.Write(t, a.Transport, transport.Datagram{Path: path, Data: []byte("x"), ECN: ecn})
				if got := b.Next(t).ECN; got != ecn {
					t.Errorf("ECN field %d arrived as %d", ecn, got)
				}
			}
		})
	}
}

// Marks differ within a batch of packets of one size: a train takes one mark, so that it ends where the mark changes.
func TestECNIsThatOfEachPacketOfABatch(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a, b := openAny(t, Config{}), openAny(t, Config{})
			path := transport.Path{Local: addr, Remote: addr, EncapPort: b.port}
			marks := []transport.ECN{transport.ECT0, transport.ECT0, transport.CE, transport.NotECT, transport.NotECT, transport.NotECT, transport.ECT1}
			var ds []transport.Datagram
			for i := range 60 {
				ds = append(ds, transport.Datagram{Path: path, Data: carriertest.Packet(1, 2, i, 500), ECN: marks[i%len(marks)]})
			}
			carriertest.Write(t, a.Transport, ds...)
			for _, want := range ds {
				want.Path.EncapPort = a.port
				carriertest.Want(t, "each packet has its own mark", b.Next(t), want)
			}
		})
	}
}

// By RFC 6951 section 5.5 an unreachable UDP port means what an unreachable protocol does without UDP.
func TestUnreachablePortIsReported(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a := openAny(t, Config{})
			gone := openAny(t, Config{})
			gone.Transport.Close()
			gone.Err(t)

			d := transport.Datagram{
				Path: transport.Path{Local: addr, Remote: addr, EncapPort: gone.port},
				Data: carriertest.Packet(1, 2, 3, 100),
			}
			for range 3 {
				carriertest.Write(t, a.Transport, d)
				want := d
				want.Kind = transport.ProtocolUnreachable
				carriertest.Want(t, "the report quotes the packet and names its path", a.Next(t), want)
			}

			b := openAny(t, Config{})
			d.Path.EncapPort = b.port
			carriertest.Write(t, a.Transport, d)
			want := d
			want.Path.EncapPort = a.port
			carriertest.Want(t, "the carrier goes on after reports", b.Next(t), want)
		})
	}
}

// A packet that may be fragmented crosses a device that takes less, here the loopback device for the largest packets of IPv6.
func TestMayFragmentLetsALargePacketThrough(t *testing.T) {
	addr := carriertest.Loopback["IPv6"]
	a, b := openAny(t, Config{}), openAny(t, Config{})
	const size = 65500 // More than 65,536 bytes with IPv6 and UDP header.
	d := transport.Datagram{
		Path: transport.Path{Local: addr, Remote: addr, EncapPort: b.port},
		Data: carriertest.Packet(1, 2, 3, size),
	}
	carriertest.Write(t, a.Transport, d)
	got := a.Next(t)
	if got.Kind != transport.PacketTooBig || got.MTU != 65536-40-8 || got.Path != d.Path || len(got.Data) == 0 {
		t.Fatalf("with DF: got %s, want a report that 65,488 bytes fit", carriertest.String(got))
	}

	d.MayFragment = true
	carriertest.Write(t, a.Transport, d)
	if got := b.Next(t); len(got.Data) != size {
		t.Fatalf("fragmented: got %s, want %d bytes", carriertest.String(got), size)
	}

	d.MayFragment = false
	carriertest.Write(t, a.Transport, d)
	if got := a.Next(t); got.Kind != transport.PacketTooBig {
		t.Fatalf("DF again: got %s, want a report", carriertest.String(got))
	}
}

func TestCloseEndsWaitWritable(t *testing.T) {
	a := openAny(t, Config{})
	a.Transport.Close()
	if err := a.Transport.WaitWritable(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("WaitWritable after Close says %v, want net.ErrClosed", err)
	}
}

// roundTrip sends a train of packets over loopback and reads it, from one goroutine.
func roundTrip(tb testing.TB, a, b transport.Transport, ds, in []transport.Datagram) {
	carriertest.Write(tb, a, ds...)
	for got := 0; got < len(ds); {
		n, err := b.ReadBatch(0, in)
		if err != nil {
			tb.Fatal(err)
		}
		got += n
	}
}

func newTrain(tb testing.TB, addr netip.Addr, size, n int) (a, b *Transport, ds, in []transport.Datagram) {
	var ends [2]*Transport
	for i := range ends {
		tr, err := Open(Config{AnyPort: true, LocalAddrs: []netip.Addr{addr}})
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { tr.Close() })
		ends[i] = tr
	}
	path := transport.Path{Local: addr, Remote: addr, EncapPort: ends[1].LocalPort()}
	for i := range n {
		ds = append(ds, transport.Datagram{Path: path, Data: carriertest.Packet(1, 2, i, size), ECN: transport.ECT0})
	}
	return ends[0], ends[1], ds, make([]transport.Datagram, n)
}

func TestNoAllocations(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a, b, ds, in := newTrain(t, addr, 1200, 30)
			ds[7].Data = ds[7].Data[:500]
			ds[9].MayFragment = true
			if n := testing.AllocsPerRun(100, func() { roundTrip(t, a, b, ds, in) }); n != 0 {
				t.Errorf("%v allocations to carry %d packets, want none", n, len(ds))
			}
		})
	}
}

func BenchmarkTrain(bm *testing.B) {
	for family, addr := range carriertest.Loopback {
		bm.Run(family, func(bm *testing.B) {
			a, b, ds, in := newTrain(bm, addr, 1452, 44)
			bm.SetBytes(44 * 1452)
			bm.ReportAllocs()
			for bm.Loop() {
				roundTrip(bm, a, b, ds, in)
			}
		})
	}
}

func BenchmarkSingle(bm *testing.B) {
	a, b, ds, in := newTrain(bm, carriertest.Loopback["IPv4"], 100, 1)
	bm.ReportAllocs()
	for bm.Loop() {
		roundTrip(bm, a, b, ds, in)
	}
}
