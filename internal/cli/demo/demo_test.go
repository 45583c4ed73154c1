package demo

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/ladder"
	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/udpencap"
)

func TestDemoTellsItsStoryInOrder(t *testing.T) {
	var b strings.Builder
	if err := Run(t.Context(), &b, Options{}); err != nil {
		t.Fatal(err)
	}
	rest := b.String()
	for _, scene := range []string{
		" INIT tag ", " INIT ACK tag ", " COOKIE ECHO ", " COOKIE ACK ",
		" DATA 1 stream 0/0 ", " stream 1/0 ",
		"── the path over 127.0.0.1 is cut", "✗", " ↻ DATA ",
		"── the path over 127.0.0.1 is repaired", "── the server has seen a heartbeat acknowledged",
		"── the server has told enough", " SHUTDOWN 0 ", " SHUTDOWN ACK ", " SHUTDOWN COMPLETE ",
		"12 messages were sent and arrived, each exactly once and in order on its stream",
	} {
		_, after, ok := strings.Cut(rest, scene)
		if !ok {
			t.Fatalf("%q does not come, or not in its turn, in\n%s", scene, b.String())
		}
		rest = after
	}
}

// Other programs may send to the demo's UDP ports, which are anybody's that nobody holds. What they are answered is not drawn.
func TestStrangersAreNotDrawn(t *testing.T) {
	var b strings.Builder
	loopback := netip.MustParseAddr("127.0.0.1")
	n, err := newNetwork([]netip.Addr{loopback}, newScreen(&b, ladder.Options{}), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	abort := assoc.AppendAbort(nil, 13, 49200, 1, true, nil)
	for _, c := range []struct {
		port  uint16
		drawn bool
	}{{1, false}, {n.serverUDP, true}, {0, true}} {
		b.Reset()
		if c.port == 0 {
			n.ports[1].Store(udpencap.DefaultPort)
		}
		d := transport.Datagram{Path: transport.Path{Local: loopback, Remote: loopback, EncapPort: c.port}, Data: abort}
		if _, err := n.client.WriteBatch([]transport.Datagram{d}); err != nil {
			t.Fatal(err)
		}
		if drawn := strings.Contains(b.String(), "ABORT"); drawn != c.drawn {
			t.Errorf("a packet to UDP port %d: drawn %v, want %v", c.port, drawn, c.drawn)
		}
	}
}

func TestDemoOnOneAddressOfEachFamily(t *testing.T) {
	addrs := []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")}
	require.That(t, usable(addrs[1]), "ipv6 on the loopback interface")
	var b strings.Builder
	if err := perform(t.Context(), &b, Options{}, addrs); err != nil {
		t.Fatalf("%v after\n%s", err, b.String())
	}
	if !strings.Contains(b.String(), "B2  [::1]:13") {
		t.Errorf("no line for the IPv6 address of the server in\n%s", b.String())
	}
}

// brokenPipe is an output that fails, as that of "sctp demo | head" does.
type brokenPipe struct{ lines int }

func (w *brokenPipe) Write(p []byte) (int, error) {
	if w.lines--; w.lines < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestDemoStopsWhenNobodyReads(t *testing.T) {
	if err := Run(t.Context(), &brokenPipe{lines: 5}, Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want the error of the output", err)
	}
}

func TestDemoFailsWhenTheTimeIsUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := Run(ctx, io.Discard, Options{Ladder: ladder.Options{ASCII: true}}); err == nil {
		t.Error("a demo that had a millisecond claims to have succeeded")
	}
}

func TestJournalWantsEveryMessageOnceAndInOrder(t *testing.T) {
	for _, c := range []struct {
		name     string
		received []string // of "a", "b" on stream 0
		other    string   // on stream 1
		ok       bool
	}{
		{"all", []string{"a", "b"}, "", true},
		{"lost", []string{"a"}, "", false},
		{"nothing", nil, "", false},
		{"twice", []string{"a", "b", "b"}, "", false},
		{"order", []string{"b", "a"}, "", false},
		{"altered", []string{"a", "c"}, "", false},
		{"invented", []string{"a", "b"}, "x", false},
	} {
		j := newJournal()
		j.send(0, "a")
		j.send(0, "b")
		for _, text := range c.received {
			j.receive(0, text)
		}
		if c.other != "" {
			j.receive(1, c.other)
		}
		if err := j.verify(); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
