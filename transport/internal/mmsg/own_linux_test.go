package mmsg

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

// crowded makes as if the process had n sockets with threads of their own.
func crowded(t *testing.T, n int32) {
	before := waiting.Swap(n)
	t.Cleanup(func() { waiting.Add(before - n) })
}

// kinds are the ways in which a socket is waited for.
func kinds(t *testing.T, f func(t *testing.T, opts Options)) {
	for _, k := range []struct {
		name   string
		others int32
		opts   Options
	}{
		{"a thread waits", 0, Options{}},
		{"the runtime waits", maxWaiting, Options{}},
		{"the user waits", 0, Options{Polled: true}},
		{"looks before it waits", maxWaiting, Options{BusyPoll: time.Millisecond}},
		{"looks for long", maxWaiting, Options{BusyPoll: time.Hour}},
	} {
		t.Run(k.name, func(t *testing.T) {
			crowded(t, k.others)
			f(t, k.opts)
		})
	}
}

func TestFewSocketsHaveAThread(t *testing.T) {
	before := runtime.GOMAXPROCS(4)
	defer runtime.GOMAXPROCS(before)
	addr := carriertest.Loopback["IPv4"]
	crowded(t, maxWaiting-1)
	own := func(g *Group) bool { _, own := g.sockets[0].fd.(*ownDescriptor); return own }
	first, _ := newUDP(t, addr, Options{})
	second, _ := newUDP(t, addr, Options{})
	if !own(first) || own(second) {
		t.Errorf("threads: %v %v, want one for the first of two", own(first), own(second))
	}
	if busy, _ := newUDP(t, addr, Options{BusyPoll: 1}); !own(busy) {
		t.Error("who busy polls has none")
	}
	first.Close()
	if third, _ := newUDP(t, addr, Options{}); !own(third) {
		t.Error("a closed one keeps its thread")
	}
	runtime.GOMAXPROCS(1)
	waiting.Store(0)
	if fourth, _ := newUDP(t, addr, Options{}); own(fourth) {
		t.Error("a thread waits where there is but one processor")
	}
	waiting.Store(maxWaiting)
}

func TestBusyPollIsBounded(t *testing.T) {
	g, _ := newUDP(t, carriertest.Loopback["IPv4"], Options{BusyPoll: time.Hour})
	if spin := g.sockets[0].fd.(*ownDescriptor).spin; spin != maxBusyPoll {
		t.Errorf("looks for %v", spin)
	}
}

// What a reader does not look for at each of yieldEvery tries has to come all the same: packets, reports and interruptions.
func TestReadingHoweverOneWaits(t *testing.T) {
	addr := carriertest.Loopback["IPv4"]
	kinds(t, func(t *testing.T, opts Options) {
		a, _ := newUDP(t, addr, opts)
		b, port := newUDP(t, addr, opts)
		r := carriertest.Read(t, &carrier{b})
		for _, d := range packets(transport.Path{Local: addr, Remote: addr, EncapPort: port}, 2*yieldEvery, 100) {
			carriertest.Write(t, &carrier{a}, d)
			if got := r.Next(t); string(got.Data) != string(d.Data) {
				t.Fatalf("got %s", carriertest.String(got))
			}
		}
		// A report of a port that nobody has.
		nobody, err := net.ListenUDP("udp", &net.UDPAddr{IP: addr.AsSlice()})
		if err != nil {
			t.Fatal(err)
		}
		closed := nobody.LocalAddr().(*net.UDPAddr).AddrPort().Port()
		nobody.Close()
		carriertest.Write(t, &carrier{b}, packets(transport.Path{Local: addr, Remote: addr, EncapPort: closed}, 1, 100)...)
		if got := r.Next(t); got.Kind != transport.Unreachable && got.Kind != transport.ProtocolUnreachable {
			t.Errorf("instead of a report, %s", carriertest.String(got))
		}
		b.Close()
		if err := r.Err(t); !errors.Is(err, net.ErrClosed) {
			t.Errorf("reading ends with %v, want net.ErrClosed", err)
		}
	})
}

func TestInterrupt(t *testing.T) {
	addr := carriertest.Loopback["IPv4"]
	kinds(t, func(t *testing.T, opts Options) {
		g, port := newUDP(t, addr, opts)
		ds := make([]transport.Datagram, 4)
		path := transport.Path{Local: addr, Remote: addr, EncapPort: port}
		read := func(want int) error {
			if n, err := g.ReadBatch(0, ds); n != want || err != nil {
				return fmt.Errorf("read %d packets, %v; want %d", n, err, want)
			}
			return nil
		}
		g.Interrupt(0) // before
		if err := read(0); err != nil {
			t.Error(err)
		}
		for range 50 {
			ended := make(chan error)
			go func() { ended <- read(0) }()
			runtime.Gosched()
			g.Interrupt(0) // before or while it waits
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
		}
		// Afterwards reading is as it was.
		carriertest.Write(t, &carrier{g}, packets(path, 1, 100)...)
		if err := read(1); err != nil {
			t.Error(err)
		}
		g.Close()
		g.Interrupt(0) // nobody is there
		if _, err := g.ReadBatch(0, ds); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}
