package udpencap

import (
	"errors"
	"maps"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

func TestMain(m *testing.M) { carriertest.Main(m) }

// side is one end of a test.
type side struct {
	*carriertest.Reader
	port uint16
}

// portableCarrier makes a carrier of the portable implementation, which is thus tested on systems that do not use it.
type portableCarrier struct{ *portable }

func (p portableCarrier) Caps() transport.Caps {
	return transport.Caps{MultiHomed: true, Encapsulated: true, ECN: p.ECN()}
}

// onEach runs a test with each implementation and address family.
func onEach(t *testing.T, f func(t *testing.T, open func(...netip.Addr) side, addr netip.Addr)) {
	openers := map[string]func(t *testing.T, addrs ...netip.Addr) side{
		"system": func(t *testing.T, addrs ...netip.Addr) side {
			tr, err := Open(Config{AnyPort: true, LocalAddrs: addrs})
			if err != nil {
				t.Fatal(err)
			}
			return side{carriertest.Read(t, tr), tr.LocalPort()}
		},
		"portable": func(t *testing.T, addrs ...netip.Addr) side {
			p, port, err := openPortable(Config{LocalAddrs: addrs, PeerPort: DefaultPort}, 0)
			if err != nil {
				t.Fatal(err)
			}
			return side{carriertest.Read(t, portableCarrier{p}), port}
		},
	}
	for _, name := range slices.Sorted(maps.Keys(openers)) {
		for family, addr := range carriertest.Loopback {
			t.Run(name+"/"+family, func(t *testing.T) {
				f(t, func(addrs ...netip.Addr) side { return openers[name](t, addrs...) }, addr)
			})
		}
	}
}

func TestPacketArrivesWithItsPath(t *testing.T) {
	onEach(t, func(t *testing.T, open func(...netip.Addr) side, addr netip.Addr) {
		a, b := open(), open()
		sent := transport.Datagram{
			Path: transport.Path{Local: addr, Remote: addr, EncapPort: b.port},
			Data: carriertest.Packet(1, 2, 3, 100),
		}
		carriertest.Write(t, a.Transport, sent)
		want := sent
		want.Path.EncapPort = a.port
		got := b.Next(t)
		carriertest.Want(t, "the path of a packet names the sender's UDP port", got, want)

		carriertest.Write(t, b.Transport, transport.Datagram{Path: got.Path, Data: sent.Data})
		carriertest.Want(t, "a packet's path is the way back", a.Next(t), sent)
	})
}

func TestPacketsOfAllSizesArriveInOrder(t *testing.T) {
	onEach(t, func(t *testing.T, open func(...netip.Addr) side, addr netip.Addr) {
		a, b := open(), open()
		sizes := []int{100, 100, 100, 40, 100, 200, 200, 1452, 1452, 1452, 1452, 12, 9000, 9000, 9000, 60000, 30000, 30000}
		var ds []transport.Datagram
		path := transport.Path{Local: addr, Remote: addr, EncapPort: b.port}
		for i := range 90 {
			ds = append(ds, transport.Datagram{Path: path, Data: carriertest.Packet(1, 2, i, sizes[i%len(sizes)])})
		}
		// The peer reads while we write; a round fits into the smallest socket buffer.
		for round := range slices.Chunk(ds, len(sizes)/3) {
			carriertest.Write(t, a.Transport, round...)
			for _, want := range round {
				want.Path.EncapPort = a.port
				carriertest.Want(t, "each packet arrives as it was sent, in order", b.Next(t), want)
			}
		}
		b.Idle(t)
	})
}

func TestWithoutSourceAddressTheSystemChooses(t *testing.T) {
	onEach(t, func(t *testing.T, open func(...netip.Addr) side, addr netip.Addr) {
		a, b := open(addr), open(addr)
		data := carriertest.Packet(1, 2, 3, 100)
		carriertest.Write(t, a.Transport, transport.Datagram{Path: transport.Path{Remote: addr, EncapPort: b.port}, Data: data})
		want := transport.Datagram{Path: transport.Path{Local: addr, Remote: addr, EncapPort: a.port}, Data: data}
		carriertest.Want(t, "the packet arrives from the host's address", b.Next(t), want)
	})
}

func TestPacketsWithoutAWayCountAsTaken(t *testing.T) {
	onEach(t, func(t *testing.T, open func(...netip.Addr) side, addr netip.Addr) {
		a, b := open(addr), open(addr)
		good := transport.Datagram{Path: transport.Path{Local: addr, Remote: addr, EncapPort: b.port}, Data: []byte("good")}
		lost := []transport.Datagram{good, good, good}
		lost[0].Path = transport.Path{} // no destination
		lost[1].Path.Local = netip.MustParseAddr("192.0.2.77")
		lost[2].Path.Local = netip.MustParseAddr("2001:db8::77")
		carriertest.Write(t, a.Transport, append(lost, good)...)
		if got := b.Next(t); string(got.Data) != "good" {
			t.Errorf("got %q, want the one packet that has a way", got.Data)
		}
		b.Idle(t)
	})
}

func TestCloseEndsReading(t *testing.T) {
	onEach(t, func(t *testing.T, open func(...netip.Addr) side, addr netip.Addr) {
		a := open()
		a.Transport.Close()
		for range a.Transport.Queues() {
			if err := a.Err(t); !errors.Is(err, net.ErrClosed) {
				t.Errorf("ReadBatch ended with %v, want net.ErrClosed", err)
			}
		}
		_, err := a.Transport.WriteBatch([]transport.Datagram{{Path: transport.Path{Remote: addr}, Data: []byte("x")}})
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("WriteBatch after Close says %v, want net.ErrClosed", err)
		}
	})
}

