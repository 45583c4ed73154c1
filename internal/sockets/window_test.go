package sockets

import (
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// What a program reads quickly may be on the way in larger numbers than SO_RCVBUF says, unless it has asked for that size.
func TestWindowOfQuickReaders(t *testing.T) {
	for _, tt := range []struct {
		name string
		ask  int // SO_RCVBUF, unless 0
		size int // which it has then
		want int
	}{
		{"by default", 0, defaultBuffer, maxWindow},
		{"asked for", 50000, 100000, 50000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				l := w.socket(w.right, linux.AF_INET, sockStream)
				if tt.ask > 0 {
					v := linux.Int(tt.ask)
					w.ok(l.set(linux.SOL_SOCKET, linux.SO_RCVBUF, &v))
				}
				w.ok(l.Bind(at("0.0.0.0", 7)))
				w.ok(l.Listen(1))
				c := w.socket(w.left, linux.AF_INET, sockStream)
				w.ok(c.connect(at(rightIP, 7)))
				s := w.accept(l)
				for range 50 {
					for range 8 { // on the way at the same time
						w.ok(c.send(strings.Repeat("x", 10000)))
					}
					for range 8 {
						s.wantText(strings.Repeat("x", 10000))
					}
				}
				w.settle()
				out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_STATUS), make([]byte, 176))
				var v linux.Status
				w.ok(err)
				if w.ok(linux.Parse(out, &v)); int(v.Rwnd) > tt.want || int(v.Rwnd) < tt.want/4*3 {
					t.Errorf("the window is %d, want %d, or less by what is not worth an update", v.Rwnd, tt.want)
				}
				if n, err := s.option(linux.SOL_SOCKET, linux.SO_RCVBUF); err != nil || n != tt.size {
					t.Errorf("SO_RCVBUF is %d, %v", n, err)
				}
				closeAll(c, s, l)
			})
		})
	}
}
