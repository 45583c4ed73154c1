package sctp_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport"
)

// speaking is a carrier that says something of the way to a peer between its packets.
type speaking struct {
	transport.Transport
	words chan transport.Datagram
	reads chan read
}

// read is what a batch of the carrier underneath had.
type read struct {
	ds  []transport.Datagram
	err error
}

func newSpeaking(t transport.Transport) *speaking {
	s := &speaking{Transport: t, words: make(chan transport.Datagram), reads: make(chan read)}
	go func() {
		for {
			ds := make([]transport.Datagram, 16)
			n, err := t.ReadBatch(0, ds)
			for i := range ds[:n] {
				ds[i].Data = append([]byte(nil), ds[i].Data...)
			}
			s.reads <- read{ds[:n], err}
			if err != nil {
				return
			}
		}
	}()
	return s
}

func (s *speaking) ReadBatch(_ int, ds []transport.Datagram) (int, error) {
	select {
	case d := <-s.words:
		ds[0] = d
		return 1, nil
	case r := <-s.reads:
		return copy(ds, r.ds), r.err
	}
}

// The end of a carrier's connection ends the associations with that peer and no others, at once, and the error says why.
func TestCarrierLosesItsConnection(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		s := newSpeaking(w.client.carrier)
		w.client.carrier = s
		client, server := w.pair()
		defer server.Abort("")
		begun := time.Now()
		s.words <- transport.Datagram{
			Kind: transport.Disconnected, Path: transport.Path{Remote: netA.Addr().Next().Next().Next()}, Data: []byte("another's"),
		}
		send(t, client, "still there", nil)
		want(t, server, "still there")
		s.words <- transport.Datagram{
			Kind: transport.Disconnected, Path: transport.Path{Remote: client.RemoteAddr().(*sctp.Addr).IPs[0]}, Data: []byte("the cable is cut"),
		}
		_, err := client.ReadMessage(t.Context(), 10)
		if !errors.Is(err, sctp.ErrDisconnected) || err.Error() == "" || time.Since(begun) > time.Second {
			t.Errorf("reading ended after %v with %v", time.Since(begun), err)
		}
		if text := err.Error(); text[len(text)-len("connection lost: the cable is cut"):] != "connection lost: the cable is cut" {
			t.Errorf("the reason is not named: %v", err)
		}
		for _, n := range notifications(t, client) {
			if c, ok := n.(sctp.AssocChange); ok && c.State == sctp.CommLost && !errors.Is(c.Err, sctp.ErrDisconnected) {
				t.Errorf("told of %v", n)
			}
		}
	})
}

// Packets that come before the word count before it.
func TestCarrierLosesItsConnectionAfterShutdown(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		s := newSpeaking(w.server.carrier)
		w.server.carrier = s
		client, server := w.pair()
		go client.Shutdown(context.WithoutCancel(t.Context()))
		wantEOF(t, server)
		s.words <- transport.Datagram{Kind: transport.Disconnected, Path: transport.Path{Remote: server.RemoteAddr().(*sctp.Addr).IPs[0]}}
		if _, err := server.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("reading says %v", err)
		}
	})
}

// A way that has changed is tested: the association lives, and goes on.
func TestCarrierTakesAnotherWay(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		s := newSpeaking(w.client.carrier)
		w.client.carrier = s
		client, server := w.pair()
		defer server.Abort("")
		s.words <- transport.Datagram{Kind: transport.Rerouted, Path: transport.Path{Remote: client.RemoteAddr().(*sctp.Addr).IPs[0]}}
		send(t, client, "over there", nil)
		want(t, server, "over there")
		if state := client.Status().Paths[0].Search; state != sctp.SearchConfirming && state != sctp.SearchComplete {
			t.Errorf("the search for the path MTU is in state %v", state)
		}
		client.Abort("")
	})
}
