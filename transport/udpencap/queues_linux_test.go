package udpencap

import (
	"net/netip"
	"sync"
	"testing"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

// The packets of one peer come over one queue, each once; those of many peers over several.
func TestQueuesShareByPeer(t *testing.T) {
	for family, addr := range carriertest.Loopback {
		t.Run(family, func(t *testing.T) {
			const queues, peers, times = 4, 40, 5
			tr, err := Open(Config{FreePort: true, LocalAddrs: []netip.Addr{addr}, Queues: queues})
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			if tr.Queues() != queues || tr.Caps().Writers != queues {
				t.Fatalf("%d queues and %d writers", tr.Queues(), tr.Caps().Writers)
			}
			type arrival struct {
				queue int
				peer  uint16
				n     byte
			}
			arrivals := make(chan arrival, peers*times)
			var readers sync.WaitGroup
			defer readers.Wait()
			defer tr.Close()
			for queue := range queues {
				readers.Go(func() {
					in := make([]transport.Datagram, 64)
					for {
						n, err := tr.ReadBatch(queue, in)
						if err != nil {
							return
						}
						for _, d := range in[:n] {
							arrivals <- arrival{queue, d.Path.EncapPort, d.Data[0]}
						}
					}
				})
			}
			to := transport.Path{Local: addr, Remote: addr, EncapPort: tr.LocalPort()}
			for range peers {
				peer := openAny(t, Config{LocalAddrs: []netip.Addr{addr}})
				for i := range times {
					carriertest.Write(t, peer.Transport, transport.Datagram{Path: to, Data: []byte{byte(i)}})
				}
			}
			queueOf, seen, used := make(map[uint16]int), make(map[arrival]bool), make(map[int]bool)
			for range peers * times {
				a := <-arrivals
				if q, known := queueOf[a.peer]; known && q != a.queue {
					t.Fatalf("packets of one peer came over queues %d and %d", q, a.queue)
				}
				if seen[a] {
					t.Fatalf("packet %d of a peer came twice", a.n)
				}
				queueOf[a.peer], used[a.queue] = a.queue, true
				seen[a] = true
			}
			if len(queueOf) != peers || len(used) < 2 {
				t.Errorf("packets of %d peers came over %d queues", len(queueOf), len(used))
			}
		})
	}
}

// A carrier of several queues does not let another one have its port, nor take some of its packets.
func TestQueuesAreOfOneCarrier(t *testing.T) {
	first, err := Open(Config{FreePort: true, Queues: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	for _, queues := range []int{1, 2} {
		if second, err := Open(Config{Port: first.LocalPort(), Queues: queues}); err == nil {
			second.Close()
			t.Errorf("a carrier of %d queues has the same port", queues)
		}
		second, err := Open(Config{Port: first.LocalPort(), AnyPort: true, Queues: queues})
		if err != nil {
			t.Fatal(err)
		}
		if second.LocalPort() == first.LocalPort() {
			t.Error("took the port of another carrier")
		}
		second.Close()
	}
}

// As many as there are queues write at the same time, and everything arrives.
func TestSeveralWrite(t *testing.T) {
	const writers, times = 4, 50 // what the smallest socket buffer has room for
	addr := carriertest.Loopback["IPv4"]
	a := openAny(t, Config{LocalAddrs: []netip.Addr{addr}, Queues: writers - 1})
	b := openAny(t, Config{LocalAddrs: []netip.Addr{addr}})
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range times {
				path := transport.Path{Local: addr, Remote: addr, EncapPort: b.port}
				carriertest.Write(t, a.Transport, transport.Datagram{Path: path, Data: []byte{byte(w), byte(i)}})
			}
		})
	}
	seen := make(map[string]bool)
	for range writers * times {
		d := b.Next(t)
		if seen[string(d.Data)] || d.Path.EncapPort != a.port {
			t.Fatalf("packet % x came twice, or from port %d", d.Data, d.Path.EncapPort)
		}
		seen[string(d.Data)] = true
	}
	all.Wait()
}

func TestNumberOfQueues(t *testing.T) {
	for _, tt := range []struct{ asked, want int }{{-1, 1}, {0, 1}, {MaxQueues, MaxQueues}, {MaxQueues + 1, MaxQueues}} {
		tr, err := Open(Config{FreePort: true, LocalAddrs: []netip.Addr{carriertest.Loopback["IPv4"]}, Queues: tt.asked})
		if err != nil {
			t.Fatal(err)
		}
		if got := tr.Queues(); got != tt.want {
			t.Errorf("%d queues for %d, want %d", got, tt.asked, tt.want)
		}
		tr.Close()
	}
}
