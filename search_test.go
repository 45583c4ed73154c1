package sctp_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// A path that swallows large packets without a word is found, and what is sent over it arrives.
func TestBlackHoleIsFoundAndCured(t *testing.T) {
	for _, mtu := range []int{1280, 1400, 1492} {
		t.Run(fmt.Sprint(mtu), func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				client, server := w.pair()
				defer client.Close()
				defer server.Close()
				send(t, client, "before", nil)
				readAll(t, server, len("before"))
				hole := simnet.Link{Delay: w.delay, MTU: mtu, BlackHole: true}
				w.link(hole)
				const size = 300_000
				began := time.Now()
				go client.Write(make([]byte, size))
				readAll(t, server, size)
				took := time.Since(began)
				t.Logf("cured in %v", took)
				if took > 30*time.Second {
					t.Errorf("took %v", took)
				}
				time.Sleep(5 * time.Minute) // virtual: the search goes on by itself
				for _, p := range client.Status().Paths {
					t.Logf("%v: %v, path MTU %d", p.Remote, p.Search, p.PMTU)
				}
				began = time.Now()
				go client.Write(make([]byte, size))
				readAll(t, server, size)
				s := client.Status()
				if took := time.Since(began); took > time.Second {
					t.Errorf("took %v with what was learnt", took)
				}
				if p := s.Paths[0]; s.Stats.BlackHoles == 0 || p.PMTU > mtu-20 || p.PMTU < mtu-40 || p.Search != sctp.SearchComplete {
					t.Errorf("%d black holes, path MTU %d, %v", s.Stats.BlackHoles, p.PMTU, p.Search)
				}
			})
		})
	}
}

// readAll reads n bytes.
func readAll(t *testing.T, c *sctp.Conn, n int) {
	t.Helper()
	for buf := make([]byte, 64<<10); n > 0; {
		got, err := c.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		n -= got
	}
}

func TestSearchCanBeTurnedOff(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.RaiseInterval = -1
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		w.link(simnet.Link{Delay: w.delay, MTU: 1280, BlackHole: true})
		go client.Write(make([]byte, 5000))
		time.Sleep(10 * time.Second)
		if s := client.Status(); s.Stats.BlackHoles != 0 || s.Paths[0].PMTU != 1480 {
			t.Errorf("%d black holes, path MTU %d", s.Stats.BlackHoles, s.Paths[0].PMTU)
		}
	})
}

// The MTU falls while large messages are under way, on a link that drops what is larger and that nothing behind the sender cuts. What was cut
// into chunks before has to get through all the same.
func TestChunksCutBeforeTheMTUFell(t *testing.T) {
	for _, mtu := range []int{576, 1280, 1400} {
		simulate(t, func(t *testing.T, w *world) {
			unknownPaths(w)
			client, server := w.pair()
			defer client.Close()
			defer server.Close()
			send(t, client, "before", nil)
			want(t, server, "before")
			go client.Write(make([]byte, 1<<20))
			readAll(t, server, 1<<16)
			w.link(simnet.Link{Delay: w.delay, MTU: mtu, BlackHole: true, NoFragments: true})
			readAll(t, server, 1<<20-1<<16)
			time.Sleep(time.Minute) // virtual: the other path may have carried the rest, and the search on the first goes on
			if s := client.Status(); s.Stats.BlackHoles == 0 || s.Paths[0].PMTU > mtu-20 {
				t.Errorf("MTU %d: %d black holes, path MTU %d", mtu, s.Stats.BlackHoles, s.Paths[0].PMTU)
			}
		})
	}
}
