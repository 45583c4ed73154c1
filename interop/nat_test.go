//go:build linux

package interop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/lab"
)

// natTime bounds the tests of NATs, which forget within seconds.
const natTime = 90 * time.Second

// translated is a server and two hosts behind one NAT, whose addresses mean nothing to the server.
type translated struct {
	*testing.T
	ctx         context.Context
	server, box *lab.Namespace
	hosts       [2]*lab.Namespace
	command     string
}

const (
	wan         = "wan"
	natServer   = "203.0.113.9"
	natPublic   = "203.0.113.1"
	natPort     = 7
	forgetAfter = 1 // seconds
)

func behindNAT(t *testing.T) *translated {
	needs(t)
	require.Tool(t, "nft")
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), natTime)
	t.Cleanup(cancel)
	command, err := sctpCommand()
	n := &translated{T: t, ctx: ctx, command: command}
	n.must(err)
	for _, place := range []**lab.Namespace{&n.server, &n.box, &n.hosts[0], &n.hosts[1]} {
		*place, err = lab.NewNamespace()
		n.must(err)
		namespace := *place
		t.Cleanup(func() { namespace.Close() })
	}
	n.must(lab.Connect(wan, n.box, []string{natPublic + "/24"}, n.server, []string{natServer + "/24"}))
	for i, h := range n.hosts {
		gate := fmt.Sprintf("192.168.%d.1", i)
		n.must(lab.Connect(fmt.Sprint("lan", i), h, []string{n.inside(i) + "/24"}, n.box, []string{gate + "/24"}))
		n.must(h.IP("route", "add", "default", "via", gate))
	}
	n.must(n.box.Masquerade(wan, forgetAfter))
	return n
}

// inside is the address of a host behind the NAT.
func (n *translated) inside(host int) string { return fmt.Sprintf("192.168.%d.2", host) }

func (n *translated) must(err error) {
	n.Helper()
	if err != nil {
		n.Fatal(err)
	}
}

func (n *translated) run(at *lab.Namespace, args ...string) *speaker {
	n.Helper()
	return runIn(n.T, n.ctx, at, append([]string{n.command}, args...))
}

// echo has a host speak to the server from the SCTP port that both have, by a program of its own if one is given.
func (n *translated) echo(host int) *speaker {
	n.Helper()
	return n.run(n.hosts[host], "echo", "--udp", "--timeout", "60s", "--local", ":5000", fmt.Sprintf("%s:%d", natServer, natPort))
}

// says has a host say something, and wants it back.
func (n *translated) says(s *speaker, line string) {
	n.Helper()
	s.say(line)
	s.want(line)
}

// forget has the NAT forget everybody.
func (n *translated) forget() {
	n.Helper()
	n.must(n.box.Down(wan))
	n.must(n.box.Up(wan))
}

// Two hosts with the same SCTP port and the same UDP port behind one address have an association each, which outlive what the NAT knows of them.
func TestTwoHostsBehindOneNAT(t *testing.T) {
	n := behindNAT(t)
	server := n.run(n.server, "echo", "-l", "-v", "--udp", fmt.Sprintf("%s:%d", natServer, natPort))
	server.want("")
	var hosts []*speaker
	for i := range n.hosts {
		s := n.echo(i)
		n.says(s, fmt.Sprint("good day from ", i))
		hosts = append(hosts, s)
	}
	for round := range 3 {
		n.forget()
		for i, s := range hosts {
			n.says(s, fmt.Sprintf("round %d from %d", round, i))
		}
	}
	log := server.process.Log()
	if strings.Contains(strings.ToLower(log), "restart") {
		t.Errorf("somebody was restarted:\n%s", log)
	}
	for _, s := range hosts {
		n.must(s.process.CloseInput())
		n.must(s.process.Wait(n.ctx))
	}
}

