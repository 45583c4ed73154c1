//go:build linux

package programs

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

// TestJava runs a user of com.sun.nio.sctp, which talks to libsctp and the kernel from C.
func TestJava(t *testing.T) {
	require.Root(t)
	classes := filepath.Join(dir, "classes")
	if out, err := exec.Command(require.Tool(t, "javac"), "-d", classes, filepath.Join("testdata", "Channels.java")).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "java")
			const first6, second6 = "fd00::1", "fd00::2"
			for _, addr := range []string{first6, second6} {
				if err := p.namespace.IP("addr", "add", addr+"/128", "dev", "lo", "nodad"); err != nil {
					t.Fatal(err)
				}
			}
			for _, addrs := range [][]string{{loopback4, "127.0.0.2"}, {first6, second6}} {
				t.Run("at "+addrs[0], func(t *testing.T) {
					g := p.in(t).run("java", "-XX:TieredStopAtLevel=1", "-cp", classes, "Channels", addrs[0], addrs[1])
					for _, what := range []string{
						"messages", "a message in parts", "shutdown", "a selector", "a multi-channel", "a branch", "addresses", "options", "refusal", "done",
					} {
						g.says(what)
					}
					g.ends()
				})
			}
		})
	}
}
