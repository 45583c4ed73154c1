//go:build linux

package programs

import (
	"testing"
)

// TestErlang runs a user of gen_sctp.
func TestErlang(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "escript")
			script := shared(t, "gen_sctp.escript")
			for _, addr := range []string{loopback4, loopback6} {
				t.Run("at "+addr, func(t *testing.T) {
					g := p.in(t).run("env", "HOME="+dir, "escript", script, addr)
					for _, what := range []string{
						"messages on streams", "a large message", "end of an association", "abort", "peeling off", "one-to-one sockets",
						"active sockets", "options", "refusal", "done",
					} {
						g.says(what)
					}
					g.ends()
				})
			}
		})
	}
}
