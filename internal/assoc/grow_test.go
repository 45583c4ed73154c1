package assoc

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
)

// The receive window grows to windowShare times what the user reads in a round trip, up to Config.MaxRecvBuffer, and the peer is told.
func TestWindowGrowsWithTheReader(t *testing.T) {
	const small, large = 8000, 64000
	for _, tt := range []struct {
		name   string
		change func(*Config)
		flight int           // kB that come in a round trip
		rtt    time.Duration // what a round trip takes
		unread int           // kB that the user leaves
		window int           // after eight round trips
	}{
		{"a quick reader", func(c *Config) { c.MaxRecvBuffer = large }, 8, 10 * time.Millisecond, 0, 4 * 8000},
		{"on a host that is never slow", func(c *Config) { c.MaxRecvBuffer = large }, 8, leastRoundTrip / 4, 0, large},
		{"no further than allowed", func(c *Config) { c.MaxRecvBuffer = 10000 }, 8, 10 * time.Millisecond, 0, 10000},
		{"not unless it may", func(*Config) {}, 8, 10 * time.Millisecond, 0, small},
		{"nor if the memory is used up", func(c *Config) { c.MaxRecvBuffer, c.Memory = large, &budget{left: 100} }, 8, 10 * time.Millisecond, 0, small},
		{"one who falls behind", func(c *Config) { c.MaxRecvBuffer = large }, 4, 10 * time.Millisecond, 3, small},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ta := established(t, with(func(c *Config) {
				c.RecvBuffer, c.PartialDeliveryPoint = small, small/2
				tt.change(c)
			}))
			tsn := 0
			for range tt.unread {
				ta.recv(data(tsn).ofSize(1000))
				tsn++
			}
			for range 8 {
				for range tt.flight {
					ta.recv(data(tsn).ofSize(1000))
					tsn++
					ta.receive(1000)
				}
				ta.advance(tt.rtt)
			}
			if got := ta.a.receive.window; got != tt.window {
				t.Errorf("the window is %d, want %d", got, tt.window)
			}
			if tt.unread > 0 {
				return
			}
			ta.recv(data(tsn).ofSize(10))
			ta.receive(10)
			if got := ta.a.Status().LocalRwnd; got != tt.window {
				t.Errorf("the peer is told %d, want %d", got, tt.window)
			}
		})
	}
}

// A peer that sends as little as ever in a round trip does not get a larger window for it, however long it goes on.
func TestWindowDoesNotGrowWithTime(t *testing.T) {
	const small, large = 8000, 256000
	ta := established(t, with(func(c *Config) { c.RecvBuffer, c.MaxRecvBuffer = small, large }))
	for tsn := range 500 {
		ta.recv(data(tsn).ofSize(1000))
		ta.receive(1000)
		ta.advance(50 * time.Millisecond)
	}
	// How long a round trip takes is not known, but what was read in the time in which a window came is.
	if got, most := ta.a.receive.window, windowShare*(small+1000); got > most {
		t.Errorf("the window is %d, want no more than %d", got, most)
	}
}

// A message that is to be handed out whole finds room, also where the window begins smaller; one that stops reading gets no more than that.
func TestWindowGrowsWithAMessage(t *testing.T) {
	for _, tt := range []struct {
		fill, window int
	}{
		{32000, 32000},
		{100000, 64000}, // no more than MaxRecvBuffer
		{0, 8000},
	} {
		ta := established(t, with(func(c *Config) {
			c.RecvBuffer, c.MaxRecvBuffer, c.FillRecvBuffer, c.PartialDeliveryPoint = 8000, 64000, tt.fill, 16000
		}))
		ta.recv(data(0).on(0, 0).ofSize(1000).withFlags(wire.FlagBegin))
		tsn := 1
		for ; !ta.a.Readable() && tsn < 100; tsn++ {
			ta.recv(data(tsn).on(0, 0).ofSize(1000).withFlags(0))
		}
		if got := ta.a.receive.window; got != tt.window {
			t.Errorf("with %d to fill the window is %d after %d kB, want %d", tt.fill, got, tsn, tt.window)
		}
		for range 100 {
			ta.recv(data(tsn).on(0, 0).ofSize(1000).withFlags(0))
			tsn++
		}
		if got := ta.a.receive.window; got != tt.window {
			t.Errorf("after 100 kB more that nobody reads the window is %d, want %d", got, tt.window)
		}
	}
}

