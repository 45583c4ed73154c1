//go:build linux

package programs

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

// Debian's Python, whose tests are a package of their own; how many of them are for SCTP sockets, all of which pass on Linux.
const (
	python      = "/usr/bin/python3"
	pythonTests = 42
	// pythonTCPTests is how many tests of TCP programs run at least; a few more do if the user is not root.
	pythonTCPTests = 289
)

// TestPython runs CPython's own tests of SCTP sockets. They are counted: those that are skipped prove nothing.
func TestPython(t *testing.T) {
	_, err := os.Stat(python)
	require.That(t, err == nil, "python3")
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c)
			g := p.run(python, "-m", "unittest", "-v", "-k", "SCTP", "test.test_socket")
			err := g.Wait(p.ctx)
			require.That(t, !strings.Contains(g.Log(), "No module named 'test"), "libpython3-testsuite")
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range []string{fmt.Sprintf("Ran %d tests in", pythonTests), "\nOK"} {
				if !strings.Contains(g.Log(), line) {
					t.Errorf("it does not say %q", line)
				}
			}
			if n := strings.Count(g.Log(), " ... ok"); n != pythonTests {
				t.Errorf("%d tests passed", n)
			}
		})
	}
}

// TestPythonWith runs CPython's own tests of TCP programs over SCTP: servers and clients of several protocols, with threads and processes.
func TestPythonWith(t *testing.T) {
	_, err := os.Stat(python)
	require.That(t, err == nil, "python3")
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c)
			scratch, err := os.MkdirTemp(dir, "python-")
			if err == nil {
				err = os.Chmod(scratch, 0o777)
			}
			if err != nil {
				t.Fatal(err)
			}
			g := p.with("env", "-C", scratch, python, "-m", "unittest", "-v", "test.test_socketserver", "test.test_httpservers", "test.test_httplib",
				"test.test_telnetlib", "test.test_socket.BasicTCPTest", "test.test_socket.NonBlockingTCPTests", "test.test_socket.SendmsgTCPTest",
				"test.test_socket.RecvmsgTCPTest", "test.test_socket.RecvmsgIntoTCPTest", "test.test_socket.SendfileUsingSendTest")
			if err := g.Wait(p.ctx); err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(g.Log()+"\n", "ok\n"); n < pythonTCPTests {
				t.Errorf("%d tests passed", n)
			}
		})
	}
}
