package mmsg

import (
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
	"github.com/gosctp/sctp/transport/internal/nstest"
)

func TestMain(m *testing.M) { carriertest.Main(m) }

// newUDP makes a Group of one UDP socket at addr, and tells its port.
func newUDP(t *testing.T, addr netip.Addr, opts Options) (*Group, uint16) {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, 0)))
	if err != nil {
		t.Fatal(err)
	}
	opts.UDP = true
	g, err := NewGroup([]Bound{{Conn: conn, Addr: addr}}, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g, conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

// packets makes n packets of size bytes.
func packets(path transport.Path, n, size int) []transport.Datagram {
	var ds []transport.Datagram
	for i := range n {
		ds = append(ds, transport.Datagram{Path: path, Data: carriertest.Packet(1, 2, i, size)})
	}
	return ds
}

// A train is one message for the sender's kernel (UDP_SEGMENT) and one for the receiver's (UDP_GRO).
func TestTrainTravelsAsOneMessage(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a, _ := newUDP(t, addr, Options{})
			b, port := newUDP(t, addr, Options{})
			ds := packets(transport.Path{Local: addr, Remote: addr, EncapPort: port}, 40, 1000)
			ds[39].Data = ds[39].Data[:77] // The last one may be shorter.
			carriertest.Write(t, &carrier{a}, ds...)
			if got := a.sockets[0].out.count; got != 1 {
				t.Errorf("%d packets left in %d messages, want 1", len(ds), got)
			}
			in := make([]transport.Datagram, 16)
			for done := 0; done < len(ds); {
				n, err := b.ReadBatch(0, in)
				if err != nil {
					t.Fatal(err)
				}
				if got := b.sockets[0].in.count; got != 1 {
					t.Errorf("the packets arrived in %d messages, want 1", got)
				}
				for _, d := range in[:n] {
					if want := ds[done].Data; string(d.Data) != string(want) {
						t.Fatalf("packet %d has %d bytes that are not the %d sent", done, len(d.Data), len(want))
					}
					done++
				}
			}
		})
	}
}

func TestWithoutSegmentationEachPacketIsAMessage(t *testing.T) {
	addr := carriertest.Loopback["IPv4"]
	a, _ := newUDP(t, addr, Options{NoSegmentation: true})
	_, port := newUDP(t, addr, Options{})
	carriertest.Write(t, &carrier{a}, packets(transport.Path{Local: addr, Remote: addr, EncapPort: port}, 40, 1000)...)
	if got := a.sockets[0].out.count; got != 40 {
		t.Errorf("40 packets left in %d messages, want 40", got)
	}
}

// carrier makes a transport.Transport of a Group.
type carrier struct{ *Group }

func (*carrier) Caps() transport.Caps { return transport.Caps{} }

func TestTrainLength(t *testing.T) {
	here, there := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	path := transport.Path{Local: here, Remote: there}
	of := func(sizes ...int) []transport.Datagram {
		var ds []transport.Datagram
		for _, n := range sizes {
			ds = append(ds, transport.Datagram{Path: path, Data: make([]byte, n)})
		}
		return ds
	}
	with := func(ds []transport.Datagram, change func(d *transport.Datagram)) []transport.Datagram {
		change(&ds[1])
		return ds
	}
	equal := make([]int, 200)
	large := make([]int, 200)
	for i := range equal {
		equal[i], large[i] = 100, 9000
	}
	for _, tt := range []struct {
		name string
		ds   []transport.Datagram
		want int
	}{
		{"a single packet", of(100), 1},
		{"equal sizes", of(100, 100, 100), 3},
		{"a shorter one ends the train", of(100, 100, 50, 50), 3},
		{"a longer one does not fit in", of(100, 100, 101), 2},
		{"an empty one neither", of(100, 0), 1},
		{"an empty one is alone", of(0, 0), 1},
		{"as many as the kernel takes", of(equal...), maxSegments},
		{"as many as an IP packet has room for", of(large...), 7},
		{"one that fills an IP packet", of(65000, 65000), 1},
		{"another path", with(of(1, 1), func(d *transport.Datagram) { d.Path.Local = there }), 1},
		{"another DSCP", with(of(1, 1), func(d *transport.Datagram) { d.DSCP = 10 }), 1},
		{"another flow label", with(of(1, 1), func(d *transport.Datagram) { d.FlowLabel = 10 }), 1},
		{"another ECN field", with(of(1, 1), func(d *transport.Datagram) { d.ECN = transport.ECT0 }), 1},
		{"a probe", with(of(1, 1), func(d *transport.Datagram) { d.Probe = true }), 1},
		{"one that may be fragmented", with(of(1, 1), func(d *transport.Datagram) { d.MayFragment = true }), 1},
	} {
		if got := trainLength(tt.ds); got != tt.want {
			t.Errorf("%s: %d packets, want %d", tt.name, got, tt.want)
		}
	}
}

