package sctp_test

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

// open opens a one-to-many socket on a side.
func (s *side) open(t *testing.T, addr string) *sctp.Endpoint {
	t.Helper()
	e, err := s.listenConfig().ListenEndpoint(t.Context(), "sctp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// recv reads one message of any association.
func recv(t *testing.T, e *sctp.Endpoint) (string, sctp.RcvInfo) {
	t.Helper()
	p := make([]byte, 1000)
	n, info, err := e.RecvContext(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return string(p[:n]), info
}

func TestSendingSetsUp(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, client := w.server.open(t, serverAddr), w.client.open(t, ":0")
		defer client.Close()
		defer server.Close()
		id, err := client.SendTo(t.Context(), []byte("knock"), sctp.MustParseAddr(serverAddr), nil)
		if err != nil {
			t.Fatal(err)
		}
		if w.elapsed() != 0 {
			t.Errorf("SendTo waited %v for the set-up", w.elapsed())
		}
		again, err := client.SendTo(t.Context(), []byte("knock again"), sctp.MustParseAddr("198.51.100.2:7"), &sctp.SndInfo{PPID: 3})
		if err != nil || again != id {
			t.Errorf("to the peer's other address: association %d, %v, want %d", again, err, id)
		}
		got, info := recv(t, server)
		if got != "knock" || info.AssocID == 0 || !info.EOR {
			t.Errorf("received %q, %+v", got, info)
		}
		if got, info := recv(t, server); got != "knock again" || info.PPID != 3 {
			t.Errorf("received %q, %+v", got, info)
		}
		if err := server.Send(t.Context(), []byte("who is there"), info.AssocID, nil); err != nil {
			t.Fatal(err)
		}
		if got, info := recv(t, client); got != "who is there" || info.AssocID != id {
			t.Errorf("received %q of association %d", got, info.AssocID)
		}
		if peer, err := client.PeerAddr(id); err != nil || peer.String() != serverAddr {
			t.Errorf("the peer is %v, %v", peer, err)
		}
	})
}

func TestManyAssociationsOnOneSocket(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server := w.server.open(t, serverAddr)
		defer server.Close()
		const peers = 20
		var conns []*sctp.Conn
		for i := range peers {
			c := w.dial()
			send(t, c, fmt.Sprint(i), nil)
			conns = append(conns, c)
		}
		ids := make(map[string]sctp.AssocID)
		for range peers {
			got, info := recv(t, server)
			ids[got] = info.AssocID
			if err := server.Send(t.Context(), []byte("you are "+got), info.AssocID, nil); err != nil {
				t.Fatal(err)
			}
		}
		for i, c := range conns {
			want(t, c, fmt.Sprint("you are ", i))
			c.Close()
		}
		all := slices.Sorted(maps.Values(ids))
		if len(slices.Compact(all)) != peers {
			t.Errorf("associations %v, want %d different ones", all, peers)
		}
	})
}

func TestEndpointNotifications(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server := w.server.open(t, serverAddr)
		defer server.Close()
		client := w.dial()
		up, err := server.NextNotification(t.Context())
		if change, ok := up.(sctp.AssocChange); err != nil || !ok || change.State != sctp.CommUp || change.Assoc() == 0 {
			t.Fatalf("got %v, %v, want COMM_UP", up, err)
		}
		client.Abort("bye")
		for {
			n, err := server.NextNotification(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if change, ok := n.(sctp.AssocChange); ok {
				if change.State != sctp.CommLost || change.Assoc() != up.Assoc() {
					t.Errorf("got %v of %d", change, change.Assoc())
				}
				aborted(t, change.Err, true, "bye")
				break
			}
		}
		time.Sleep(time.Second)
		if err := server.Send(t.Context(), []byte("x"), up.Assoc(), nil); !errors.Is(err, sctp.ErrNoAssociation) {
			t.Errorf("sending to it: %v", err)
		}
	})
}

