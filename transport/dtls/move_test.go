package dtls

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
)

// Connection identifiers (RFC 9146): a NAT gives the client another port in the middle of a transfer, and nobody notices.
func TestConnectionMovesToAnotherPort(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		serve(t, server)
		conn := connect(t, client, peer)
		exchange(t, conn, 10_000)
		back := server.Peers()[0]
		for port := uint16(50_000); port < 50_003; port++ {
			w.client.SetEncapPort(port)
			exchange(t, conn, 10_000)
			if got := back.UDPAddr().Port(); got != port {
				t.Errorf("the server knows port %d, want %d", got, port)
			}
		}
		if n := server.Counters(); n.Moved != 3 || n.Accepted != 1 || server.kept().addrs != 1 {
			t.Errorf("%+v, %+v", n, server.kept())
		}
		if n := conn.Status().Stats.Retransmitted; n > 0 {
			t.Errorf("%d chunks were sent again", n)
		}
		conn.Shutdown(context.Background())
	})
}

// The path of an association that has moved begins anew (RFC 8261 section 6.1).
func TestMovedAssociationProbesItsPath(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		ours, theirs := pairOf(w, server, client, peer)
		big := make([]byte, 500_000)
		go ours.WriteMsg(big, nil)
		if _, err := theirs.ReadMessage(context.Background(), len(big)); err != nil {
			t.Fatal(err)
		}
		go theirs.WriteMsg(big, nil)
		if _, err := ours.ReadMessage(context.Background(), len(big)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // for the search for the path MTU
		before := theirs.Status().Paths[0]
		w.client.SetEncapPort(50_000)
		if _, err := ours.Write([]byte("from elsewhere")); err != nil {
			t.Fatal(err)
		}
		if _, err := theirs.ReadMessage(context.Background(), 100); err != nil {
			t.Fatal(err)
		}
		if _, err := theirs.Write([]byte("I know")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		after := theirs.Status().Paths[0]
		if after.Cwnd >= before.Cwnd {
			t.Errorf("the congestion window was %d and is %d", before.Cwnd, after.Cwnd)
		}
		if after.Search == sctp.SearchComplete {
			t.Error("the path MTU is not tested")
		}
		time.Sleep(time.Minute)
		if after = theirs.Status().Paths[0]; after.Search != sctp.SearchComplete || after.PMTU != before.PMTU {
			t.Errorf("the path takes %d bytes, state %v; before %d", after.PMTU, after.Search, before.PMTU)
		}
		ours.Close()
		theirs.Close()
	})
}

// A port that a client has left may be given to another one. Both connections live.
func TestAnotherClientGetsTheOldPort(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, first, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		serve(t, server)
		conn := connect(t, first, peer)
		exchange(t, conn, 1000)
		// The first client is silent from here on, until it sends from another port: what comes from the old one is the second's.
		hello := clientHello(t)
		server.receive(forgedFrom(clientIP, clientPort, hello))
		synctest.Wait()
		w.client.SetEncapPort(50_000)
		exchange(t, conn, 1000)
		if n := server.Counters(); n.Moved != 1 || n.Replaced != 0 || len(server.Peers()) != 1 {
			t.Errorf("%+v, %d connections", n, len(server.Peers()))
		}
		w.client.SetEncapPort(clientPort)
		exchange(t, conn, 1000)
		time.Sleep(2 * cookieTime)
		if got, want := server.kept(), (kept{accepted: 1, addrs: 1, ids: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		conn.Shutdown(context.Background())
	})
}