// The NAT loses what it knows again and again while both hosts talk.
func TestNATThatForgetsInMidTransfer(t *testing.T) {
	n := behindNAT(t)
	n.run(n.server, "echo", "-l", "--udp", fmt.Sprintf("%s:%d", natServer, natPort)).want("")
	hosts := []*speaker{n.echo(0), n.echo(1)}
	const lines, rounds = 200, 4
	var want []string
	for round := range rounds {
		for i := range lines {
			line := fmt.Sprintf("line %d of round %d", i, round)
			for _, s := range hosts {
				s.say(line)
			}
			want = append(want, line)
		}
		if round < rounds-1 {
			n.forget()
		}
	}
	for i, s := range hosts {
		for _, line := range want {
			if got, err := s.process.Expect(n.ctx, ""); err != nil || got != line {
				t.Fatalf("host %d got %q, %v; want %q", i, got, err, line)
			}
		}
	}
}

// Unmodified programs, from the same port.
func TestUnmodifiedProgramsBehindOneNAT(t *testing.T) {
	n := behindNAT(t)
	socat := require.Tool(t, "socat")
	n.run(n.server, "echo", "-l", "--udp", fmt.Sprintf("%s:%d", natServer, natPort)).want("")
	var programs []*speaker
	for i, h := range n.hosts {
		s := n.run(h, "run", "--udp", socat, "-t", "60", "STDIO", fmt.Sprintf("SCTP4:%s:%d,sourceport=5000", natServer, natPort))
		n.says(s, fmt.Sprint("program ", i))
		programs = append(programs, s)
	}
	n.forget()
	for i, s := range slices.Backward(programs) {
		n.says(s, fmt.Sprint("again ", i))
	}
}

// A server behind the NAT is found at a port that is not its own; so are unmodified programs told (RFC 6951 section 6.1).
func TestServerBehindANAT(t *testing.T) {
	n := behindNAT(t)
	socat := require.Tool(t, "socat")
	const nodePort = 30007
	n.must(n.box.Publish(wan, nodePort, n.inside(0)+":9899"))
	n.run(n.hosts[0], "echo", "-l", "--udp", fmt.Sprintf("%s:%d", n.inside(0), natPort)).want("")
	ours := n.run(n.server, "echo", "--udp", fmt.Sprintf("%s:%d?udp=%d", natPublic, natPort, nodePort))
	n.says(ours, "to a server inside")
	program := n.run(n.server, "run", "--udp", "--sysctl", fmt.Sprintf("net.sctp.encap_port=%d", nodePort),
		socat, "-t", "60", "STDIO", fmt.Sprintf("SCTP4:%s:%d", natPublic, natPort))
	n.says(program, "by a program")
}

// A host with two uplinks, each behind a NAT of its own, and a server with two addresses: the server learns the second address from the packets that
// come from it, and when the first uplink breaks everything takes the other one.
func TestFailoverBetweenTwoNATs(t *testing.T) {
	n := behindNAT(t)
	const otherServer, otherPublic = "198.51.100.9", "198.51.100.1"
	other, err := lab.NewNamespace()
	n.must(err)
	t.Cleanup(func() { other.Close() })
	n.must(lab.Connect("wan2", other, []string{otherPublic + "/24"}, n.server, []string{otherServer + "/24"}))
	n.must(lab.Connect("uplink2", n.hosts[0], []string{"192.168.7.2/24"}, other, []string{"192.168.7.1/24"}))
	n.must(n.hosts[0].IP("route", "add", "198.51.100.0/24", "via", "192.168.7.1"))
	n.must(other.Masquerade("wan2", 120))
	server := n.run(n.server, "echo", "-l", "-v", "--learn-addrs", "--udp", fmt.Sprintf("%s/%s:%d", natServer, otherServer, natPort))
	server.want("")
	client := n.run(n.hosts[0], "echo", "-v", "--udp", "--timeout", "60s", fmt.Sprintf("%s/%s:%d", natServer, otherServer, natPort))
	client.want("")
	n.says(client, "over the first")
	for !strings.Contains(server.process.Log(), otherPublic) {
		if n.ctx.Err() != nil {
			t.Fatal("the server has not learnt the address of the second NAT")
		}
		n.says(client, "still over the first")
	}
	n.must(n.box.Down(wan))
	for i := range 20 {
		n.says(client, fmt.Sprint("over the second ", i))
	}
}