func TestMTUOfLoopback(t *testing.T) {
	onEach(t, func(t *testing.T, open func(...netip.Addr) side, addr netip.Addr) {
		a := open(addr)
		want := 65535 - 20 - 8
		if addr.Is6() {
			want = 65536 - 40 - 8 // the device's MTU
		}
		if got := a.Transport.MTU(transport.Path{Local: addr, Remote: addr}); got != want {
			t.Errorf("MTU is %d, want %d: the largest IP packet without IP and UDP header", got, want)
		}
	})
}

func TestLocalAddrs(t *testing.T) {
	onEach(t, func(t *testing.T, open func(...netip.Addr) side, addr netip.Addr) {
		all, err := open().Transport.LocalAddrs()
		if err != nil || !slices.Contains(all, addr) {
			t.Errorf("all addresses are %v (%v), want %v among them", all, err, addr)
		}
		one, err := open(addr).Transport.LocalAddrs()
		if err != nil || !slices.Equal(one, []netip.Addr{addr}) {
			t.Errorf("addresses are %v (%v), want those that were configured: %v", one, err, addr)
		}
	})
}

func TestPortInUse(t *testing.T) {
	addrs := []netip.Addr{carriertest.Loopback["IPv4"]}
	first, err := Open(Config{AnyPort: true, LocalAddrs: addrs})
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, err = Open(Config{Port: first.LocalPort(), LocalAddrs: addrs})
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a port in use gives %v, want EADDRINUSE", err)
	}
	second, err := Open(Config{Port: first.LocalPort(), AnyPort: true, LocalAddrs: addrs})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if second.LocalPort() == first.LocalPort() || second.LocalPort() == 0 {
		t.Errorf("AnyPort gave port %d beside %d", second.LocalPort(), first.LocalPort())
	}
}

func TestCaps(t *testing.T) {
	tr, err := Open(Config{AnyPort: true})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if got, want := tr.Caps(), (transport.Caps{MultiHomed: true, Encapsulated: true, FirstHopMTU: true, ECN: runtime.GOOS == "linux", Writers: 1}); got != want {
		t.Errorf("Caps are %+v, want %+v", got, want)
	}
}
