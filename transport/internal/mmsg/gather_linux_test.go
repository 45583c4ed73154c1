package mmsg

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
	"github.com/gosctp/sctp/transport/internal/nstest"
)

// cut cuts a packet into a first piece and n more.
func cut(d transport.Datagram, n int) transport.Datagram {
	whole := d.Data
	at := len(whole) / (n + 1)
	d.Data = whole[:at]
	for i := 1; i <= n; i++ {
		end := min((i+1)*at, len(whole))
		if i == n {
			end = len(whole)
		}
		d.Rest = append(d.Rest, whole[i*at:end])
	}
	return d
}

// Packets in pieces arrive whole, in trains or one by one, as many pieces as there are; with more than there may be they are lost.
func TestPacketsInPieces(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		for _, segmentation := range []bool{true, false} {
			t.Run(family, func(t *testing.T) {
				a, _ := newUDP(t, addr, Options{NoSegmentation: !segmentation})
				b, port := newUDP(t, addr, Options{})
				if !a.Gathers() {
					t.Fatal("it does not gather")
				}
				in := carriertest.Read(t, &carrier{b})
				path := transport.Path{Local: addr, Remote: addr, EncapPort: port}
				for _, n := range []int{1, 2, 7, 20, transport.MaxPieces} {
					whole := packets(path, 40, 1000)
					whole[39].Data = whole[39].Data[:77]
					var ds []transport.Datagram
					for i, d := range whole {
						if i%5 > 0 {
							d = cut(d, n)
						}
						ds = append(ds, d)
					}
					lost := cut(packets(path, 1, 1000)[0], transport.MaxPieces+1)
					ds = append(ds, lost)
					carriertest.Write(t, &carrier{a}, ds...)
					for _, want := range whole {
						if got := in.Next(t); string(got.Data) != string(want.Data) {
							t.Fatalf("in %d pieces: %d bytes arrived that are not the %d sent", n, len(got.Data), len(want.Data))
						}
					}
				}
			})
		}
	}
}

// The arrays of a call have room for so many pieces, and for all of one packet.
func TestFillStopsWhereThereIsNoRoom(t *testing.T) {
	if sendPieces < 2*sendMessages || sendPieces < 1+transport.MaxPieces {
		t.Errorf("room for %d pieces", sendPieces)
	}
	d := cut(packets(transport.Path{}, 1, 1000)[0], 2)
	iovs := make([]unix.Iovec, 8)
	if packets, pieces := fill(iovs, []transport.Datagram{d, d, d}); packets != 2 || pieces != 6 {
		t.Errorf("%d packets in %d pieces, want 2 in 6", packets, pieces)
	}
	if packets, pieces := fill(iovs[:2], []transport.Datagram{d}); packets != 0 || pieces != 0 {
		t.Errorf("%d packets in %d pieces, want none", packets, pieces)
	}
}

// A packet in pieces that is to be fragmented is cut like any other.
func TestFragmentsOfAPacketInPieces(t *testing.T) {
	near, far := nstest.New(t), nstest.New(t)
	nstest.Join(t, "gosctp0", 1500, near, []string{"10.9.0.1/24"}, far, []string{"10.9.0.2/24"})
	local, remote := netip.MustParseAddr("10.9.0.1"), netip.MustParseAddr("10.9.0.2")
	open := func(udp bool, addr netip.Addr) (g *Group, port uint16) {
		if udp {
			return newUDP(t, addr, Options{})
		}
		return newRaw(t, addr), 0
	}
	for _, udp := range []bool{true, false} {
		var a, b *Group
		path := transport.Path{Local: local, Remote: remote}
		near.Do(func() { a, _ = open(udp, local) })
		far.Do(func() { b, path.EncapPort = open(udp, remote) })
		in := carriertest.Read(t, &carrier{b})
		whole := packets(path, 1, 3000)[0]
		d := cut(whole, 3)
		d.MayFragment, d.MTU = true, 1200
		near.Do(func() { carriertest.Write(t, &carrier{a}, d) })
		if got := in.Next(t); string(got.Data) != string(whole.Data) {
			t.Errorf("UDP: %t: %d bytes arrived that are not the %d sent", udp, len(got.Data), len(whole.Data))
		}
	}
}