func TestControlMessagesReadBack(t *testing.T) {
	var c control
	copy(c.add(1, 2, 3), "abc")
	copy(c.add(4, 5, 8), "12345678")
	copy(c.add(6, 7, 1), "x")
	b := c.bytes()[:c.len]
	for _, want := range []struct {
		level, typ int32
		data       string
	}{{1, 2, "abc"}, {4, 5, "12345678"}, {6, 7, "x"}} {
		level, typ, data, rest, ok := nextControl(b)
		if !ok || level != want.level || typ != want.typ || string(data) != want.data {
			t.Errorf("got (%d, %d, %q, %t), want %v", level, typ, data, ok, want)
		}
		b = rest
	}
	if _, _, _, _, ok := nextControl(b); ok {
		t.Error("there is a control message after the last")
	}
}

func TestControlMessagesThatMakeNoSense(t *testing.T) {
	var c control
	c.add(1, 2, 8)
	b := c.bytes()
	for _, cut := range []int{0, 1, unix.SizeofCmsghdr - 1, unix.SizeofCmsghdr, unix.CmsgLen(8) - 1} {
		if _, _, _, _, ok := nextControl(b[:cut]); ok {
			t.Errorf("a control message is read from the first %d of its %d bytes", cut, unix.CmsgLen(8))
		}
	}
	clear(b[:8])
	if _, _, _, _, ok := nextControl(b); ok {
		t.Error("a control message of length zero is read")
	}
}

func TestStripIPv4(t *testing.T) {
	packet := append(make([]byte, 24), "sctp"...)
	packet[0] = 0x46
	if got := stripIPv4(packet); string(got) != "sctp" {
		t.Errorf("got %q, want what follows a header with options", got)
	}
	for _, n := range []int{0, 1, 23} {
		if got := stripIPv4(packet[:n]); len(got) != 0 {
			t.Errorf("got %q of %d bytes, fewer than the header says", got, n)
		}
	}
}

// Each ICMP message, by origin, type and code, and what an association hears of it.
func TestKindOfICMP(t *testing.T) {
	const four, six = unix.SO_EE_ORIGIN_ICMP, unix.SO_EE_ORIGIN_ICMP6
	const ignored = transport.Kind(255)
	for _, tt := range []struct {
		name              string
		origin, typ, code byte
		raw, udp          transport.Kind
	}{
		{"network unreachable", four, 3, 0, transport.Unreachable, transport.Unreachable},
		{"host unreachable", four, 3, 1, transport.Unreachable, transport.Unreachable},
		{"protocol unreachable", four, 3, 2, transport.ProtocolUnreachable, transport.ProtocolUnreachable},
		{"port unreachable", four, 3, 3, ignored, transport.ProtocolUnreachable},
		{"fragmentation needed", four, 3, 4, transport.PacketTooBig, transport.PacketTooBig},
		{"administratively prohibited", four, 3, 13, transport.Unreachable, transport.Unreachable},
		{"source quench", four, 4, 0, ignored, ignored},
		{"time exceeded", four, 11, 0, ignored, ignored},
		{"parameter problem", four, 12, 0, ignored, ignored},
		{"IPv6: no route", six, 1, 0, transport.Unreachable, transport.Unreachable},
		{"IPv6: port unreachable", six, 1, 4, ignored, transport.ProtocolUnreachable},
		{"IPv6: packet too big", six, 2, 0, transport.PacketTooBig, transport.PacketTooBig},
		{"IPv6: hop limit exceeded", six, 3, 0, ignored, ignored},
		{"IPv6: erroneous header field", six, 4, 0, ignored, ignored},
		{"IPv6: unrecognized next header", six, 4, 1, transport.ProtocolUnreachable, transport.ProtocolUnreachable},
		{"not ICMP", unix.SO_EE_ORIGIN_LOCAL, 3, 4, ignored, ignored},
	} {
		for _, carrier := range []struct {
			udp  bool
			want transport.Kind
		}{{false, tt.raw}, {true, tt.udp}} {
			s := &Socket{opts: Options{UDP: carrier.udp}}
			got, ok := s.kindOf(tt.origin, tt.typ, tt.code)
			if !ok {
				got = ignored
			}
			if got != carrier.want {
				t.Errorf("%s, in UDP: %t: kind %d, want %d", tt.name, carrier.udp, got, carrier.want)
			}
		}
	}
}

