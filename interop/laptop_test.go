//go:build linux

package interop

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosctp/sctp/interop/lab"
)

// Addresses of the laptop and its server on the two networks that the laptop is in, by turns or at once.
const (
	dock, wifi             = "dock", "wifi"
	laptopDock, serverDock = "10.21.1.1", "10.21.1.2"
	laptopWifi, serverWifi = "10.21.2.1", "10.21.2.2"
)

// A laptop that is bound to all its addresses is taken from one network into another, back, and through none, while it talks: the server learns of it
// by ASCONF (RFC 5061), and no message is lost, doubled or out of order. docs/laptop.md is about the same.
func TestLaptopOnTheMove(t *testing.T) {
	needs(t)
	for _, c := range []carrier{rawIP, inUDP} {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			testLaptop(t, c)
		})
	}
}

// laptop is the client of docs/laptop.md and its server.
type laptop struct {
	*testing.T
	namespace      *lab.Namespace
	client, server *speaker
	said           int
}

func testLaptop(t *testing.T, c carrier) {
	command, err := sctpCommand()
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("only the two of us\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var hosts [2]*lab.Namespace
	for i := range hosts {
		if hosts[i], err = lab.NewNamespace(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { hosts[i].Close() })
	}
	if err := lab.Connect(dock, hosts[0], []string{laptopDock + "/24"}, hosts[1], []string{serverDock + "/24"}); err != nil {
		t.Fatal(err)
	}
	if err := lab.Connect(wifi, hosts[0], nil, hosts[1], []string{serverWifi + "/24"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*scenarioTime)
	defer cancel()
	flags := []string{command, "echo", "-v", "--auth-key", key, "--auto-asconf"}
	if c == inUDP {
		flags = append(flags, "--udp")
	}
	l := &laptop{T: t, namespace: hosts[0]}
	l.server = runIn(t, ctx, hosts[1], append(flags, "-l", ":7000"))
	l.server.want("listening")
	l.client = runIn(t, ctx, hosts[0], append(flags, serverDock+":7000"))
	l.client.want("association with")
	l.talk()

	l.arrives(wifi, laptopWifi) // before it leaves the other network
	l.leaves(dock, laptopDock)
	l.talk()
	l.arrives(dock, laptopDock)
	l.talk()
	l.leaves(dock, laptopDock)
	l.talk()

	// There is no network for a while, and then another one.
	l.ip("addr", "del", laptopWifi+"/24", "dev", wifi)
	l.client.want("address " + laptopWifi + " is gone")
	l.say()
	l.ip("addr", "add", laptopDock+"/24", "dev", dock)
	l.client.want("address " + laptopDock + " is there")
	l.hear()
	l.server.want("peer address " + laptopWifi + ": ADDR_REMOVED")
	l.talk()
	if err := l.client.process.CloseInput(); err != nil {
		t.Fatal(err)
	}
	if err := l.client.process.Wait(ctx); err != nil {
		t.Error(err)
	}
	l.once()
}

// arrives gives the laptop an address, and waits until the server can use it.
func (l *laptop) arrives(network, addr string) {
	l.Helper()
	l.ip("addr", "add", addr+"/24", "dev", network)
	l.client.want("address " + addr + " is there")
	l.server.want("peer address " + addr + ": ADDR_CONFIRMED")
}

// leaves takes an address away, and waits until the server knows.
func (l *laptop) leaves(network, addr string) {
	l.Helper()
	l.ip("addr", "del", addr+"/24", "dev", network)
	l.client.want("address " + addr + " is gone")
	l.server.want("peer address " + addr + ": ADDR_REMOVED")
}

func (l *laptop) ip(args ...string) {
	l.Helper()
	if err := l.namespace.IP(args...); err != nil {
		l.Fatal(err)
	}
}

// talk has a few messages sent back.
func (l *laptop) talk() {
	l.Helper()
	for range 5 {
		l.say()
		l.hear()
	}
}

// say sends a message, hear waits until the last one has come back.
func (l *laptop) say() {
	l.Helper()
	l.said++
	l.client.say(fmt.Sprintf("message %d.", l.said))
}

func (l *laptop) hear() {
	l.Helper()
	l.client.want(fmt.Sprintf("message %d.", l.said))
}

// once wants every message to have come back once, in order.
func (l *laptop) once() {
	l.Helper()
	n := 0
	for line := range strings.Lines(l.client.process.Log()) {
		if !strings.HasPrefix(line, "message ") {
			continue
		}
		if n++; strings.TrimSpace(line) != fmt.Sprintf("message %d.", n) {
			l.Errorf("message %d came back as %q", n, line)
		}
	}
	if n != l.said {
		l.Errorf("%d messages came back, of %d", n, l.said)
	}
}
