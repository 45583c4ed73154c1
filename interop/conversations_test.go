//go:build linux

package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosctp/sctp/interop/lab"
	"github.com/gosctp/sctp/interop/plan"
)

// docsDir is where the captured conversations are shown.
const docsDir = "../docs/interop"

// shown is the plan of the captured conversations: small enough to read, with a fragmented and an unordered message.
var shown = plan.Plan{Streams: 2, Sizes: []int{10, 3000}, Count: 6, Unordered: 5}

// TestConversations captures exemplary conversations of each pair: six echoed messages, of which the last three meet a path that has been
// cut, and one with chunks of extensions. With -update the ladder diagrams go to docs/interop.
func TestConversations(t *testing.T) {
	needs(t)
	t.Run("the Linux kernel", func(t *testing.T) {
		p := withKernel(t, "gosctp", ourPeer)
		checkPage(t, "linux.md", "the Linux kernel", pageHead, append(withCuts(t, p), withExtensions(t, p, rawIP, "pr,reconf,ecn"))...)
	})
	t.Run("usrsctp", func(t *testing.T) {
		p := withUsrsctp(t, "gosctp", ourPeer)
		checkPage(t, "usrsctp.md", "usrsctp", pageHead, append(withCuts(t, p), withExtensions(t, p, rawIP, "pr,reconf,idata"))...)
	})
	t.Run("pion", func(t *testing.T) {
		checkPage(t, "pion.md", "pion/sctp", pionHead, withExtensions(t, withPion(t, "gosctp", ourPeer), piped, "pr,reconf,idata"))
	})
}

// pageHead begins a page of docs/interop; the name of the peer stands twice.
const pageHead = `# Conversations with %s

Captured by ` + "`go test ./interop -run TestConversations -update`" + ` and drawn by ` + "`sctp dump --ladder`" + `: gosctp and %s, each as client and as
server. The client sends six messages on two streams, the fifth unordered; the server sends each back. After the third
the link of the first path is cut: what is sent into it is not captured, what has to be sent again is marked ` + "`↻`" + `. RTO.Min is
200 ms and Path.Max.Retrans 1 on both sides, so that this takes a second and not a minute. The last conversation is about
extensions; [extensions.md](extensions.md) has what was shown of them.
`

// pionHead begins the page of pion, with which there is one conversation.
const pionHead = `# A conversation with %s

Captured by ` + "`go test ./interop -run TestConversations -update`" + ` and drawn by ` + "`sctp dump --ladder`" + `: gosctp and %s, each over a connected UDP
socket (package ` + "`transport/pipe`" + ` on our side); [extensions.md](extensions.md) has what was shown of the extensions.
`

// withCuts are conversations over each carrier and family.
func withCuts(t *testing.T, p *pair) (sections []string) {
	for _, c := range []conversation{
		{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4},
		{pair: p, client: p.b, server: p.a, carrier: rawIP, family: v6},
		{pair: p, client: p.a, server: p.b, carrier: inUDP, family: v6},
		{pair: p, client: p.b, server: p.a, carrier: inUDP, family: v4},
		{pair: p, client: p.a, server: p.b, carrier: rawIP, family: mixed, paths: 3},
	} {
		how := "IP protocol 132"
		if c.carrier == inUDP {
			how = "UDP"
		}
		title := fmt.Sprintf("%s calls %s: %s over %s", c.client.name, c.server.name, how, c.family)
		if c.paths > 0 {
			title += fmt.Sprintf(", %d paths", c.paths)
		}
		t.Run(title, func(t *testing.T) { sections = append(sections, section(title, converse(t, c))) })
	}
	return sections
}

// withExtensions is a conversation with extensions: every fourth packet is lost for a while, so that messages are given up that may be sent
// only once; a stream is reset and used again.
func withExtensions(t *testing.T, p *pair, c carrier, offer string) (text string) {
	title := fmt.Sprintf("gosctp calls %s: extensions", p.b.name)
	t.Run(title, func(t *testing.T) {
		m := meet(t, conversation{pair: p, client: p.a, server: p.b, carrier: c, family: v4}, false, offer, nil, nil)
		m.client.sends(1, 1, 3000, 0, "ordered")
		m.impair(lab.Faults{Lose: 4})
		m.client.sends(2, 8, 500, 10, "ordered rtx 0")
		m.heal()
		m.client.sends(1, 1, 100, 20, "unordered")
		m.server.wantMessage(1, 20)
		m.client.do("reset out 1", "re")
		m.client.sends(1, 1, 100, 30, "ordered")
		m.server.wantMessage(1, 30)
		m.end()
		text = section(title, ladder(t, m.stop(), "RE-CONFIG", "FORWARD", "SHUTDOWN COMPLETE"))
	})
	return text
}

func section(title, diagram string) string {
	return fmt.Sprintf("\n## %s\n\n```\n%s```\n", title, diagram)
}

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

	return ladder(t, stop(), "INIT ACK", "COOKIE ECHO", "DATA", "SACK", "HEARTBEAT ACK", "SHUTDOWN COMPLETE")
}

// ladder draws a capture, in which these chunks have to be.
func ladder(t *testing.T, r recording, chunks ...string) string {
	t.Helper()
	out := runCommand(t, "dump", "--ladder", r.file)
	for _, chunk := range chunks {
		if !strings.Contains(out, chunk) {
			t.Errorf("no %s in the ladder diagram", chunk)
		}
	}
	return strings.TrimRight(out, "\n") + "\n"
}

// checkPage writes a page of docs/interop with -update; otherwise the page has to be there and have the sections of this one.
func checkPage(t *testing.T, name, peer, head string, sections ...string) {
	t.Helper()
	file, page := filepath.Join(docsDir, name), fmt.Sprintf(head, peer, peer)+strings.Join(sections, "")
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