func TestOversizeReportsAreLimited(t *testing.T) {
	addr := carriertest.Loopback["IPv6"]
	g, _ := newUDP(t, addr, Options{})
	large := packets(transport.Path{Local: addr, Remote: addr, EncapPort: 9}, 3*maxOversize, 65500)
	carriertest.Write(t, &carrier{g}, large...)
	ds := make([]transport.Datagram, len(large))
	n, err := g.ReadBatch(0, ds)
	if err != nil || n != maxOversize {
		t.Errorf("%d reports (%v) are waiting after %d large packets, want %d", n, err, len(large), maxOversize)
	}
}

// router makes two hosts with a router between them, whose link to the far one has a smaller MTU.
func router(t *testing.T) (near, far *nstest.Namespace) {
	near, middle, far := nstest.New(t), nstest.New(t), nstest.New(t)
	nstest.Join(t, "gosctp0", 1500, near, []string{"10.9.1.1/24", "fd09:1::1/64"}, middle, []string{"10.9.1.9/24", "fd09:1::9/64"})
	nstest.Join(t, "gosctp1", 1400, middle, []string{"10.9.2.9/24", "fd09:2::9/64"}, far, []string{"10.9.2.2/24", "fd09:2::2/64"})
	middle.Sysctl(t, "net/ipv4/ip_forward", "1")
	middle.Sysctl(t, "net/ipv6/conf/all/forwarding", "1")
	for _, host := range []struct {
		ns      *nstest.Namespace
		gateway string
	}{{near, "1"}, {far, "2"}} {
		host.ns.IP(t, "route add default via 10.9."+host.gateway+".9")
		host.ns.IP(t, "-6 route add default via fd09:"+host.gateway+"::9")
	}
	return near, far
}

// An ICMP message from a router becomes a report that says what fits, less the headers of the carrier; a packet that may be
// fragmented gets through.
func TestPacketTooBigForARouter(t *testing.T) {
	near, far := router(t)
	for _, tt := range []struct {
		name          string
		local, remote string
		headers       int
	}{
		{"IPv4", "10.9.1.1", "10.9.2.2", 28},
		{"IPv6", "fd09:1::1", "fd09:2::2", 48},
	} {
		t.Run(tt.name, func(t *testing.T) {
			local, remote := netip.MustParseAddr(tt.local), netip.MustParseAddr(tt.remote)
			var a, b *Group
			var aPort, bPort uint16
			near.Do(func() { a, aPort = newUDP(t, local, Options{}) })
			far.Do(func() { b, bPort = newUDP(t, remote, Options{}) })
			ra, rb := carriertest.Read(t, &carrier{a}), carriertest.Read(t, &carrier{b})
			path := transport.Path{Local: local, Remote: remote, EncapPort: bPort}

			// Twice: the second one leaves the host although the kernel knows the path MTU by now.
			for _, d := range packets(path, 2, 1500-tt.headers) {
				near.Do(func() { carriertest.Write(t, &carrier{a}, d) })
				got := ra.Next(t)
				if got.Kind != transport.PacketTooBig || got.MTU != 1400-tt.headers || got.Path != path {
					t.Fatalf("got %s, want a report that %d bytes fit", carriertest.String(got), 1400-tt.headers)
				}
				if quoted := string(got.Data); len(quoted) < 12 || quoted != string(d.Data[:len(quoted)]) {
					t.Fatalf("the report quotes %d bytes that are not the packet's", len(quoted))
				}
			}

			d := packets(path, 1, 1500-tt.headers)[0]
			d.MayFragment = true
			near.Do(func() { carriertest.Write(t, &carrier{a}, d) })
			want := transport.Datagram{Data: d.Data}
			want.Path = transport.Path{Local: remote, Remote: local, EncapPort: aPort}
			carriertest.Want(t, "a packet that may be fragmented arrives", rb.Next(t), want)
		})
	}
}

