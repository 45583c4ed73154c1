package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

// severalLoopbacks skips the test where only 127.0.0.1 is the host's own.
func severalLoopbacks(t *testing.T) {
	t.Helper()
	require.That(t, runtime.GOOS == "linux", "all of 127.0.0.0/8 as the host's own")
}

func TestVerboseClientsDescribeThePathsToThePeer(t *testing.T) {
	severalLoopbacks(t)
	for _, args := range [][]string{
		{"echo", "-u", "-v", "--primary", "127.0.0.2", "--local", "127.0.0.1/127.0.0.2:0"},
		{"perf", "-u", "-v", "-t", "100ms", "--primary", "127.0.0.2", "--local", "127.0.0.1/127.0.0.2:0"},
	} {
		server := start(t, args[0], "-u", map[string]string{"echo": "-l", "perf": "-s"}[args[0]], "127.0.0.1/127.0.0.2:0")
		client := start(t, append(args, server.address())...)
		if args[0] == "echo" {
			client.stdin.Write([]byte("hello\n"))
			client.stdin.Close()
		}
		var said []string
		for line := range client.lines {
			said = append(said, line)
		}
		if status := <-client.status; status != 0 {
			t.Fatalf("%s ended with %d: %q", args[0], status, said)
		}
		all := strings.Join(said, "\n")
		for _, want := range []string{"association with 127.0.0.2/127.0.0.1:", "\n127.0.0.2  127.0.0.2  ", ", primary  ", "\n127.0.0.1  127.0.0.1  available"} {
			if !strings.Contains(all, want) {
				t.Errorf("%s does not say %q:\n%s", args[0], want, all)
			}
		}
	}
}

func TestPrimaryHasToBeThePeers(t *testing.T) {
	server := start(t, "echo", "-u", "-l", anyPort)
	client := start(t, "echo", "-u", "--primary", "192.0.2.1", server.address(), "hello")
	if line := client.line(); !strings.Contains(line, "no such path: 192.0.2.1") {
		t.Errorf("said %q", line)
	}
	if status := <-client.status; status != 1 {
		t.Errorf("status %d", status)
	}
}

// Both sides have the key; one has another, and one has none.
func TestKeysOfCommands(t *testing.T) {
	dir := t.TempDir()
	file := func(name, key string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	right, wrong := file("right", "squeamish ossifrage\n"), file("wrong", "xyzzy\n")
	server := start(t, "echo", "-u", "-l", "--auth-key", right, anyPort)
	addr := server.address()
	client := start(t, "echo", "-u", "--auth-key", right, addr, "secret")
	if status := <-client.status; status != 0 || client.stdout.String() != "secret\n" {
		t.Errorf("with the key: status %d, %q", status, client.stdout.String())
	}
	for what, flags := range map[string][]string{"another key": {"--auth-key", wrong}, "no key": nil} {
		client := start(t, append(append([]string{"echo", "-u", "--timeout", "500ms"}, flags...), addr, "secret")...)
		if status := <-client.status; status != 1 || client.stdout.Len() > 0 {
			t.Errorf("%s: status %d, %q", what, status, client.stdout.String())
		}
	}
	open := start(t, "echo", "-u", "-l", anyPort)
	client = start(t, "echo", "-u", "--auth-key", right, open.address(), "secret")
	if line := client.line(); !strings.Contains(line, "does not authenticate what it sends") {
		t.Errorf("a server without the key: %q", line)
	}
	if status := <-client.status; status != 1 {
		t.Errorf("a server without the key: status %d", status)
	}
}
