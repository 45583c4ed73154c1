package mmsg

import (
	"errors"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

// awaitInput polls until an input is readable, and returns its queue; -1 if none is.
func awaitInput(g *Group, timeout time.Duration) int {
	var set []unix.PollFd
	for _, in := range g.Inputs() {
		set = append(set, unix.PollFd{Fd: int32(in.Descriptor), Events: unix.POLLIN})
	}
	for end := time.Now().Add(timeout); ; {
		n, err := unix.Poll(set, max(0, int(time.Until(end).Milliseconds())))
		if err == unix.EINTR {
			continue
		}
		for i := range set {
			if n > 0 && set[i].Revents != 0 {
				return g.Inputs()[i].Queue
			}
		}
		return -1
	}
}

// tryAll reads without waiting until there is nothing, and returns how many Datagrams there were.
func tryAll(t *testing.T, g *Group) (total int) {
	t.Helper()
	ds := make([]transport.Datagram, 8)
	for {
		n, err := g.TryReadBatch(0, ds)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return total
		}
		total += n
	}
}

func TestPolledInputs(t *testing.T) {
	addr := carriertest.Loopback["IPv4"]
	a, _ := newUDP(t, addr, Options{Polled: true})
	b, port := newUDP(t, addr, Options{Polled: true})
	path := transport.Path{Local: addr, Remote: addr, EncapPort: port}
	if n := tryAll(t, b); n != 0 || awaitInput(b, 0) != -1 {
		t.Errorf("%d packets, and input, where nothing was sent", n)
	}
	carriertest.Write(t, &carrier{a}, packets(path, 20, 100)...) // one train: more than tryAll reads at once
	if awaitInput(b, 10*time.Second) != 0 {
		t.Fatal("no input where there are packets")
	}
	if n := tryAll(t, b); n != 20 {
		t.Errorf("%d packets, want 20", n)
	}
	if awaitInput(b, 0) != -1 {
		t.Error("input where everything is read")
	}
}

func TestPolledInputShowsReportsOfThisHost(t *testing.T) {
	addr := carriertest.Loopback["IPv6"]
	g, _ := newUDP(t, addr, Options{Polled: true})
	carriertest.Write(t, &carrier{g}, packets(transport.Path{Local: addr, Remote: addr, EncapPort: 9}, 2, 65500)...)
	if awaitInput(g, 10*time.Second) != 0 {
		t.Fatal("no input where there are reports")
	}
	if n := tryAll(t, g); n != 2 {
		t.Errorf("%d reports, want 2", n)
	}
	if awaitInput(g, 0) != -1 {
		t.Error("input where everything is read")
	}
}

func TestPolledCarrierCanBeReadByGoroutines(t *testing.T) {
	addr := carriertest.Loopback["IPv4"]
	a, _ := newUDP(t, addr, Options{Polled: true})
	b, port := newUDP(t, addr, Options{Polled: true})
	r := carriertest.Read(t, &carrier{b})
	for _, d := range packets(transport.Path{Local: addr, Remote: addr, EncapPort: port}, 3, 100) {
		carriertest.Write(t, &carrier{a}, d)
		if got := r.Next(t); string(got.Data) != string(d.Data) {
			t.Fatalf("got %s", carriertest.String(got))
		}
	}
	if err := b.WaitWritable(); err != nil {
		t.Error(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Err(t); !errors.Is(err, net.ErrClosed) {
		t.Errorf("reading ends with %v, want net.ErrClosed", err)
	}
	_, tried := b.TryReadBatch(0, make([]transport.Datagram, 1))
	for what, err := range map[string]error{"closing again": b.Close(), "WaitWritable": b.WaitWritable(), "TryReadBatch": tried} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v, want net.ErrClosed", what, err)
		}
	}
}

// A carrier that the runtime watches has no inputs, and can be asked all the same.
func TestInputsOfOtherCarriers(t *testing.T) {
	addr := carriertest.Loopback["IPv4"]
	g, _ := newUDP(t, addr, Options{})
	if len(g.Inputs()) != 0 || tryAll(t, g) != 0 {
		t.Error("inputs, or packets")
	}
}