func TestPeelOff(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server := w.server.open(t, serverAddr)
		defer server.Close()
		one, two := w.dial(), w.dial()
		send(t, one, "first of one", nil)
		_, info := recv(t, server)
		send(t, one, "second of one", nil)
		send(t, two, "first of two", nil)
		time.Sleep(time.Second)
		peeled, err := server.PeelOff(info.AssocID)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := peeled.NextNotification(t.Context()); err != nil || n.String() != "association: COMM_UP, 10 streams out, 10 in" {
			t.Errorf("its first notification is %v, %v", n, err)
		}
		want(t, peeled, "second of one")
		if got, _ := recv(t, server); got != "first of two" {
			t.Errorf("the socket received %q", got)
		}
		send(t, one, "third of one", nil)
		want(t, peeled, "third of one")
		if _, err := server.PeelOff(info.AssocID); !errors.Is(err, sctp.ErrNoAssociation) {
			t.Errorf("peeled off twice: %v", err)
		}
		server.Close()
		send(t, peeled, "still here", nil)
		want(t, one, "still here")
		wantEOF(t, two)
		one.Close()
		two.Close()
		peeled.Close()
	})
}

func TestEndpointReadsLargeMessagesInParts(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server := w.server.open(t, serverAddr)
		defer server.Close()
		one, two := w.dial(), w.dial()
		send(t, one, "0123456789", nil)
		time.Sleep(time.Second) // what is sent at one time may arrive in any order
		send(t, two, "abcdefghij", nil)
		time.Sleep(time.Second)
		var got []string
		p := make([]byte, 6)
		for range 4 {
			n, _, err := server.Recv(p)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(p[:n]))
		}
		if want := []string{"012345", "6789", "abcdef", "ghij"}; !slices.Equal(got, want) {
			t.Errorf("received %q, want %q", got, want)
		}
		one.Close()
		two.Close()
	})
}

func TestEndpointControl(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server := w.server.open(t, serverAddr)
		defer server.Close()
		client := w.dial()
		send(t, client, "x", nil)
		_, info := recv(t, server)
		id := info.AssocID
		if s, err := server.Status(id); err != nil || s.State != sctp.Established {
			t.Errorf("status %v, %v", s.State, err)
		}
		if err := server.SetPrimary(id, w.client.host.Addrs()[1]); err != nil {
			t.Error(err)
		}
		if err := server.Shutdown(t.Context(), id); err != nil {
			t.Error(err)
		}
		wantEOF(t, client)
		client.Close()
		if _, err := server.Status(id); !errors.Is(err, sctp.ErrNoAssociation) {
			t.Errorf("after Shutdown: %v", err)
		}
		second := w.dial()
		send(t, second, "y", nil)
		_, info = recv(t, server)
		if err := server.Abort(info.AssocID, "enough"); err != nil {
			t.Error(err)
		}
		_, err := second.Read(make([]byte, 1))
		aborted(t, err, true, "enough")
		second.Close()
	})
}

func TestEndpointEnds(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		e := w.server.open(t, serverAddr)
		e.SetReadDeadline(time.Now().Add(time.Second))
		if _, _, err := e.Recv(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("at the deadline: %v", err)
		}
		e.SetReadDeadline(time.Time{})
		time.AfterFunc(time.Second, func() { e.Close() })
		if _, _, err := e.Recv(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		_, err := e.SendTo(t.Context(), []byte("x"), sctp.MustParseAddr("192.0.2.1:9"), nil)
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("sending after Close: %v", err)
		}
		_, err = e.SendTo(t.Context(), []byte("x"), &sctp.Addr{Port: 9}, nil)
		if err == nil {
			t.Error("a peer without an address was taken")
		}
	})
}

// What associations left that are over is kept for the reader, but a peer cannot make it grow: the newest 128 of them.
func TestUnreadOfEndedAssociationsIsBounded(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		const kept, peers = 128, 140
		server := w.server.open(t, serverAddr)
		defer server.Close()
		for i := range peers {
			c := w.dial()
			send(t, c, fmt.Sprint(i), nil)
			if err := c.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.Close()
		}
		time.Sleep(time.Second)
		for i := range kept {
			if got, _ := recv(t, server); got != fmt.Sprint(peers-kept+i) {
				t.Fatalf("message %d is of association %s", i, got)
			}
		}
		server.SetReadDeadline(time.Now().Add(time.Second))
		if _, _, err := server.Recv(make([]byte, 10)); !isTimeout(err) {
			t.Errorf("after %d: %v", kept, err)
		}
	})
}
