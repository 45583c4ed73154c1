//go:build linux

package programs

import (
	"strings"
	"testing"
)

// TestTwoHosts runs servers on one host and their clients on another.
func TestTwoHosts(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			near, far := twoPlaces(t, c, "socat", "iperf3", "ncat")
			for _, addr := range []string{far4, far6} {
				// hosts returns the two places for a subtest, and a port.
				hosts := func(t *testing.T) (*place, *place, string) { return near.in(t), far.in(t), newPort() }
				t.Run("pieces at "+addr, func(t *testing.T) {
					sides{t, far.in(t).run, near.in(t).run}.pieces(compile(t, "pieces.c", "-pie"), addr)
				})
				t.Run("echo as TCP at "+addr, func(t *testing.T) {
					sides{t, far.in(t).with, near.in(t).with}.echo(compile(t, "echo.c", "-pie", "-DTRANSPORT=IPPROTO_TCP"), addr)
				})
				t.Run("socat at "+addr, func(t *testing.T) {
					near, far, port := hosts(t)
					sent, received := someFile(t, 2<<20), emptyFile(t)
					server := far.run("socat", "-dd", "-u", "SCTP-LISTEN:"+port+",pf="+protocolFamily(addr), "OPEN:"+received+",trunc")
					server.mentions(socatListens)
					near.run("socat", "-u", "OPEN:"+sent, "SCTP-CONNECT:"+bracketed(addr)+":"+port).ends()
					server.ends()
					sameFiles(t, sent, received)
				})
				t.Run("iperf3 at "+addr, func(t *testing.T) {
					near, far, port := hosts(t)
					server := far.run("iperf3", "-s", "-1", "-p", port, "--forceflush")
					server.says("Server listening on")
					client := near.run("iperf3", "--sctp", "-J", "-n", "20M", "-P", "2", "-c", addr, "-p", port)
					client.ends()
					server.ends()
					judgeIperf3(t, client.Log(), "SCTP", 2)
				})
			}
			t.Run("many, at both addresses", func(t *testing.T) {
				sides{t, far.in(t).run, near.in(t).run}.many(compile(t, "many.c", "-pie"), far6, far4)
			})
		})
	}
}

func protocolFamily(addr string) string {
	if strings.Contains(addr, ":") {
		return "ip6"
	}
	return "ip4"
}

func bracketed(addr string) string {
	if strings.Contains(addr, ":") {
		return "[" + addr + "]"
	}
	return addr
}

// TestOurCommands has programs talk to the commands of this repository, which use the stack without sockets.
func TestOurCommands(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "ncat")
			for _, addr := range []string{loopback4, loopback6} {
				at := func(port string) string { return bracketed(addr) + ":" + port }
				t.Run("echo at "+addr, func(t *testing.T) {
					p, port := p.in(t), newPort()
					path := compile(t, "echo.c", "-pie")
					p.sctp("echo", "-l", at(port)).says("")
					client := p.run(path, "ask", addr, port, "hello")
					client.says("echo hello")
					client.ends()

					port = newPort()
					p.run(path, "serve", addr, port).says("listening")
					p.sctp("echo", at(port), "hello").says("hello")
				})
				t.Run("daytime at "+addr, func(t *testing.T) {
					p, port := p.in(t), newPort()
					path := compile(t, "daytime.c", "-pie")
					p.run(path, "serve", addr, port).says("listening")
					command := p.sctp("daytime", at(port))
					command.says("Local ")
					command.says("GMT ")
				})
				t.Run("cat at "+addr, func(t *testing.T) {
					p, port := p.in(t), newPort()
					path := compile(t, "pieces.c", "-pie")
					server := p.run(path, "serve", addr, port)
					server.says("listening")
					cat := p.sctp("cat", "--one", at(port))
					cat.hears(strings.Repeat("text", 20000))
					cat.hearsNoMore()
					cat.ends()
					server.says("message of 80001 in 20, ")
					server.ends()

					port = newPort()
					listener := p.run("ncat", "-v", "--sctp", "-l", addr, port)
					listener.says(ncatListens)
					cat = p.sctp("cat", "--lines", at(port))
					cat.hears("question")
					listener.hears("answer")
					cat.says("answer")
					cat.hearsNoMore()
					listener.mentions("question") // a line has no end as a message
				})
			}
		})
	}
}
