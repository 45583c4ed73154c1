package sockets

import (
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// parts has a message sent and returns what the calls returned that received it, each with room for all of it.
func (w *world) parts(client, server *user, size int) (sizes []int) {
	w.t.Helper()
	text := strings.Repeat("abcdefg", size/7+1)[:size]
	w.ok(client.send(text))
	for {
		got, m, err := server.receive(size)
		w.ok(err)
		if !strings.HasPrefix(text, got) {
			w.t.Fatalf("part %d of a message of %d bytes is another text", len(sizes), size)
		}
		text = text[len(got):]
		sizes = append(sizes, len(got))
		if m.OutFlags&int(linux.MSG_EOR) != 0 {
			return sizes
		}
	}
}

// Linux begins to hand out a message in parts only when the window is closed; programs whose buffers are large enough do not look at MSG_EOR.
func TestMessagesComeWhole(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		if got := w.parts(client, server, 200000); len(got) < 2 {
			t.Errorf("a message of twice the window came as %v", got)
		}
		for _, size := range []int{1, 2000, 40000, 65536, 90000} {
			if got := w.parts(client, server, size); len(got) != 1 {
				t.Errorf("a message of %d bytes came as %v", size, got)
			}
		}
		closeAll(client, server, listener)
	})
}

func TestPartialDeliveryPoint(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		point := linux.Int(10000)
		w.ok(server.setSCTP(linux.SCTP_PARTIAL_DELIVERY_POINT, &point))
		if got := w.parts(client, server, 50000); len(got) < 2 || got[0] < int(point) {
			t.Errorf("it came as %v", got)
		}
		point = 0
		w.ok(server.setSCTP(linux.SCTP_PARTIAL_DELIVERY_POINT, &point))
		if got := w.parts(client, server, 50000); len(got) != 1 {
			t.Errorf("with 0 again it came as %v", got)
		}
		closeAll(client, server, listener)
	})
}
