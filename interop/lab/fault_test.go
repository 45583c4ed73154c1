//go:build linux

package lab

import (
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/require"
)

// The values of the ECN field (RFC 3168 section 5).
const (
	ect0 = 2
	ce   = 3
)

// arrival is a packet that arrived: its number and its ECN field.
type arrival struct{ number, ecn byte }

// TestImpairedLink sends packets that understand congestion marks over an impaired link: by the count of each direction, every third is
// lost, and every second of the others marked.
func TestImpairedLink(t *testing.T) {
	near, sockets := impairable(t)
	exchange := func(name string, want []arrival) {
		t.Helper()
		for from, to := range []int{1, 0} {
			send(t, sockets[from], endAddrs[to], 7)
			if got := receive(t, sockets[to], len(want)); !slices.Equal(got, want) {
				t.Errorf("%s, from end %d: %v arrived, want %v", name, from, got, want)
			}
		}
	}

	// The second call takes the place of the first.
	for _, f := range []Faults{{Lose: 2}, {Lose: 3, Mark: 2}} {
		if err := near.Impair(f, "wire"); err != nil {
			t.Fatal(err)
		}
	}
	exchange("impaired", []arrival{{0, ect0}, {1, ce}, {3, ect0}, {4, ce}, {6, ect0}})
	if err := near.Heal(); err != nil {
		t.Fatal(err)
	}
	exchange("healed", []arrival{{0, ect0}, {1, ect0}, {2, ect0}, {3, ect0}, {4, ect0}, {5, ect0}, {6, ect0}})
}

// TestOneDirectionIsLost has either direction lost, and then what is longer than the other packets.
func TestOneDirectionIsLost(t *testing.T) {
	near, sockets := impairable(t)
	for _, f := range []struct {
		faults  Faults
		arrives [2]bool // what the near end sends, and the far end
	}{
		{Faults{Inward: true}, [2]bool{true, false}},
		{Faults{Outward: true}, [2]bool{false, true}},
		{Faults{Inward: true, Outward: true}, [2]bool{}},
		{Faults{Above: 28}, [2]bool{}}, // the headers alone are as long as that
		{Faults{Above: 29}, [2]bool{true, true}},
	} {
		if err := near.Impair(f.faults, "wire"); err != nil {
			t.Fatal(err)
		}
		for from := range sockets {
			send(t, sockets[from], endAddrs[1-from], 2)
		}
		wantLost(t, near, f.faults)
		if err := near.Heal(); err != nil {
			t.Fatal(err)
		}
		for from, arrives := range f.arrives {
			want := []arrival{{0, ect0}, {1, ect0}, {0, ect0}}
			if !arrives {
				want = want[2:]
			}
			send(t, sockets[from], endAddrs[1-from], 1) // which shows that nothing more comes
			if got := receive(t, sockets[1-from], len(want)); !slices.Equal(got, want) {
				t.Errorf("%+v, from end %d: %v arrived, want %v", f.faults, from, got, want)
			}
		}
	}
}

// TestRelay has packets pass a relay, in both directions, not before their time, and none while it is cut.
func TestRelay(t *testing.T) {
	needsLinks(t)
	near, middle, far := newNamespace(t), newNamespace(t), newNamespace(t)
	for name, end := range map[string]*Namespace{"near": near, "far": far} {
		if err := Connect(name, middle, nil, end, []string{map[string]string{"near": "192.0.2.1/24", "far": "192.0.2.2/24"}[name]}); err != nil {
			t.Fatal(err)
		}
	}
	const delay = 30 * time.Millisecond
	relay, err := middle.Relay("near", "far", delay)
	if err != nil {
		t.Fatal(err)
	}
	defer relay.Close()
	sockets := [2]int{udpSocket(t, near, endAddrs[0]), udpSocket(t, far, endAddrs[1])}
	for from, to := range []int{1, 0} {
		began := time.Now()
		send(t, sockets[from], endAddrs[to], 2)
		receive(t, sockets[to], 2)
		if took := time.Since(began); took < delay {
			t.Errorf("from end %d: after %v, want %v at least", from, took, delay)
		}
	}
	relay.Cut()
	send(t, sockets[0], endAddrs[1], 2)
	send(t, sockets[1], endAddrs[0], 2)
	for began := time.Now(); relay.Lost() < 4; {
		if time.Since(began) > patience {
			t.Fatalf("%d packets were lost, want 4", relay.Lost())
		}
	}
	relay.Mend()
	for from, to := range []int{1, 0} {
		send(t, sockets[from], endAddrs[to], 2)
		receive(t, sockets[to], 2)
	}
}

