package assoc

import (
	"testing"
	"time"
)

// The receive window grows while the user empties it within windowTime, up to Config.MaxRecvBuffer, and the peer is told.
func TestWindowGrowsWithTheReader(t *testing.T) {
	const small, large = 8000, 32000
	for _, tt := range []struct {
		name    string
		change  func(*Config)
		pause   time.Duration // after each kB
		unread  int           // kB that the user leaves
		windows []int         // after each 8 kB read
	}{
		{"a quick reader", func(c *Config) { c.MaxRecvBuffer = large }, 0, 0, []int{16000, 16000, large, large, large}},
		{"no further than allowed", func(c *Config) { c.MaxRecvBuffer = 10000 }, 0, 0, []int{10000, 10000}},
		{"not unless it may", func(*Config) {}, 0, 0, []int{small, small}},
		{"a slow reader", func(c *Config) { c.MaxRecvBuffer = large }, windowTime / 5, 0, []int{small, small}},
		{"one who falls behind", func(c *Config) { c.MaxRecvBuffer = large }, 0, 3, []int{small, small}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ta := established(t, with(func(c *Config) {
				c.RecvBuffer = small
				tt.change(c)
			}))
			tsn := 0
			for range tt.unread {
				ta.recv(data(tsn).ofSize(1000))
				tsn++
			}
			for _, want := range tt.windows {
				for range small / 1000 {
					ta.recv(data(tsn).ofSize(1000))
					tsn++
					ta.receive(1000)
					ta.advance(tt.pause)
				}
				if got := ta.a.receive.window; got != want {
					t.Errorf("after %d kB the window is %d, want %d", tsn, got, want)
				}
			}
			if tt.unread > 0 {
				return
			}
			ta.recv(data(tsn).ofSize(10))
			ta.receive(10)
			if got, want := ta.a.Status().LocalRwnd, tt.windows[len(tt.windows)-1]; got != want {
				t.Errorf("the peer is told %d, want %d", got, want)
			}
		})
	}
}

// A restarted peer begins with the window that the handshake announced.
func TestRestartForgetsThatTheWindowGrew(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.RecvBuffer, c.MaxRecvBuffer = 8000, 32000 }))
	for tsn := range 8 {
		ta.recv(data(tsn).ofSize(1000))
		ta.receive(1000)
	}
	if ta.a.receive.window != 16000 {
		t.Fatalf("the window is %d", ta.a.receive.window)
	}
	ta.forget()
	ta.restart()
	if ta.a.receive.window != 8000 || ta.a.receive.growth != (growth{}) {
		t.Errorf("after a restart the window is %d, %+v", ta.a.receive.window, ta.a.receive.growth)
	}
}
