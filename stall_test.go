package sctp_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// wantStall waits for the next report that nothing gets done, or does again.
func wantStall(t *testing.T, c *sctp.Conn, reason sctp.StallReason) sctp.Stall {
	t.Helper()
	for {
		n, err := c.NextNotification(t.Context())
		if err != nil {
			t.Fatalf("%v, where %v was to be told", err, reason)
		}
		if s, ok := n.(sctp.Stall); ok {
			if s.Reason != reason {
				t.Errorf("told %v, want %v", s, reason)
			}
			return s
		}
	}
}

// stalling sets up an association, has something happen to it, and sends a megabyte.
func stalling(t *testing.T, happen func(w *world), reason sctp.StallReason, undo func(w *world, server *sctp.Conn)) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		send(t, client, "before", nil)
		want(t, server, "before")
		time.Sleep(time.Second)
		happen(w)
		const size = 1 << 20
		go client.Write(make([]byte, size))
		if reason == sctp.StallWindow {
			go client.Write(make([]byte, size)) // more than the window takes
		}
		s := wantStall(t, client, reason)
		if reason != sctp.StallPacketSize && s.For < 15*time.Second || client.Status().Stats.Stalls != 1 {
			t.Errorf("%v: %d reports", s, client.Status().Stats.Stalls)
		}
		undo(w, server)
		readAll(t, server, size)
		wantStall(t, client, sctp.StallEnded)
		if reason == sctp.StallWindow {
			readAll(t, server, size)
		}
	})
}

// Open5GS issue 4483: heartbeats are answered, and data does not arrive. What can be cured is, and all of it is told.
func TestStallsAreTold(t *testing.T) {
	for name, mtu := range map[string]int{"black hole": 1400, "black hole below 1200 bytes": 600} {
		t.Run(name, func(t *testing.T) {
			stalling(t, func(w *world) { w.link(simnet.Link{Delay: w.delay, MTU: mtu, BlackHole: true}) },
				sctp.StallPacketSize, func(*world, *sctp.Conn) {})
		})
	}
	t.Run("data is lost and heartbeats are not", func(t *testing.T) {
		stalling(t, func(w *world) {
			w.net.Filter(func(d *transport.Datagram) bool {
				return len(d.Data) <= wire.HeaderLen || d.Data[wire.HeaderLen] != byte(wire.ChunkData)
			})
		}, sctp.StallUnacknowledged, func(w *world, _ *sctp.Conn) { w.net.Filter(nil) })
	})
	t.Run("nobody reads", func(t *testing.T) {
		stalling(t, func(*world) {}, sctp.StallWindow, func(*world, *sctp.Conn) {})
	})
}

// A peer that is gone is told of by other means.
func TestSilenceIsToldOtherwise(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer server.Abort("")
		send(t, client, "before", nil)
		want(t, server, "before")
		w.cut()
		client.Write(bytes.Repeat([]byte("a"), 1000))
		for _, n := range notifications(t, client) {
			if s, ok := n.(sctp.Stall); ok {
				t.Errorf("told %v", s)
			}
		}
		client.Close()
	})
}
