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
