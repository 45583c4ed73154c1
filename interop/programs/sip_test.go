//go:build linux

package programs

import (
	"net"
	"strings"
	"testing"
)

// TestSIP has sipp, a tester of telephones, make calls to another one.
func TestSIP(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "sipp")
			for _, addr := range []string{loopback4, loopback6} {
				t.Run("at "+addr, func(t *testing.T) { sipCalls(p.in(t), addr) })
			}
		})
	}
}

func sipCalls(p *place, addr string) {
	const calls = "20"
	port := newPort()
	bracketed := strings.TrimSuffix(net.JoinHostPort(addr, ""), ":") // the way sipp wants addresses
	common := []string{"env", "TERM=dumb", "sipp", "-t", "s1", "-nostdin", "-m", calls, "-i", bracketed}
	server := p.traced().run(append(common, "-sn", "uas", "-p", port)...)
	server.mentions("listen(")
	client := p.run(append(common, "-sn", "uac", "-p", newPort(), "-r", "100", "-d", "50", net.JoinHostPort(addr, port))...)
	client.ends() // the server stays for seconds, in case of a late packet
	if !strings.Contains(client.Log(), "SCTP") || !successful(client.Log(), calls) {
		p.t.Errorf("it does not say that %s calls were successful", calls)
	}
}

// successful looks at the last statistics: the periodic count and the sum.
func successful(log, calls string) bool {
	i := strings.LastIndex(log, "Successful call")
	if i < 0 {
		return false
	}
	line, _, _ := strings.Cut(log[i:], "\n")
	fields := strings.Fields(line)
	return fields[len(fields)-1] == calls
}
