package dtls

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport"
)

// pairOf makes an association over a connection, and returns both ends.
func pairOf(w *world, server, client *Transport, p *Peer) (ours, theirs *sctp.Conn) {
	w.t.Helper()
	lc := sctp.ListenConfig{Carrier: server}
	l, err := lc.Listen(context.Background(), "sctp", ":7")
	if err != nil {
		w.t.Fatal(err)
	}
	defer l.Close()
	ours = connect(w.t, client, p)
	if theirs, err = l.AcceptSCTP(); err != nil {
		w.t.Fatal(err)
	}
	return ours, theirs
}

// wantEnd reads the end of an association that has lost its connection.
func wantEnd(t *testing.T, c *sctp.Conn, why error) {
	t.Helper()
	_, err := c.ReadMessage(context.Background(), 10)
	if !errors.Is(err, sctp.ErrDisconnected) || !strings.Contains(err.Error(), why.Error()) {
		t.Errorf("reading says %v, want %v, because %v", err, sctp.ErrDisconnected, why)
	}
	c.Close()
}

func TestEndOfAConnection(t *testing.T) {
	s, c := withKey("hint", "secret"), withKey("client", "secret")
	for name, ends := range map[string]struct {
		end        func(w *world, server, client *Transport, p *Peer)
		here, away error
	}{
		"the client closes it":           {func(_ *world, _, _ *Transport, p *Peer) { p.Close() }, errClosedHere, errClosedByPeer},
		"the server closes it":           {func(_ *world, server, _ *Transport, _ *Peer) { server.Peers()[0].Close() }, errClosedByPeer, errClosedHere},
		"the client's carrier is closed": {func(w *world, _, client *Transport, _ *Peer) { client.Close() }, nil, errClosedByPeer},
		"the server's carrier is closed": {func(w *world, server, _ *Transport, _ *Peer) { server.Close() }, errClosedByPeer, nil},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				server, client, peer := w.pair(s, c)
				ours, theirs := pairOf(w, server, client, peer)
				begun := time.Now()
				ends.end(w, server, client, peer)
				if ends.here != nil {
					wantEnd(t, ours, ends.here)
				}
				if ends.away != nil {
					wantEnd(t, theirs, ends.away)
				}
				if waited := time.Since(begun); waited > time.Second {
					t.Errorf("the associations ended after %v", waited)
				}
				ours.Close()
				theirs.Close()
				synctest.Wait() // an association may hear of the end before the carrier has forgotten the connection
				if n := len(client.Peers()) + len(server.Peers()); n > 0 {
					t.Errorf("%d connections are left", n)
				}
				if client.kept() != (kept{}) || server.kept() != (kept{}) {
					t.Errorf("left are %+v and %+v", client.kept(), server.kept())
				}
			})
		})
	}
}

// An address that has no connection any more is never given away again, and dialling it fails at once.
func TestDiallingAnEndedConnection(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		_, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		peer.Close()
		begun := time.Now()
		d := sctp.Dialer{Carrier: client}
		for range 2 { // the end may be told before the first of them begins, or after
			_, err := d.DialSCTP(context.Background(), "sctp", peer.Addr(7))
			told := err != nil && (strings.Contains(err.Error(), errClosedHere.Error()) || strings.Contains(err.Error(), "there is no DTLS connection"))
			if !errors.Is(err, sctp.ErrDisconnected) || !told || time.Since(begun) > time.Second {
				t.Errorf("after %v: %v, want the reason", time.Since(begun), err)
			}
		}
		if next := w.dial(client); next.IP() == peer.IP() {
			t.Errorf("%v is given to another connection", next.IP())
		}
	})
}

// A connection that carries nothing is closed; one with an association lives, by its HEARTBEATs.
func TestIdleConnections(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		ours, theirs := pairOf(w, server, client, peer)
		time.Sleep(10 * DefaultIdleTimeout)
		if n := len(server.Peers()); n != 1 {
			t.Fatalf("%d connections, want the one with an association", n)
		}
		ours.Shutdown(context.Background())
		ours.Close()
		theirs.Close()
		time.Sleep(2 * DefaultIdleTimeout)
		if n := len(server.Peers()) + len(client.Peers()); n != 0 || server.Counters().Idle != 1 {
			t.Errorf("%d connections are left; %+v", n, server.Counters())
		}
	})
	simulate(t, func(t *testing.T, w *world) {
		s := withKey("hint", "secret")
		s.IdleTimeout = -1
		server, _, _ := w.pair(s, withKey("client", "secret"))
		time.Sleep(time.Hour)
		if n := len(server.Peers()); n != 1 {
			t.Errorf("%d connections, want the idle one", n)
		}
	})
}

// A client that vanished and comes back from the same address gets a connection, and the old one ends (RFC 6347 section 4.2.8).
func TestClientBeginsAnew(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server := w.listen(withKey("hint", "secret"))
		c := withKey("client", "secret")
		c.DisableConnectionIDs = true
		first := w.open(c)
		ours, theirs := pairOf(w, server, first, w.dial(first))
		old := server.Peers()[0]
		w.net.Cut(clientNet, clientNet)
		first.Close() // Its last words are lost.
		ours.Close()
		synctest.Wait()
		w.net.Repair(clientNet, clientNet)

		second := w.open(withKey("client", "secret"))
		serve(t, server)
		exchange(t, connect(t, second, w.dial(second)), 1000)
		wantEnd(t, theirs, errReplaced)
		if server.Peer(old.IP()) != nil || server.Counters().Replaced != 1 {
			t.Errorf("the old connection lives; %+v", server.Counters())
		}
	})
}

// While the new handshake is under way, the old connection works.
func TestStrangersDoNotEndConnections(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		serve(t, server)
		conn := connect(t, client, peer)
		hello := clientHello(t)
		for _, forged := range [][]byte{
			hello, // which the alert then ends: nothing else could, and nothing is lost
			{21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40},                    // a fatal alert
			{23, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0},                        // data
			{99, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0},                        // no such type
			{20, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 1},                        // change cipher spec
			{23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4},               // not encrypted with the key
			{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 12, 20, 0, 0, 0, 0, 9, 0, 0}, // too short
		} {
			for _, to := range []*Transport{server, client} {
				from, port := clientIP, uint16(clientPort)
				if to == client {
					from, port = serverIP, serverPort
				}
				to.receive(forgedFrom(from, port, forged))
			}
			synctest.Wait()
			exchange(t, conn, 3000)
		}
		time.Sleep(2 * cookieTime)
		exchange(t, conn, 3000)
		if n := server.Counters(); n.Failed != 1 || n.Strays < 2 || server.kept().handshakes != 0 {
			t.Errorf("%+v, %+v", n, server.kept())
		}
		conn.Shutdown(context.Background())
	})
}

// The word that a connection is over leaves, also when the carrier is closed while somebody writes a batch.
func TestCloseInTheMiddleOfABatch(t *testing.T) {
	var goroutines sync.WaitGroup
	var o output
	lower := newSink()
	o.init(lower, &goroutines)
	o.batch(2, func(int) {
		o.add(transport.Datagram{Data: []byte("over")})
		o.close()
	})
	if n := len(lower.sent); n != 1 {
		t.Fatalf("%d datagrams left, want the one from before the end", n)
	}
}