// A restarted peer begins with the window that the handshake announced.
func TestRestartForgetsThatTheWindowGrew(t *testing.T) {
	memory := &budget{left: 100000}
	ta := established(t, with(func(c *Config) { c.RecvBuffer, c.MaxRecvBuffer, c.Memory = 8000, 32000, memory }))
	for tsn := range 16 {
		ta.recv(data(tsn).ofSize(1000))
		ta.receive(1000)
	}
	if ta.a.receive.window != 32000 || memory.left != 100000-24000 {
		t.Fatalf("the window is %d, and %d are left", ta.a.receive.window, memory.left)
	}
	ta.forget()
	ta.restart()
	if ta.a.receive.window != 8000 || *ta.a.receive.growth != (growth{}) || memory.left != 100000 {
		t.Errorf("after a restart the window is %d, %+v, and %d are left", ta.a.receive.window, ta.a.receive.growth, memory.left)
	}
}

// budget is a Memory.
type budget struct {
	left   int
	scarce bool
}

func (b *budget) Take(n int) bool {
	if n > b.left {
		return false
	}
	b.left -= n
	return true
}

func (b *budget) Give(n int)   { b.left += n }
func (b *budget) Scarce() bool { return b.scarce }

// Whatever comes, whatever is read, and however the window changes: what the peer was told that it may send stays true (RFC 9260 section 6.2,
// RFC 1122 section 4.2.2.16). When memory is scarce the window becomes smaller, down to what it began with.
func TestWindowIsNeverTakenBack(t *testing.T) {
	const small, large = 8000, 256000
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		memory := &budget{left: 100000}
		ta := established(t, with(func(c *Config) { c.RecvBuffer, c.MaxRecvBuffer, c.Memory = small, large, memory }))
		tsn, most := 0, small
		arrived, edge := 0, small // what has come, and up to where the peer was told that more may
		for step := range 2000 {
			memory.scarce = step >= 1000
			switch room := ta.a.rwnd(); {
			case r.IntN(3) > 0 && room > 2000:
				used := ta.a.receive.inbound.Bytes()
				ta.recv(data(tsn).ofSize(1 + r.IntN(1400)))
				tsn++
				arrived += ta.a.receive.inbound.Bytes() - used
			case r.IntN(3) > 0:
				for ta.a.Readable() && r.IntN(20) > 0 {
					ta.receive(1 + r.IntN(3000))
				}
			default:
				ta.advance(time.Duration(r.IntN(20)) * time.Millisecond)
			}
			window := ta.a.receive.window
			if now := arrived + ta.a.rwnd(); now < edge {
				t.Fatalf("seed %d, step %d: the peer was told that it may send up to %d, and now there is room up to %d", seed, step, edge, now)
			}
			for _, p := range ta.forget() {
				if c := p.chunks[0]; c.Type == wire.ChunkSack {
					edge = max(edge, arrived+int(binary.BigEndian.Uint32(c.Value[4:])))
				}
			}
			if window < small || window > large || window-small != 100000-memory.left {
				t.Fatalf("seed %d, step %d: the window is %d, and %d are left", seed, step, window, memory.left)
			}
			most = max(most, window)
		}
		if most == small {
			t.Errorf("seed %d: the window never grew", seed)
		}
		for range 5 * large / 1000 {
			ta.recv(data(tsn).ofSize(1000))
			tsn++
			for ta.a.Readable() {
				ta.receive(2000)
			}
			ta.advance(5 * time.Millisecond)
		}
		if got := ta.a.receive.window; got > max(small, most/2) && got > 40000 {
			t.Errorf("seed %d: memory is scarce, and a window that was %d is still %d", seed, most, got)
		}
		ta.a.ReleaseBuffers()
		if memory.left != 100000 {
			t.Errorf("seed %d: %d of 100000 came back", seed, memory.left)
		}
	}
}
