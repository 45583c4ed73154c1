package endpoint

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
)

// life is a whole association: A connects with a message that goes with its COOKIE ECHO, Z greets with one that goes with its COOKIE ACK,
// A sends what takes several packets, and one of them shuts down. Whatever the network loses, all of it has to happen once.
func life(t *testing.T, lost []int, closer string) (packets int) {
	t.Helper()
	n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
	n.quiet = len(lost) > 1
	n.loseNth(lost...)
	z.greeting = "welcome"
	long := strings.Repeat("0123456789", 500)

	A := a.connect(z, assoc.Config{})
	a.send(A, "hello")
	a.send(A, long)
	n.advance(25 * time.Second)
	if len(z.handles) != 1 {
		t.Fatalf("lost %v: Z has %d associations; A: %q, Z: %q", lost, len(z.handles), a.events, z.events)
	}
	Z := z.handles[0]
	if closer == "A" {
		a.shutdown(A)
	} else {
		z.shutdown(Z)
	}
	n.finish(5 * time.Minute)

	if got := a.read(A); !slices.Equal(got, []string{"welcome"}) {
		t.Errorf("lost %v: A read %q", lost, got)
	}
	if got := z.read(Z); !slices.Equal(got, []string{"hello", long}) {
		t.Errorf("lost %v: Z read %d messages, want both", lost, len(got))
	}
	for _, h := range []*host{a, z} {
		if h.count("up") != 1 || h.count("shutdown complete") != 1 || h.events[len(h.events)-1] != "shutdown complete" {
			t.Errorf("lost %v: %s saw %q", lost, h.name, h.events)
		}
		h.wantForgotten()
	}
	return n.sent
}

// extra is how many packets beyond those of an undisturbed life may be lost: repetitions of the first ones.
const extra = 3

func TestEverySinglePacketMayBeLost(t *testing.T) {
	for _, closer := range []string{"A", "Z"} {
		packets := life(t, nil, closer)
		if packets < 12 {
			t.Fatalf("a life takes %d packets, too few to be one", packets)
		}
		for i := range packets + extra {
			life(t, []int{i}, closer)
		}
	}
}

func TestEveryTwoPacketsMayBeLost(t *testing.T) {
	for _, closer := range []string{"A", "Z"} {
		packets := life(t, nil, closer)
		for i := range packets + extra {
			for j := range i {
				life(t, []int{j, i}, closer)
			}
		}
	}
}

func TestEveryThreePacketsInARowMayBeLost(t *testing.T) {
	for i := range life(t, nil, "A") + extra {
		life(t, []int{i, i + 1, i + 2}, "A")
	}
}

func TestHandshakeInAnyOrderWithFaults(t *testing.T) {
	explore(t, 10000, func(t *testing.T, c *chooser) {
		n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
		n.quiet = true
		z.greeting = "welcome"
		A := a.connect(z, assoc.Config{})
		a.send(A, "hello")
		n.shuffle(c, faults{losses: 1, repeats: 1})
		n.advance(20 * time.Second)
		wantOneAssociation(t, a, z)
		if got := a.read(A); !slices.Equal(got, []string{"welcome"}) {
			t.Errorf("A read %q", got)
		}
		if got := z.read(z.handles[0]); !slices.Equal(got, []string{"hello"}) {
			t.Errorf("Z read %q", got)
		}
	})
}

func TestDataWithLostCookieEchoIsDeliveredOnce(t *testing.T) {
	n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
	A := a.connect(z, assoc.Config{})
	a.send(A, "hello")
	n.loseNext(wire.ChunkCookieEcho)
	n.loseNext(wire.ChunkCookieAck) // of the repetition, which then comes a third time, with data that Z has already
	n.advance(10 * time.Second)
	wantOneAssociation(t, a, z)
	if got := z.read(z.handles[0]); !slices.Equal(got, []string{"hello"}) {
		t.Errorf("Z read %q", got)
	}
}

func TestHandshakeThatIsNeverAnsweredEnds(t *testing.T) {
	for _, c := range []struct {
		lost   wire.ChunkType
		answer string
	}{{wire.ChunkInit, "INIT"}, {wire.ChunkInitAck, "INIT ACK"}, {wire.ChunkCookieEcho, "COOKIE ECHO"}} {
		n, a, z := strangers(t, []string{"192.0.2.1"}, []string{"192.0.2.2"})
		for range 100 {
			n.loseNext(c.lost)
		}
		h := a.connect(z, assoc.Config{MaxInitRetransmits: 3})
		a.send(h, "hello")
		// RTO.Initial, doubled each time: 1+2+4+8 s, from the last answer on.
		if took := n.finish(time.Minute); took != 15*time.Second {
			t.Errorf("without %s: over after %v", c.answer, took)
		}
		sent := "false"
		if c.lost == wire.ChunkCookieEcho {
			sent = "true"
		}
		a.wantEvents("without "+c.answer, `send failed: "hello", sent `+sent, "cannot start: peer does not answer")
		a.wantForgotten()
		z.wantForgotten()
	}
}
