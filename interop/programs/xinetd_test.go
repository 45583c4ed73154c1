//go:build linux

package programs

import (
	"fmt"
	"os"
	"testing"
)

// TestXinetd has xinetd start programs, with an association as their standard input and output. As a program for TCP it runs under sctp with;
// it also knows SCTP itself. Its clients are telnet, a TCP program, and ours.
func TestXinetd(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "xinetd", "telnet")
			for _, m := range []struct {
				protocol string
				start    func(*place, ...string) *program
			}{{"tcp", (*place).with}, {"sctp", (*place).run}} {
				t.Run(m.protocol, func(t *testing.T) {
					p, echo, date := p.in(t), newPort(), newPort()
					server := m.start(p.traced(), "xinetd", "-dontfork", "-f", xinetdFile(t, p, m.protocol, echo, date))
					server.mentions("listen(")
					server.mentions("listen(")

					client := p.with("telnet", loopback4, date)
					client.says("Connected to")
					client.says("Greenwich:")
					client.says("Connection closed by foreign host.")

					client = p.with("telnet", loopback4, echo)
					client.says("Connected to")
					client.hears("hello")
					client.says("hello")

					p.sctp("cat", loopback4+":"+date).says("Greenwich:")
				})
			}
		})
	}
}

// xinetdFile has two services, one that echoes and one that answers and leaves.
func xinetdFile(t *testing.T, p *place, protocol, echo, date string) string {
	t.Helper()
	user := "root"
	if len(p.carrier.as) > 0 {
		user = "nobody"
	}
	text := ""
	for _, service := range []struct{ name, port, server, args string }{
		{"echoes", echo, "/bin/cat", ""}, {"tells", date, "/bin/date", "server_args = -u +Greenwich:%T"},
	} {
		text += fmt.Sprintf("service %s\n{\ntype = UNLISTED\nport = %s\nsocket_type = stream\nprotocol = %s\nwait = no\nuser = %s\nserver = %s\n%s\n}\n",
			service.name, service.port, protocol, user, service.server, service.args)
	}
	name := emptyFile(t)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}
