package rawip

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
	"github.com/gosctp/sctp/transport/internal/nstest"
)

func TestMain(m *testing.M) { carriertest.Main(m) }

// open opens a carrier for ports.
func open(t testing.TB, c Config, ports ...uint16) *carriertest.Reader {
	t.Helper()
	require.That(t, permitted(), "raw sockets (CAP_NET_RAW)")
	tr, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.SetPorts(ports, false); err != nil {
		t.Fatal(err)
	}
	return carriertest.Read(t, tr)
}

func permitted() bool {
	tr, err := Open(Config{})
	if err != nil {
		return false
	}
	tr.Close()
	return true
}

// Ports of the tests: each has its own, since every raw socket of the host sees every packet.
const (
	portOfPath uint16 = 20101 + iota
	portOfFilter
	portOfFilterOther
	portOfSource
	portOfECN
	portOfLabels
	portOfBatch
	portOfAllocs
	portOfNobody
	portOfQueues
)

func TestPacketArrivesWithItsPath(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a := open(t, Config{}, portOfPath)
			d := transport.Datagram{
				Path: transport.Path{Local: addr, Remote: addr},
				Data: carriertest.Packet(1, portOfPath, 3, 100),
			}
			carriertest.Write(t, a.Transport, d)
			carriertest.Want(t, "a packet arrives as sent, without an IP header", a.Next(t), d)
		})
	}
}

func TestFilterDropsOtherPorts(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a, b := open(t, Config{}), open(t, Config{})
			filter := b.Transport.(transport.PortFilter)
			send := func(port uint16, n int) {
				path := transport.Path{Local: addr, Remote: addr}
				carriertest.Write(t, a.Transport, transport.Datagram{Path: path, Data: carriertest.Packet(1, port, n, 100)})
			}
			number := func(d transport.Datagram) byte { return d.Data[7] }

			send(portOfFilter, 1) // dropped: no port is in use yet
			if err := filter.SetPorts([]uint16{portOfFilter}, false); err != nil {
				t.Fatal(err)
			}
			send(portOfFilterOther, 2) // dropped
			send(portOfFilter, 3)
			if got := number(b.Next(t)); got != 3 {
				t.Fatalf("packet %d arrived first, want 3: the others went to ports not in use", got)
			}
			if err := filter.SetPorts([]uint16{portOfFilterOther}, false); err != nil {
				t.Fatal(err)
			}
			send(portOfFilter, 4) // dropped
			send(portOfFilterOther, 5)
			if got := number(b.Next(t)); got != 5 {
				t.Fatalf("packet %d arrived, want 5: the port of the other is no longer in use", got)
			}
			if err := filter.SetPorts(nil, true); err != nil {
				t.Fatal(err)
			}
			send(portOfNobody, 6)
			for number(b.Next(t)) != 6 { // Packets of other tests on this host may come too.
			}
		})
	}
}

func TestAnswerLeavesFromTheAddressItCameTo(t *testing.T) {
	one, two := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")
	a := open(t, Config{}, portOfSource)
	path := transport.Path{Local: one, Remote: two}
	carriertest.Write(t, a.Transport, transport.Datagram{Path: path, Data: carriertest.Packet(1, portOfSource, 1, 20)})
	question := a.Next(t)
	if want := (transport.Path{Local: two, Remote: one}); question.Path != want {
		t.Fatalf("the question came on %v, want %v", question.Path, want)
	}
	carriertest.Write(t, a.Transport, transport.Datagram{Path: question.Path, Data: carriertest.Packet(1, portOfSource, 2, 20)})
	if answer := a.Next(t); answer.Path != path {
		t.Fatalf("the answer came on %v, want %v", answer.Path, path)
	}
}

func TestECNIsCarried(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a := open(t, Config{}, portOfECN)
			for _, ecn := range []transport.ECN{transport.ECT0, transport.NotECT, transport.ECT1, transport.CE} {
				path := transport.Path{Local: addr, Remote: addr}
				carriertest.Write(t, a.Transport,
					transport.Datagram{Path: path, Data: carriertest.Packet(1, portOfECN, 1, 20), ECN: ecn})
				if got := a.Next(t).ECN; got != ecn {
					t.Errorf("ECN field %d arrived as %d", ecn, got)
				}
			}
		})
	}
}

// Marks differ within a batch of packets of one size.
func TestECNIsThatOfEachPacketOfABatch(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a := open(t, Config{}, portOfECN)
			path := transport.Path{Local: addr, Remote: addr}
			marks := []transport.ECN{transport.ECT0, transport.ECT0, transport.CE, transport.NotECT, transport.NotECT, transport.NotECT, transport.ECT1}
			var ds []transport.Datagram
			for i := range 60 {
				ds = append(ds, transport.Datagram{Path: path, Data: carriertest.Packet(1, portOfECN, i, 500), ECN: marks[i%len(marks)]})
			}
			carriertest.Write(t, a.Transport, ds...)
			for _, want := range ds {
				carriertest.Want(t, "each packet has its own mark", a.Next(t), want)
			}
		})
	}
}

func TestBatchesArriveInOrder(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			a := open(t, Config{}, portOfBatch)
			var ds []transport.Datagram
			for i := range 300 {
				ds = append(ds, transport.Datagram{
					Path: transport.Path{Local: addr, Remote: addr},
					Data: carriertest.Packet(1, portOfBatch, i, 12+i*7),
				})
			}
			carriertest.Write(t, a.Transport, ds...)
			for _, want := range ds {
				carriertest.Want(t, "each packet arrives as it was sent, in order", a.Next(t), want)
			}
		})
	}
}

