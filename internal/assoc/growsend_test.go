package assoc

import (
	"errors"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// growing has send buffers that begin with 8000 bytes and take messages of 32000.
func growing(m Memory) func(*Config) {
	return func(c *Config) { c.SendBuffer, c.MaxSendBuffer, c.MaxMessage, c.Memory = 8000, 64000, 32000, m }
}

// fill queues messages of n bytes until the send buffer is full, and returns how many.
func (ta *testAssoc) fill(n int) int {
	for count := 0; ; count++ {
		if err := ta.a.Send(ta.now, &Message{Data: make([]byte, n)}); err != nil {
			if !errors.Is(err, ErrSendBufferFull) {
				ta.t.Fatalf("message %d: %v", count, err)
			}
			return count
		}
	}
}

// drain lets what may leave leave, and returns how many DATA chunks that were.
func (ta *testAssoc) drain() (n int) {
	ta.settle()
	for _, p := range ta.forget() {
		for _, c := range p.chunks {
			if c.Type == wire.ChunkData {
				n++
			}
		}
	}
	return n
}

// The send buffer grows with the congestion window while the user keeps it full, and is small again once everything is acknowledged.
func TestSendBufferGrowsWithTheCongestionWindow(t *testing.T) {
	memory := &budget{left: 100000}
	ta := established(t, with(growing(memory)))
	tsn, most := 0, 0
	for range 50 {
		ta.fill(1000)
		cwnd := ta.a.Status().Paths[0].Cwnd
		if got, want := ta.a.SendBuffer(), min(64000, max(8000, 2*cwnd)); got < want || got > max(want, most) {
			t.Errorf("with a congestion window of %d the buffer is %d, want %d", cwnd, got, want)
		}
		if got := ta.a.SendSpace(); got < 0 || got >= 1000 {
			t.Errorf("there is room for %d when nothing fits", got)
		}
		most = ta.a.SendBuffer()
		tsn += ta.drain()
		ta.recv(sack(tsn - 1))
	}
	if most != 64000 || memory.left != 100000-56000 {
		t.Errorf("the buffer is %d, and %d are left", most, memory.left)
	}
	for ta.a.Held() > 0 {
		tsn += ta.drain()
		ta.recv(sack(tsn - 1))
	}
	if got := ta.a.SendBuffer(); got != 8000 || memory.left != 100000 {
		t.Errorf("with nothing to send the buffer is %d, and %d are left", got, memory.left)
	}
	if ta.fill(1000) < 60 {
		t.Error("the congestion window is remembered, the buffer is not")
	}
}

// Messages are taken up to MaxMessage whatever the memory is: several at a time if there is some, one at a time if not.
func TestSendBufferGrowsWithMessages(t *testing.T) {
	for _, tt := range []struct {
		memory Memory
		want   int
	}{{nil, 2}, {&budget{left: 1000}, 1}} {
		ta := established(t, with(growing(tt.memory)))
		if err := ta.a.Send(ta.now, &Message{Data: make([]byte, 32001)}); !errors.Is(err, ErrMessageTooBig) {
			t.Errorf("a message of more than MaxMessage: %v", err)
		}
		if n := ta.fill(32000); n != tt.want {
			t.Errorf("the buffer took %d large messages, want %d", n, tt.want)
		}
	}
}

// A buffer that grew while there was memory is cut back to what the network needs, never below what is held.
func TestSendBufferShrinksWhenMemoryIsScarce(t *testing.T) {
	memory := &budget{left: 100000}
	ta := established(t, with(growing(memory)))
	ta.fill(16000)
	if got := ta.a.SendBuffer(); got != 64000 {
		t.Fatalf("for large messages the buffer is %d", got)
	}
	memory.scarce = true
	tsn := ta.drain()
	if err := ta.a.Send(ta.now, &Message{Data: make([]byte, 10)}); err == nil {
		t.Fatal("there is room for more")
	}
	ta.recv(sack(0))
	ta.recv(sack(tsn - 1))
	cwnd := ta.a.Status().Paths[0].Cwnd
	if got, want := ta.a.SendBuffer(), max(8000, 2*cwnd); got != want {
		t.Errorf("the buffer is %d, want %d", got, want)
	}
	if ta.a.Held() == 0 || memory.left != 100000-(ta.a.SendBuffer()-8000) {
		t.Errorf("%d are held, and %d are left", ta.a.Held(), memory.left)
	}
	ta.a.ReleaseBuffers()
	if memory.left != 100000 {
		t.Errorf("%d of 100000 came back", memory.left)
	}
}
