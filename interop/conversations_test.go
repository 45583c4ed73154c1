//go:build linux

package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosctp/sctp/interop/plan"
)

// docsDir is where the captured conversations are shown.
const docsDir = "../docs/interop"

// shown is the plan of the captured conversations: small enough to read, with a fragmented and an unordered message.
var shown = plan.Plan{Streams: 2, Sizes: []int{10, 3000}, Count: 6, Unordered: 5}

// TestConversations captures an exemplary conversation of each pair: six echoed messages, of which the last three meet a path
// that has been cut. With -update the ladder diagrams go to docs/interop.
func TestConversations(t *testing.T) {
	needs(t)
	for _, peer := range []struct {
		file, title string
		with        func(*testing.T, string, func() (string, error)) *pair
	}{
		{"linux.md", "the Linux kernel", withKernel},
		{"usrsctp.md", "usrsctp", withUsrsctp},
	} {
		t.Run(peer.title, func(t *testing.T) {
			page := fmt.Sprintf(pageHead, peer.title, peer.title)
			p := peer.with(t, "gosctp", ourPeer)
			for _, c := range []conversation{
				{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4},
				{pair: p, client: p.b, server: p.a, carrier: rawIP, family: v6},
				{pair: p, client: p.a, server: p.b, carrier: inUDP, family: v6},
				{pair: p, client: p.b, server: p.a, carrier: inUDP, family: v4},
			} {
				how := "IP protocol 132"
				if c.carrier == inUDP {
					how = "UDP"
				}
				title := fmt.Sprintf("%s calls %s: %s over %s", c.client.name, c.server.name, how, c.family)
				t.Run(title, func(t *testing.T) {
					page += fmt.Sprintf("\n## %s\n\n```\n%s```\n", title, converse(t, c))
				})
			}
			checkPage(t, filepath.Join(docsDir, peer.file), page)
		})
	}
}

// pageHead begins a page of docs/interop; the name of the peer stands twice.
const pageHead = `# Conversations with %s

Captured by ` + "`go test ./interop -run TestConversations -update`" + ` and drawn by ` + "`sctp dump --ladder`" + `: gosctp and %s, each as client and as
server. The client sends six messages on two streams, the fifth unordered; the server sends each back. After the third
the link of the first path is cut: what is sent into it is not captured, what has to be sent again is marked ` + "`↻`" + `. RTO.Min is
200 ms and Path.Max.Retrans 1 on both sides, so that this takes a second and not a minute.
`

// converse runs the conversation and returns its ladder diagram.
func converse(t *testing.T, c conversation) string {
	t.Helper()
	stop := judged(t, c.pair.namespace, c.carrier, c.family)
	server, client := c.start(t, []string{"fast=1", "echo=1"},
		append(shown.Args(), "fast=1", fmt.Sprintf("expect=%d", shown.Count), "end=shutdown", fmt.Sprintf("hold=%d", shown.Count/2)))
	client.want("hold")
	c.pair.cutFirstPath(t)
	client.say("go")
	client.wantReport(shown.Report(), "shutdown")
	server.wantReport(shown.Report(), "shutdown")

	out := runCommand(t, "dump", "--ladder", stop().file)
	for _, chunk := range []string{"INIT ACK", "COOKIE ECHO", "DATA", "SACK", "HEARTBEAT ACK", "SHUTDOWN COMPLETE"} {
		if !strings.Contains(out, chunk) {
			t.Errorf("no %s in the ladder diagram", chunk)
		}
	}
	return strings.TrimRight(out, "\n") + "\n"
}

// checkPage writes a page of docs/interop with -update; otherwise the page has to be there and have the sections of this one.
func checkPage(t *testing.T, file, page string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(docsDir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	committed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "#") && !strings.Contains(string(committed), line) {
			t.Errorf("%s has no section %q; run the test with -update", file, line)
		}
	}
}
