package sctp_test

import (
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// unknownPaths makes carriers that know the MTU of the first hop only, as those of operating systems do.
func unknownPaths(w *world) {
	w.client.host.SetFirstHopMTU(true)
	w.server.host.SetFirstHopMTU(true)
	w.client.carrier, w.server.carrier = w.client.host.Transport(), w.server.host.Transport()
}

// What the first hop takes is known to get through one round trip after the first message that larger packets are of use for.
func TestGoodPathIsKnownAfterARoundTrip(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		unknownPaths(w)
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		for _, c := range []*sctp.Conn{client, server} {
			if _, err := c.Write(make([]byte, 1200)); err != nil {
				t.Fatal(err)
			}
		}
		if p := client.Status().Paths[0]; p.PMTU != 1200 || p.Search != sctp.Searching {
			t.Errorf("at first the path MTU is %d, %v", p.PMTU, p.Search)
		}
		time.Sleep(2*w.delay + time.Millisecond)
		for _, c := range []*sctp.Conn{client, server} {
			for _, p := range c.Status().Paths[:1] {
				if p.PMTU != 1480 || p.Search != sctp.SearchComplete {
					t.Errorf("%v after a round trip: %d, %v", p.Remote, p.PMTU, p.Search)
				}
			}
		}
		time.Sleep(time.Second)
		for _, p := range client.Status().Paths {
			if p.PMTU != 1480 {
				t.Errorf("%v, confirmed later: %d", p.Remote, p.PMTU)
			}
		}
	})
}

// A path that has swallowed large packets from the beginning costs nobody a time-out.
func TestBlackHoleFromTheBeginning(t *testing.T) {
	for _, mtu := range []int{1280, 1400} {
		simulate(t, func(t *testing.T, w *world) {
			unknownPaths(w)
			w.link(simnet.Link{Delay: w.delay, MTU: mtu, BlackHole: true})
			client, server := w.pair()
			defer client.Close()
			defer server.Close()
			const size = 1 << 20
			began := time.Now()
			go client.Write(make([]byte, size))
			readAll(t, server, size)
			s := client.Status()
			if took := time.Since(began); took > 2*time.Second || s.Stats.Timeouts > 0 || s.Stats.BlackHoles > 0 {
				t.Errorf("MTU %d: %v, %d chunks timed out, %d black holes", mtu, took, s.Stats.Timeouts, s.Stats.BlackHoles)
			}
			time.Sleep(time.Minute)
			if p := client.Status().Paths[0]; p.PMTU > mtu-20 || p.PMTU < mtu-40 || p.Search != sctp.SearchComplete {
				t.Errorf("MTU %d: %d, %v", mtu, p.PMTU, p.Search)
			}
		})
	}
}
