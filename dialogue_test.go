package sctp_test

import (
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport/udpencap"
)

// openDialogue returns a client on a carrier of its own and a server on another that sends back what it gets.
func openDialogue(t testing.TB, busyPoll time.Duration) *sctp.Conn {
	t.Helper()
	carrier := func(peerPort uint16) *udpencap.Transport {
		c, err := udpencap.Open(udpencap.Config{FreePort: true, PeerPort: peerPort, BusyPoll: busyPoll})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	there := carrier(0)
	lc := sctp.ListenConfig{Carrier: there}
	l, err := lc.Listen(t.Context(), "sctp/udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	d := sctp.Dialer{Carrier: carrier(there.LocalPort()), Timeout: 30 * time.Second}
	c, err := d.DialSCTP(t.Context(), "sctp/udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	s, err := l.AcceptSCTP()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		p := make([]byte, 1<<16)
		for {
			n, _, err := s.ReadMsg(p)
			if err != nil {
				return
			}
			if _, err := s.WriteMsg(p[:n], nil); err != nil {
				return
			}
		}
	}()
	return c
}

// askOver sends a question and waits for the answer.
func askOver(t testing.TB, c *sctp.Conn, p []byte) {
	if _, err := c.WriteMsg(p, nil); err != nil {
		t.Fatal(err)
	}
	for got := 0; got < len(p); {
		n, _, err := c.ReadMsg(p[got:])
		if err != nil {
			t.Fatal(err)
		}
		got += n
	}
}

// A user who waits for one answer after the other reads the socket himself. It costs no allocation, and what is no dialogue in between comes
// and goes as usual.
func TestDialogue(t *testing.T) {
	for name, busyPoll := range map[string]time.Duration{"default": 0, "busy poll": 50 * time.Microsecond} {
		t.Run(name, func(t *testing.T) {
			c := openDialogue(t, busyPoll)
			small, large := make([]byte, 64), make([]byte, 50_000)
			for range 3 {
				for range 100 {
					askOver(t, c, small)
				}
				if n := testing.AllocsPerRun(100, func() { askOver(t, c, small) }); n >= 1 {
					t.Errorf("a round trip costs %v allocations, want none", n)
				}
				askOver(t, c, large)
			}
		})
	}
}

func BenchmarkDialogue(b *testing.B) {
	for name, busyPoll := range map[string]time.Duration{"default": 0, "busy poll": 50 * time.Microsecond} {
		b.Run(name, func(b *testing.B) {
			c := openDialogue(b, busyPoll)
			p := make([]byte, 64)
			for b.Loop() {
				askOver(b, c, p)
			}
		})
	}
}
