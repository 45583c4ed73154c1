//go:build linux

package programs

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
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
					p, echo, date, daytime := p.in(t), newPort(), newPort(), newPort()
					server := m.start(p.traced(), "xinetd", "-dontfork", "-f", xinetdFile(t, p, m.protocol, echo, date, daytime))
					for range 3 {
						server.mentions("listen(")
					}

					client := p.with("telnet", loopback4, daytime)
					client.says("Connected to")
					client.mentions(time.Now().UTC().Format(" 2006"))
					client.says("Connection closed by foreign host.")

					client = p.with("telnet", loopback4, date)
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

// xinetdFile has three services: one that echoes, one that answers and leaves, and one of xinetd's own.
func xinetdFile(t *testing.T, p *place, protocol, echo, date, daytime string) string {
	t.Helper()
	user := "root"
	if len(p.carrier.as) > 0 {
		user = "nobody"
	}
	text := ""
	for _, service := range []struct{ name, port, how string }{
		{"echoes", echo, "type = UNLISTED\nserver = /bin/cat"},
		{"tells", date, "type = UNLISTED\nserver = /bin/date\nserver_args = -u +Greenwich:%T"},
		{"daytime", daytime, "type = INTERNAL UNLISTED"},
	} {
		text += fmt.Sprintf("service %s\n{\nport = %s\nsocket_type = stream\nprotocol = %s\nwait = no\nuser = %s\n%s\n}\n",
			service.name, service.port, protocol, user, service.how)
	}
	name := emptyFile(t)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestWithsctp has what an article about lksctp's withsctp does: the same words start our command of that name. xinetd becomes a daemon, and the
// command stays until that has ended.
func TestWithsctp(t *testing.T) {
	p := newPlace(t, rawIP, "xinetd", "telnet")
	withsctp := filepath.Join(dir, "withsctp")
	pidFile := emptyFile(t)
	server := p.natively(withsctp, "--trace-calls", "xinetd", "-f", xinetdFile(t, p, "tcp", newPort(), newPort(), "13"), "-pidfile", pidFile)
	for range 3 {
		server.mentions("listen(")
	}
	client := p.natively(withsctp, "telnet", loopback4, "13")
	client.says("Connected to")
	client.mentions(time.Now().UTC().Format(" 2006"))
	client.says("Connection closed by foreign host.")

	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	server.ends()
}
