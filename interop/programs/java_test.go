//go:build linux

package programs

import (
	"testing"
)

// TestJava runs a user of com.sun.nio.sctp, which talks to libsctp and the kernel from C.
func TestJava(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "java")
			source := shared(t, "Channels.java")
			for _, addr := range []string{loopback4, loopback6} {
				t.Run("at "+addr, func(t *testing.T) {
					g := p.in(t).run("java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", source, addr)
					for _, what := range []string{
						"messages", "a message in parts", "shutdown", "a selector", "a multi-channel", "a branch", "options", "refusal", "done",
					} {
						g.says(what)
					}
					g.ends()
				})
			}
		})
	}
}
