//go:build linux

package lab

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

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
	require.Root(t)
	for _, tool := range []string{"ip", "ethtool", "sysctl", "nft"} {
		require.Tool(t, tool)
	}
	var ends [2]*Namespace
	for i := range ends {
		n, err := NewNamespace()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { n.Close() })
		ends[i] = n
	}
	addrs := [2][4]byte{{192, 0, 2, 1}, {192, 0, 2, 2}}
	if err := Connect("wire", ends[0], []string{"192.0.2.1/24"}, ends[1], []string{"192.0.2.2/24"}); err != nil {
		t.Fatal(err)
	}
	sockets := [2]int{udpSocket(t, ends[0], addrs[0]), udpSocket(t, ends[1], addrs[1])}
	exchange := func(name string, want []arrival) {
		t.Helper()
		for from, to := range []int{1, 0} {
			send(t, sockets[from], addrs[to], 7)
			if got := receive(t, sockets[to], len(want)); !slices.Equal(got, want) {
				t.Errorf("%s, from end %d: %v arrived, want %v", name, from, got, want)
			}
		}
	}

	// The second call takes the place of the first.
	for _, f := range []Faults{{Lose: 2}, {Lose: 3, Mark: 2}} {
		if err := ends[0].Impair(f, "wire"); err != nil {
			t.Fatal(err)
		}
	}
	exchange("impaired", []arrival{{0, ect0}, {1, ce}, {3, ect0}, {4, ce}, {6, ect0}})
	if err := ends[0].Heal(); err != nil {
		t.Fatal(err)
	}
	exchange("healed", []arrival{{0, ect0}, {1, ect0}, {2, ect0}, {3, ect0}, {4, ect0}, {5, ect0}, {6, ect0}})
}

// testPort is the UDP port of the sockets.
const testPort = 9

// udpSocket opens a socket inside a namespace that sets and reads the ECN field.
func udpSocket(t *testing.T, n *Namespace, addr [4]byte) (fd int) {
	t.Helper()
	inside, err := os.Open(filepath.Join("/run/netns", n.Name))
	if err != nil {
		t.Fatal(err)
	}
	defer inside.Close()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlock it: the thread ends with the goroutine, in the wrong namespace as it is
		done <- func() (err error) {
			if err = unix.Setns(int(inside.Fd()), unix.CLONE_NEWNET); err != nil {
				return err
			}
			if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err != nil {
				return err
			}
			return unix.Bind(fd, &unix.SockaddrInet4{Port: testPort, Addr: addr})
		}()
	}()
	if err := <-done; err != nil {
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
