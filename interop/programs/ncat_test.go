//go:build linux

package programs

import "testing"

// ncatListens is what ncat -v says when a client may come.
const ncatListens = "Ncat: Listening on"

// TestNcat has ncat talk to itself: what one end hears the other says, a file goes through, and a server that keeps listening runs a program
// for each client.
func TestNcat(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "ncat")
			for _, addr := range []string{loopback4, loopback6} {
				t.Run("both ways at "+addr, func(t *testing.T) {
					p, port := p.in(t), newPort()
					server := p.run("ncat", "-v", "--sctp", "-l", addr, port)
					server.says(ncatListens)
					client := p.run("ncat", "--sctp", addr, port)
					client.hears("question")
					server.says("question")
					server.hears("answer")
					client.says("answer")
					client.hearsNoMore()
					client.ends()
					server.ends()
				})
				t.Run("a file at "+addr, func(t *testing.T) {
					p, port := p.in(t), newPort()
					sent, received := someFile(t, 1<<20), emptyFile(t)
					server := p.run("ncat", "-v", "--sctp", "-l", addr, port, "--recv-only", "-o", received)
					server.says(ncatListens)
					p.run("sh", "-c", `ncat --sctp --send-only "$0" "$1" <"$2"`, addr, port, sent).ends()
					server.ends()
					sameFiles(t, sent, received)
				})
				t.Run("a program for each client at "+addr, func(t *testing.T) {
					p, port := p.in(t), newPort()
					server := p.run("ncat", "-v", "--sctp", "-k", "-l", addr, port, "-e", "/bin/cat")
					server.says(ncatListens)
					for range 3 {
						client := p.run("ncat", "--sctp", addr, port)
						client.hears("hello")
						client.says("hello")
						client.hearsNoMore()
						client.ends()
					}
				})
			}
			t.Run("nobody listens", func(t *testing.T) {
				client := p.in(t).run("ncat", "--sctp", loopback4, newPort())
				client.says("Ncat: Connection refused.")
				client.fails()
			})
		})
	}
}