// A host without SCTP says so (RFC 792, RFC 4443); RFC 9260 section 10 makes an ABORT of it.
func TestProtocolUnreachableIsReported(t *testing.T) {
	near, far := nstest.New(t), nstest.New(t)
	nstest.Join(t, "gosctp0", 1500, near, []string{"10.9.0.1/24", "fd09::1/64"}, far, []string{"10.9.0.2/24", "fd09::2/64"})
	for _, remote := range []string{"10.9.0.2", "fd09::2"} {
		t.Run(remote, func(t *testing.T) {
			var tr *Transport
			var err error
			near.Do(func() { tr, err = Open(Config{}) })
			if err != nil {
				t.Fatal(err)
			}
			a := carriertest.Read(t, tr)
			to := netip.MustParseAddr(remote)
			d := transport.Datagram{Path: transport.Path{Remote: to}, Data: carriertest.Packet(1, 2, 3, 100)}
			carriertest.Write(t, tr, d)
			want := d
			want.Kind = transport.ProtocolUnreachable
			want.Path.Local = to.Prev() // The near end of the link.
			carriertest.Want(t, "the report quotes the packet and names its path", a.Next(t), want)
		})
	}
}

func TestAddressesThatChange(t *testing.T) {
	ns := nstest.New(t)
	ns.IP(t, "link add gosctp0 type veth peer name gosctp1")
	ns.IP(t, "link set gosctp0 up")
	var tr *Transport
	var err error
	ns.Do(func() { tr, err = Open(Config{}) })
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	added := netip.MustParseAddr("10.9.0.1")
	ns.IP(t, "addr add 10.9.0.1/24 dev gosctp0")
	for {
		var addrs []netip.Addr
		ns.Do(func() { addrs, err = tr.LocalAddrs() })
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(addrs, added) {
			if i := slices.Index(addrs, carriertest.Loopback["IPv4"]); i < slices.Index(addrs, added) {
				t.Errorf("local addresses are %v, want loopback last", addrs)
			}
			return
		}
		<-tr.AddrChanges() // The test times out if none comes.
	}
}

func TestCapsAndMTU(t *testing.T) {
	a := open(t, Config{})
	if got, want := a.Transport.Caps(), (transport.Caps{MultiHomed: true, Shared: true, FirstHopMTU: true, ECN: true, Writers: 1}); got != want {
		t.Errorf("Caps are %+v, want %+v", got, want)
	}
	four, six := carriertest.Loopback["IPv4"], carriertest.Loopback["IPv6"]
	if got, want := a.Transport.MTU(transport.Path{Local: four, Remote: four}), 65535-20; got != want {
		t.Errorf("MTU of IPv4 over loopback is %d, want %d", got, want)
	}
	if got, want := a.Transport.MTU(transport.Path{Remote: six}), 65536-40; got != want {
		t.Errorf("MTU of IPv6 over loopback is %d, want %d", got, want)
	}
}

func TestCloseEndsReading(t *testing.T) {
	a := open(t, Config{})
	a.Transport.Close()
	for range a.Transport.Queues() {
		if err := a.Err(t); !errors.Is(err, net.ErrClosed) {
			t.Errorf("ReadBatch ended with %v, want net.ErrClosed", err)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	require.That(t, permitted(), "raw sockets (CAP_NET_RAW)")
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			tr, err := Open(Config{LocalAddrs: []netip.Addr{addr}})
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			if err := tr.SetPorts([]uint16{portOfAllocs}, false); err != nil {
				t.Fatal(err)
			}
			var ds []transport.Datagram
			for i := range 20 {
				path := transport.Path{Local: addr, Remote: addr}
				ds = append(ds, transport.Datagram{Path: path, Data: carriertest.Packet(1, portOfAllocs, i, 1400)})
			}
			in := make([]transport.Datagram, 20)
			n := testing.AllocsPerRun(100, func() {
				carriertest.Write(t, tr, ds...)
				for got := 0; got < len(ds); {
					n, err := tr.ReadBatch(0, in)
					if err != nil {
						t.Fatal(err)
					}
					got += n
				}
			})
			if n != 0 {
				t.Errorf("%v allocations to carry %d packets, want none", n, len(ds))
			}
		})
	}
}

// unprivilegedEnv makes this test binary try what an ordinary user may do.
const unprivilegedEnv = "GOSCTP_TEST_UNPRIVILEGED"

func TestWithoutPrivilegeTheErrorNamesTheAlternative(t *testing.T) {
	if os.Getenv(unprivilegedEnv) == "" && os.Geteuid() == 0 {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		// The descriptor stays readable for a user who may not enter the directory that the binary is in.
		file, err := os.Open(exe)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		cmd := exec.Command("/proc/self/fd/3", "-test.run=^"+t.Name()+"$")
		cmd.ExtraFiles = []*os.File{file}
		cmd.Dir = "/"
		cmd.Env = append(os.Environ(), unprivilegedEnv+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("as an ordinary user: %v\n%s", err, out)
		}
		return
	}
	tr, err := Open(Config{})
	if err == nil {
		tr.Close()
	}
	require.That(t, err != nil, "unprivileged user without raw sockets")
	if !errors.Is(err, transport.ErrNotPermitted) {
		t.Errorf("the error is %v, want one that wraps ErrNotPermitted", err)
	}
	for _, word := range []string{"CAP_NET_RAW", "sctp/udp"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error %q does not name %s", err, word)
		}
	}
}
