package dtls

import (
	"context"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// Path MTU discovery works without ICMP (RFC 8261 section 4): packets are probed, records carry them whole, and grow to what the path takes.
func TestPathMTUIsFound(t *testing.T) {
	for _, mtu := range []int{1500, 1400, 1280, 9000} {
		simulate(t, func(t *testing.T, w *world) {
			w.client.SetMTU(9000)
			w.server.SetMTU(9000)
			w.link(simnet.Link{Delay: 5 * time.Millisecond, MTU: mtu, BlackHole: true})
			server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
			serve(t, server)
			conn := connect(t, client, peer)
			exchange(t, conn, 200_000)
			time.Sleep(2 * time.Minute)
			exchange(t, conn, 200_000)
			path := conn.Status().Paths[0]
			whole := path.PMTU + peer.overhead + 20 + 8 // IPv4 and UDP
			most := min(mtu, maxRecord+20+8)
			if path.Search != sctp.SearchComplete || whole > most || whole < most-32 {
				t.Errorf("MTU %d: packets have %d bytes, %d outside; the search is in state %v", mtu, path.PMTU, whole, path.Search)
			}
			conn.Shutdown(context.Background())
		})
	}
}

// A path that begins to swallow large packets in mid-transfer is found out and cured.
func TestBlackHoleIsCured(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		serve(t, server)
		conn := connect(t, client, peer)
		exchange(t, conn, 200_000)
		time.Sleep(time.Minute)
		before := conn.Status().Paths[0].PMTU
		w.link(simnet.Link{Delay: 5 * time.Millisecond, MTU: 1300, BlackHole: true})
		exchange(t, conn, 1_000)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 10 {
				conn.WriteMsg(make([]byte, 5000), nil)
			}
		}()
		for range 10 {
			if _, err := conn.ReadMessage(context.Background(), 5000); err != nil {
				t.Fatal(err)
			}
		}
		<-done
		if after := conn.Status().Paths[0].PMTU; after >= before || after+peer.overhead+28 > 1300 {
			t.Errorf("packets had %d bytes and have %d", before, after)
		}
		conn.Shutdown(context.Background())
	})
}