// The device's MTU became smaller than the carrier last knew: sendmmsg refuses, and the association hears of it.
func TestPacketTooBigForTheDevice(t *testing.T) {
	t.Run("watched by the runtime", func(t *testing.T) { packetTooBigForTheDevice(t, false) })
	t.Run("polled", func(t *testing.T) { packetTooBigForTheDevice(t, true) })
}

func packetTooBigForTheDevice(t *testing.T, polled bool) {
	near, _ := router(t)
	local, remote := netip.MustParseAddr("10.9.1.1"), netip.MustParseAddr("10.9.1.9")
	var g *Group
	near.Do(func() { g, _ = newUDP(t, local, Options{Polled: polled}) })
	r := carriertest.Read(t, &carrier{g})
	path := transport.Path{Local: local, Remote: remote, EncapPort: 9}
	var before, after int
	near.Do(func() { before = g.MTU(path) })
	near.IP(t, "link set gosctp0 mtu 1300")
	train := packets(path, 2, before)
	near.Do(func() { carriertest.Write(t, &carrier{g}, train...) })
	for _, d := range train {
		want := d
		want.Data = d.Data[:maxQuote]
		want.Kind, want.MTU = transport.PacketTooBig, 1300-28
		carriertest.Want(t, "each packet that the device refused is reported", r.Next(t), want)
	}
	near.Do(func() { after = g.MTU(path) })
	if before != 1500-28 || after != 1300-28 {
		t.Errorf("MTU was %d and is %d, want 1472 and 1272", before, after)
	}
}

// Packets to a neighbour that does not answer fill the send buffer. When the kernel gives up, it reports them while the
// buffer is full still, and then the carrier goes on.
func TestReportsWhileTheSendBufferIsFull(t *testing.T) {
	t.Run("watched by the runtime", func(t *testing.T) { reportsWhileTheSendBufferIsFull(t, false) })
	t.Run("polled", func(t *testing.T) { reportsWhileTheSendBufferIsFull(t, true) })
}

func reportsWhileTheSendBufferIsFull(t *testing.T, polled bool) {
	near, far := nstest.New(t), nstest.New(t)
	nstest.Join(t, "gosctp0", 1500, near, []string{"10.9.0.1/24"}, far, []string{"10.9.0.2/24"})
	near.Sysctl(t, "net/ipv4/neigh/gosctp0/retrans_time_ms", "50")
	near.Sysctl(t, "net/ipv4/neigh/gosctp0/mcast_solicit", "2")
	local, absent, present := netip.MustParseAddr("10.9.0.1"), netip.MustParseAddr("10.9.0.99"), netip.MustParseAddr("10.9.0.2")
	var a, b *Group
	var port uint16
	near.Do(func() { a, _ = newUDP(t, local, Options{BufferSize: 1 << 14, Polled: polled}) })
	far.Do(func() { b, port = newUDP(t, present, Options{}) })
	ra, rb := carriertest.Read(t, &carrier{a}), carriertest.Read(t, &carrier{b})

	lost := packets(transport.Path{Local: local, Remote: absent, EncapPort: 9}, 100, 1400)
	n, err := a.WriteBatch(lost)
	if err != nil || n == 0 || n == len(lost) {
		t.Fatalf("WriteBatch took %d of %d packets (%v), want some", n, len(lost), err)
	}
	if n, err := a.WriteBatch(lost); n != 0 || err != nil {
		t.Fatalf("WriteBatch took %d packets more (%v), want none: the carrier is full", n, err)
	}
	if got := ra.Next(t); got.Kind != transport.Unreachable || got.Path != lost[0].Path {
		t.Fatalf("got %s, want a report that the neighbour is unreachable", carriertest.String(got))
	}
	if err := a.WaitWritable(); err != nil {
		t.Fatal(err)
	}
	d := packets(transport.Path{Local: local, Remote: present, EncapPort: port}, 1, 1400)[0]
	carriertest.Write(t, &carrier{a}, d)
	if got := rb.Next(t); string(got.Data) != string(d.Data) {
		t.Fatalf("got %s, want the packet that was sent when there was room again", carriertest.String(got))
	}
}
