package mmsg

import (
	"net"
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
	"github.com/gosctp/sctp/transport/internal/nstest"
)

// newRaw makes a Group of one raw socket of SCTP at addr.
func newRaw(t *testing.T, addr netip.Addr) *Group {
	t.Helper()
	network := "ip4:132"
	if addr.Is6() {
		network = "ip6:132"
	}
	conn, err := net.ListenPacket(network, addr.String())
	if err != nil {
		t.Fatal(err)
	}
	g, err := NewGroup([]Bound{{Conn: conn.(*net.IPConn), Addr: addr}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// A link whose far end drops what is larger, and says nothing, lets packets through that are cut to the size that is known to fit. There
// is no router that would do it, and the near end's device takes more.
func TestFragmentsOfAKnownSize(t *testing.T) {
	const known = 1200
	near, far := nstest.New(t), nstest.New(t)
	nstest.Join(t, "gosctp0", 1500, near, []string{"10.9.0.1/24", "fd09::1/64"}, far, []string{"10.9.0.2/24", "fd09::2/64"})
	far.IP(t, "link set gosctp0 mtu 1280")
	for _, tt := range []struct {
		name                 string
		local, remote, bound string
		udp                  bool
	}{
		{"IPv4", "10.9.0.1", "10.9.0.2", "10.9.0.1", false},
		{"IPv6", "fd09::1", "fd09::2", "fd09::1", false},
		{"UDP in IPv4", "10.9.0.1", "10.9.0.2", "10.9.0.1", true},
		{"UDP in IPv4, bound to an address", "", "10.9.0.2", "10.9.0.1", true},
		{"UDP in IPv4, without a source", "", "10.9.0.2", "0.0.0.0", true},
		{"UDP in IPv6", "fd09::1", "fd09::2", "fd09::1", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			remote, bound := netip.MustParseAddr(tt.remote), netip.MustParseAddr(tt.bound)
			path := transport.Path{Remote: remote}
			if tt.local != "" {
				path.Local = netip.MustParseAddr(tt.local)
			}
			var a, b *Group
			var port uint16
			near.Do(func() {
				if tt.udp {
					a, port = newUDP(t, bound, Options{})
				} else {
					a = newRaw(t, bound)
				}
			})
			back := transport.Path{Local: remote, Remote: netip.MustParseAddr("10.9.0.1"), EncapPort: port}
			if remote.Is6() {
				back.Remote = netip.MustParseAddr("fd09::1")
			}
			far.Do(func() {
				if tt.udp {
					b, path.EncapPort = newUDP(t, remote, Options{})
				} else {
					b = newRaw(t, remote)
				}
			})
			in := carriertest.Read(t, &carrier{b})
			for _, size := range []int{known + 1, 1201 + 11, 1452, 3001, 60000} {
				d := packets(path, 1, size)[0]
				d.MayFragment, d.MTU = true, known
				small := packets(path, 2, 100)
				near.Do(func() { carriertest.Write(t, &carrier{a}, small[0], d, small[1]) })
				for _, sent := range []transport.Datagram{small[0], d, small[1]} {
					carriertest.Want(t, "what is cut to size arrives, in its turn", in.Next(t), transport.Datagram{Path: back, Data: sent.Data})
				}
			}
			// Large packets that must not be cut vanish, as the link is made to.
			whole := packets(path, 1, 1440)[0]
			whole.Probe = true // or both leave as a train, which the link takes for one large packet that is to be cut elsewhere
			last := packets(path, 1, 99)[0]
			near.Do(func() { carriertest.Write(t, &carrier{a}, whole, last) })
			carriertest.Want(t, "only the small one arrives", in.Next(t), transport.Datagram{Path: back, Data: last.Data})
		})
	}
}

// Without the privilege for a socket of its own, or after Close, nothing is cut here.
func TestCutsOnlyWhatItCan(t *testing.T) {
	d := packets(transport.Path{Remote: carriertest.Loopback["IPv4"]}, 1, 1400)[0]
	d.MayFragment, d.MTU = true, 1200
	s := &Socket{shared: &shared{}}
	s.shared.fragments.fd4, s.shared.fragments.fd6 = -1, -1
	if s.cuts(&d) {
		t.Error("cuts without a socket")
	}
	s.shared.fragments.open()
	require.That(t, s.cuts(&d), "raw sockets (CAP_NET_RAW)")
	for name, change := range map[string]func(d *transport.Datagram){
		"must not be cut": func(d *transport.Datagram) { d.MayFragment = false },
		"fits":            func(d *transport.Datagram) { d.MTU = 1400 },
		"of unknown size": func(d *transport.Datagram) { d.MTU = 0 },
		"cut to nothing":  func(d *transport.Datagram) { d.MTU = leastPiece - 1 },
	} {
		other := d
		if change(&other); s.cuts(&other) {
			t.Errorf("a packet is cut that is: %s", name)
		}
	}
	s.shared.fragments.close()
	s.shared.fragments.close()
	if s.cuts(&d) {
		t.Error("cuts after the end")
	}
	if s.sendFragments(&d); s.shared.fragments.fd4 >= 0 {
		t.Error("there is a socket after the end")
	}
}

func TestOnesSum(t *testing.T) {
	// The example of RFC 1071 section 3.
	if got := onesSum(0, []byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}); got != 0xddf2 {
		t.Errorf("sum %#x, want 0xddf2", got)
	}
	if got := onesSum(0xff00, []byte{1}); got != 0x0001 {
		t.Errorf("sum of an odd byte with carry %#x, want 1", got)
	}
}
