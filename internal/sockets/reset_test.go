package sockets

import (
	"fmt"
	"math"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
)

// granting has a socket grant all requests of RFC 6525, and subscribe to what comes of them.
func (w *world) granting(u *user) {
	w.t.Helper()
	w.ok(u.setSCTP(linux.SCTP_RECONFIG_SUPPORTED, &linux.AssocValue{Value: 1}))
	w.ok(u.setSCTP(linux.SCTP_ENABLE_STREAM_RESET, &linux.AssocValue{Value: linux.SCTP_ENABLE_STRRESET_MASK}))
	u.subscribe(linux.SCTP_STREAM_RESET_EVENT, linux.SCTP_ASSOC_RESET_EVENT, linux.SCTP_STREAM_CHANGE_EVENT)
}

// told are the notifications of requests that wait, in short.
func (u *user) told() (all []string) {
	u.t.Helper()
	for r := u.Ready(); r.In; r = u.Ready() {
		switch n := u.notification().(type) {
		case *linux.StreamReset:
			all = append(all, fmt.Sprintf("reset %#x %v", n.Flags, n.Streams))
		case *linux.AssocReset:
			all = append(all, fmt.Sprintf("all %#x", n.Flags))
		case *linux.StreamChange:
			all = append(all, fmt.Sprintf("streams %#x in %d out %d", n.Flags, n.InStreams, n.OutStreams))
		default:
			u.t.Errorf("%T", n)
		}
	}
	return all
}

// What each side is told is what Linux 6.12 tells.
func TestResetsAsLinuxTellsThem(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s := w.pairWith(w.granting)
		in, out := uint16(linux.SCTP_STREAM_RESET_INCOMING), uint16(linux.SCTP_STREAM_RESET_OUTGOING)
		for _, k := range []struct {
			name           linux.OptName
			v              linux.Struct
			client, server string
		}{
			{linux.SCTP_RESET_STREAMS, &linux.ResetStreams{Flags: out}, "[reset 0x2 []]", "[reset 0x1 []]"},
			{linux.SCTP_RESET_STREAMS, &linux.ResetStreams{Flags: out, Streams: []uint16{1, 3}}, "[reset 0x2 [1 3]]", "[reset 0x1 [1 3]]"},
			{linux.SCTP_RESET_STREAMS, &linux.ResetStreams{Flags: in, Streams: []uint16{2}}, "[reset 0x1 [2]]", "[reset 0x2 [2]]"},
			{linux.SCTP_RESET_STREAMS, &linux.ResetStreams{Flags: in | out, Streams: []uint16{2}}, "[reset 0x2 [2] reset 0x1 [2]]", "[reset 0x1 [2] reset 0x2 [2]]"},
			{linux.SCTP_ADD_STREAMS, &linux.AddStreams{OutStreams: 3}, "[streams 0x0 in 0 out 3]", "[streams 0x0 in 3 out 0]"},
			{linux.SCTP_ADD_STREAMS, &linux.AddStreams{InStreams: 2}, "[streams 0x0 in 2 out 0]", "[streams 0x0 in 0 out 2]"},
			{linux.SCTP_ADD_STREAMS, &linux.AddStreams{InStreams: 1, OutStreams: 1}, "[streams 0x0 in 0 out 1 streams 0x0 in 1 out 0]",
				"[streams 0x0 in 1 out 0 streams 0x0 in 0 out 1]"},
			{linux.SCTP_RESET_ASSOC, &linux.ResetAssoc{}, "[all 0x0]", "[all 0x0]"},
		} {
			w.ok(c.setSCTP(k.name, k.v))
			w.settle()
			if a, b := fmt.Sprint(c.told()), fmt.Sprint(s.told()); a != k.client || b != k.server {
				t.Errorf("%v %+v: the client is told %s, want %s; the server %s, want %s", k.name, k.v, a, k.client, b, k.server)
			}
		}
		var status linux.Status
		if w.ok(c.get(linux.SCTP_STATUS, &status)); status.OutStreams != 14 || status.InStreams != 13 {
			t.Errorf("%d streams out, %d in", status.OutStreams, status.InStreams)
		}
		closeAll(c, s)
	})
}

