package sctp_test

import (
	"bytes"
	"testing"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// interleaving is a world in which both sides take the parts of messages as they come, on a slow link.
func interleaving(t *testing.T, f func(t *testing.T, w *world, client, server *sctp.Conn)) {
	t.Helper()
	simulate(t, func(t *testing.T, w *world) {
		w.link(simnet.Link{Delay: w.delay, Rate: 1_000_000})
		for _, s := range []*side{w.client, w.server} {
			s.config.FragmentInterleave = 2
			s.config.PartialDeliveryPoint, s.config.SendBuffer = 5000, 2<<20 // all messages wait at the same time
			s.config.Scheduler = sctp.RoundRobin
		}
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		f(t, w, client, server)
	})
}

// large is a message of which every byte says where it belongs.
func large(stream uint16) []byte {
	m := make([]byte, 200_000)
	for i := range m {
		m[i] = byte(int(stream) + i/251)
	}
	return m
}

func TestInterleavingIsInUseWhereBothSidesTakeParts(t *testing.T) {
	interleaving(t, func(t *testing.T, w *world, client, server *sctp.Conn) {
		for _, c := range []*sctp.Conn{client, server} {
			if e := c.Status().Extensions; !e.Has(sctp.Interleaving) {
				t.Errorf("in use is %v", e)
			}
		}
	})
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.FragmentInterleave = 2
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		if e := client.Status().Extensions; e.Has(sctp.Interleaving) {
			t.Errorf("in use is %v, although the server's reader wants no parts in between", e)
		}
	})
}

// The parts of large messages alternate, and RcvInfo says which belong together.
func TestPartsOfMessagesAlternate(t *testing.T) {
	interleaving(t, func(t *testing.T, w *world, client, server *sctp.Conn) {
		streams := []uint16{1, 2, 3}
		for _, id := range streams {
			send(t, client, string(large(id)), &sctp.SndInfo{Stream: id, PPID: uint32(id)})
		}
		got := make(map[uint16][]byte)
		changes, last := 0, uint16(0)
		p := make([]byte, 10_000)
		for whole := 0; whole < len(streams); {
			n, info, err := server.ReadMsg(p)
			if err != nil {
				t.Fatal(err)
			}
			if begins := got[info.Stream] == nil; begins != info.Begin || info.MID != 0 || info.PPID != uint32(info.Stream) {
				t.Fatalf("read %+v", info)
			}
			got[info.Stream] = append(got[info.Stream], p[:n]...)
			if info.Stream != last {
				changes, last = changes+1, info.Stream
			}
			if info.EOR {
				whole++
			}
		}
		for _, id := range streams {
			if !bytes.Equal(got[id], large(id)) {
				t.Errorf("the parts on stream %d make %d bytes that are not the message", id, len(got[id]))
			}
		}
		if changes < 10 {
			t.Errorf("the stream changed %d times: the messages did not alternate", changes)
		}
	})
}

// Messages and ReadMessage put the parts together.
func TestMessagesAreWholeWhateverTheLevel(t *testing.T) {
	interleaving(t, func(t *testing.T, w *world, client, server *sctp.Conn) {
		for id := range uint16(5) {
			send(t, client, string(large(id)), &sctp.SndInfo{Stream: id, Unordered: id%2 == 1})
		}
		send(t, client, "short", &sctp.SndInfo{Stream: 7})
		client.Close()
		var came []uint16
		for m, err := range server.Messages(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			came = append(came, m.Stream)
			if m.Stream != 7 && !bytes.Equal(m.Data, large(m.Stream)) || !m.Begin || !m.EOR {
				t.Errorf("%d bytes on stream %d, %+v", len(m.Data), m.Stream, m.RcvInfo)
			}
		}
		if len(came) != 6 || came[0] != 7 {
			t.Errorf("messages came on %v, want all six, and the short one first", came)
		}
	})
}
