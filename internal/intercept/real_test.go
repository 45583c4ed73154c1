//go:build linux && (amd64 || arm64)

package intercept

import (
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

// freePort returns a port that no UDP socket of the kernel has, which is as good a guess as any for SCTP.
func freePort(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return strconv.Itoa(c.LocalAddr().(*net.UDPAddr).Port)
}

// The sockets of package sockets in place of the fake ones: programs talk to each other through SCTP.
func TestProgramsTalk(t *testing.T) {
	dir := bench(t)
	pair := compile(t, dir, "pair")
	for _, network := range []string{"sctp/udp", "sctp"} {
		t.Run(strings.ReplaceAll(network, "/", " in "), func(t *testing.T) {
			if network == "sctp" {
				require.Root(t)
			}
			t.Run("in one tree", func(t *testing.T) {
				t.Log(succeeds(t, supervised(t, dir, "-network", network, pair, "both", freePort(t))))
			})
			t.Run("in two", func(t *testing.T) {
				port := freePort(t)
				server := supervised(t, dir, "-network", network, pair, "server", port)
				var out strings.Builder
				server.Stdout, server.Stderr = &out, &out
				if err := server.Start(); err != nil {
					t.Fatal(err)
				}
				t.Log(succeeds(t, supervised(t, dir, "-network", network, pair, "client", port)))
				if err := server.Wait(); err != nil {
					t.Errorf("server: %v\n%s", err, out.String())
				}
			})
			t.Run("TCP", func(t *testing.T) {
				succeeds(t, supervised(t, dir, "-network", network, "-tcp", filepath.Join(dir, "self"), "go-web"))
			})
		})
	}
}

// A server with a thousand connections at a time, and their clients, all under one supervisor.
func TestThousandConnections(t *testing.T) {
	dir := bench(t)
	thousand := compile(t, dir, "thousand")
	for _, tt := range []struct{ network, how string }{
		{"sctp", "threads"}, {"sctp", "epoll"}, {"sctp", "one"}, {"sctp/udp", "epoll"},
	} {
		t.Run(strings.ReplaceAll(tt.network, "/", " in ")+", "+tt.how, func(t *testing.T) {
			if tt.network == "sctp" {
				require.Root(t)
			}
			t.Log(succeeds(t, supervised(t, dir, "-network", tt.network, thousand, tt.how, freePort(t), "1000")))
		})
	}
}