func TestResetsThatThePeerDoesNotGrant(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s := w.pairWith(w.granting)
		w.ok(s.setSCTP(linux.SCTP_ENABLE_STREAM_RESET, &linux.AssocValue{}))
		w.ok(c.setSCTP(linux.SCTP_RESET_STREAMS, &linux.ResetStreams{Flags: linux.SCTP_STREAM_RESET_OUTGOING}))
		w.settle()
		w.ok(c.setSCTP(linux.SCTP_RESET_STREAMS, &linux.ResetStreams{Flags: linux.SCTP_STREAM_RESET_INCOMING, Streams: []uint16{0}}))
		w.ok(c.setSCTP(linux.SCTP_ADD_STREAMS, &linux.AddStreams{OutStreams: 1}))
		w.settle()
		if got := fmt.Sprint(c.told()); got != "[reset 0x6 [] reset 0x5 [0] streams 0x4 in 0 out 1]" {
			t.Errorf("the client is told %s", got)
		}
		if got := s.told(); len(got) > 0 {
			t.Errorf("the server is told %s", got)
		}
		w.want("what this side does not grant it may not ask for", s.setSCTP(linux.SCTP_RESET_ASSOC, &linux.ResetAssoc{}), syscall.ENOPROTOOPT)
		closeAll(c, s)
	})
}

func TestRequestsThatAreNotMade(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s := w.pairWith(w.granting)
		out := uint16(linux.SCTP_STREAM_RESET_OUTGOING)
		for what, k := range map[string]struct {
			name linux.OptName
			v    linux.Struct
			want error
		}{
			"neither direction":              {linux.SCTP_RESET_STREAMS, &linux.ResetStreams{}, syscall.EINVAL},
			"an outgoing stream of 10":       {linux.SCTP_RESET_STREAMS, &linux.ResetStreams{Flags: out, Streams: []uint16{10}}, syscall.EINVAL},
			"an incoming stream of 10":       {linux.SCTP_RESET_STREAMS, &linux.ResetStreams{Flags: linux.SCTP_STREAM_RESET_INCOMING, Streams: []uint16{10}}, syscall.EINVAL},
			"no streams":                     {linux.SCTP_ADD_STREAMS, &linux.AddStreams{}, syscall.EINVAL},
			"more than there can be":         {linux.SCTP_ADD_STREAMS, &linux.AddStreams{OutStreams: math.MaxUint16}, syscall.EINVAL},
			"more than there can be inwards": {linux.SCTP_ADD_STREAMS, &linux.AddStreams{InStreams: math.MaxUint16}, syscall.EINVAL},
		} {
			w.want(what, c.setSCTP(k.name, k.v), k.want)
		}
		w.ok(c.setSCTP(linux.SCTP_RESET_STREAMS, &linux.ResetStreams{Flags: out, Streams: []uint16{1}}))
		w.want("a stream whose reset is under way", c.setSCTP(linux.SCTP_RESET_STREAMS, &linux.ResetStreams{Flags: out, Streams: []uint16{1}}), syscall.EINPROGRESS)
		w.settle()
		w.ok(c.setSCTP(linux.SCTP_RESET_ASSOC, &linux.ResetAssoc{}))
		w.settle()
		w.want("TSNs that were reset just now", c.setSCTP(linux.SCTP_RESET_ASSOC, &linux.ResetAssoc{}), syscall.EAGAIN)
		w.ok(s.Shutdown(shutWR))
		w.ok(s.setSCTP(linux.SCTP_NODELAY, new(linux.Int)))
		w.want("an association that ends", s.setSCTP(linux.SCTP_RESET_ASSOC, &linux.ResetAssoc{}), syscall.ENOTCONN)
		closeAll(c, s)
	})
}

// Bits of the option and requests that are denied are each other's inverse.
func TestGrants(t *testing.T) {
	for bits := range uint32(linux.SCTP_ENABLE_STRRESET_MASK + 1) {
		if got := granted(denied(bits)); got != bits {
			t.Errorf("%#x becomes %#x", bits, got)
		}
	}
	if denied(0) != assoc.AllReconfigRequests {
		t.Error("a socket grants something at first")
	}
}
