//go:build linux

package programs

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

// bindings is a module that makes the system calls of Linux' SCTP sockets, and bindingsTests how many tests it has, all of which pass on Linux.
const (
	bindings      = "github.com/ishidawataru/sctp"
	bindingsTests = 14
)

// goTool builds something in the module of goprogram, outside of which nobody has the bindings.
func goTool(t *testing.T, name, command string, args ...string) string {
	t.Helper()
	program := filepath.Join(dir, name)
	args = append([]string{command, "-C", filepath.Join("..", "goprogram"), "-o", program}, args...)
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", command, err, out)
	}
	return program
}

// TestGo runs a static program that makes system calls without a C library.
func TestGo(t *testing.T) {
	require.Root(t)
	path := goTool(t, "goprogram", "build", ".")
	tests := goTool(t, "bindings.test", "test", "-c", bindings)
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c)
			for _, addrs := range []string{loopback4 + "/127.0.0.2", "[" + loopback6 + "]"} {
				t.Run("program at "+addrs, func(t *testing.T) { goProgram(p.in(t), path, addrs) })
			}
			t.Run("tests of the bindings", func(t *testing.T) { goTests(p.in(t), tests) })
		})
	}
}

func goProgram(p *place, path, addrs string) {
	at := fmt.Sprint(addrs, ":", newPort())
	server := p.run(path, "serve", at)
	server.says("listening at")
	for range 2 {
		client := p.run(path, "ask", at)
		client.says("streams 12 out 12 in, state 4")
		client.says(fmt.Sprintf("server has %d", 1+strings.Count(addrs, "/")))
		client.says("echoes 12")
		client.ends()
		server.says("client at")
		server.says("peer shuts down")
		server.says("client left")
	}
}

// goTests counts the tests that pass. One leaves a file to the collector, which closes its number while the next test waits to accept there, and as in a
// kernel it goes on waiting.
func goTests(p *place, path string) {
	g := p.run(path, "-test.v")
	g.ends()
	passed := 0
	for line := range strings.Lines(g.Log()) {
		if strings.HasPrefix(line, "--- PASS") {
			passed++
		}
	}
	if passed != bindingsTests {
		p.t.Errorf("%d tests passed", passed)
	}
}