// endAddrs are the addresses of the two ends of a link.
var endAddrs = [2][4]byte{{192, 0, 2, 1}, {192, 0, 2, 2}}

// impairable makes a link between two namespaces, and a socket at each end.
func impairable(t *testing.T) (near *Namespace, sockets [2]int) {
	t.Helper()
	needsLinks(t)
	require.Tool(t, "nft")
	near, far := newNamespace(t), newNamespace(t)
	if err := Connect("wire", near, []string{"192.0.2.1/24"}, far, []string{"192.0.2.2/24"}); err != nil {
		t.Fatal(err)
	}
	return near, [2]int{udpSocket(t, near, endAddrs[0]), udpSocket(t, far, endAddrs[1])}
}

func needsLinks(t *testing.T) {
	t.Helper()
	require.Root(t)
	for _, tool := range []string{"ip", "ethtool", "sysctl"} {
		require.Tool(t, tool)
	}
}

// newNamespace makes a namespace that lasts as long as the test.
func newNamespace(t *testing.T) *Namespace {
	t.Helper()
	n, err := NewNamespace()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// testPort is the UDP port of the sockets.
const testPort = 9

// udpSocket opens a socket inside a namespace that sets and reads the ECN field.
func udpSocket(t *testing.T, n *Namespace, addr [4]byte) (fd int) {
	t.Helper()
	err := n.inside(func() (err error) {
		if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err != nil {
			return err
		}
		return unix.Bind(fd, &unix.SockaddrInet4{Port: testPort, Addr: addr})
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	for option, value := range map[int]int{unix.IP_TOS: ect0, unix.IP_RECVTOS: 1} {
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, option, value); err != nil {
			t.Fatal(err)
		}
	}
	limit := unix.NsecToTimeval(patience.Nanoseconds())
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &limit); err != nil {
		t.Fatal(err)
	}
	return fd
}

// send sends packets that hold their number.
func send(t *testing.T, fd int, to [4]byte, count byte) {
	t.Helper()
	for number := range count {
		if err := unix.Sendto(fd, []byte{number}, 0, &unix.SockaddrInet4{Port: testPort, Addr: to}); err != nil {
			t.Fatal(err)
		}
	}
}

// receive reads as many packets as are expected to arrive.
func receive(t *testing.T, fd, count int) (got []arrival) {
	t.Helper()
	data, control := make([]byte, 1), make([]byte, 64)
	for range count {
		_, size, _, _, err := unix.Recvmsg(fd, data, control, 0)
		if err != nil {
			t.Fatalf("after %v: %v", got, err)
		}
		messages, err := unix.ParseSocketControlMessage(control[:size])
		if err != nil || len(messages) != 1 {
			t.Fatalf("control messages %v, %v", messages, err)
		}
		got = append(got, arrival{data[0], messages[0].Data[0]})
	}
	return got
}

// wantLost waits until the packets are counted that two from each end have become.
func wantLost(t *testing.T, n *Namespace, f Faults) {
	t.Helper()
	want := 0
	for _, lost := range []bool{f.Inward, f.Outward} {
		if lost {
			want += 2
		}
	}
	for {
		got, err := n.Lost()
		if err != nil || got > want {
			t.Fatalf("%+v: %d packets were lost, want %d; %v", f, got, want, err)
		}
		if got == want {
			return
		}
	}
}
