//go:build linux

package programs

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestChecksctp runs lksctp-tools' own question for SCTP, and its library that turns TCP sockets into SCTP ones.
func TestChecksctp(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "/usr/bin/checksctp", "/usr/bin/withsctp", "ncat")
			check := p.run("/usr/bin/checksctp")
			check.says("SCTP supported")
			check.ends()

			server := p.run("/usr/bin/withsctp", "ncat", "-v", "-l", loopback4, articlePort)
			server.says(ncatListens)
			client := p.run("/usr/bin/withsctp", "ncat", loopback4, articlePort)
			client.hears("question")
			server.says("question")
			server.hears("answer")
			client.says("answer")
		})
	}
}

// lines has a program of C write line by line, although no terminal is there.
var lines = []string{"stdbuf", "-oL"}

// TestSctpTest has sctp_test send to itself what its cases say, and count on both sides.
func TestSctpTest(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "sctp_test", "stdbuf")
			for _, s := range []struct {
				name, addr string
				// both are the options of both sides.
				both, client []string
				// sizes are those of the messages of one round, and complete what the server hears at the end.
				sizes    []string
				complete string
			}{
				{
					"all sizes, unordered, three streams", loopback4, nil, []string{"-c", "4", "-x", "2", "-M", "3"},
					strings.Fields("1 1000 2000 3000 5000 10000 15000 20000 25000 32768"), "SCTP_ASSOC_CHANGE(SHUTDOWN_COMPLETE)",
				},
				{
					"around the size of a packet, ordered", loopback6, nil, []string{"-c", "3", "-x", "3", "-o", "1"},
					strings.Fields("1 1453 32768"), "SCTP_ASSOC_CHANGE(SHUTDOWN_COMPLETE)",
				},
				{
					"several addresses, random order and streams", loopback4, []string{"-B", "127.0.0.2"},
					[]string{"-C", loopback4, "-C", "127.0.0.2", "-c", "4", "-x", "2", "-o", "3", "-t", "1", "-M", "5", "-O", "5000"},
					strings.Fields("1 1000 2000 3000 5000 10000 15000 20000 25000 32768"), "SCTP_ASSOC_CHANGE(SHUTDOWN_COMPLETE)",
				},
				{
					"one-to-one, in turn ordered and not", loopback4, []string{"-T"}, []string{"-c", "5", "-x", "4", "-o", "2"},
					strings.Fields("32768"), "No association is present",
				},
			} {
				t.Run(s.name, func(t *testing.T) {
					p, port := p.in(t), newPort()
					args := append(append([]string{}, lines...), "sctp_test", "-H", s.addr)
					args = append(args, s.both...)
					server := p.run(append(args, "-P", port, "-l")...)
					server.mentions("Receiving packets")
					if s.client[0] != "-C" {
						args = append(args, "-h", s.addr)
					}
					client := p.run(append(append(args, "-P", newPort(), "-p", port, "-s"), s.client...)...)
					client.ends()
					server.mentions("SCTP_ASSOC_CHANGE(COMMUNICATION_UP)")
					server.mentions(s.complete)
					for _, size := range s.sizes {
						sent := strings.Count(client.Log(), " "+size+" bytes.\n")
						received := strings.Count(server.Log(), "Data "+size+" bytes.")
						if sent == 0 || sent != received {
							t.Errorf("messages of %s bytes: %d were sent and %d received", size, sent, received)
						}
					}
				})
			}
		})
	}
}

// TestSctpDarn has sctp_darn send lines to itself, with sockets of both styles, and with several addresses.
func TestSctpDarn(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "sctp_darn", "stdbuf")
			for _, s := range []struct {
				name           string
				server, client []string
			}{
				{"one-to-many", []string{"-H", loopback4}, []string{"-H", loopback4, "-h", loopback4}},
				{"one-to-many, IPv6", []string{"-H", loopback6}, []string{"-H", loopback6, "-h", loopback6}},
				{"one-to-one", []string{"-H", loopback4, "-t"}, []string{"-H", loopback4, "-h", loopback4, "-t"}},
				{"several addresses", []string{"-H", loopback4, "-B", "127.0.0.2"}, []string{"-H", loopback4, "-c", loopback4, "-c", "127.0.0.2"}},
			} {
				t.Run(s.name, func(t *testing.T) {
					p, port := p.in(t), newPort()
					darn := append(append([]string{}, lines...), "sctp_darn")
					server := p.traced().run(append(append(darn, s.server...), "-P", port, "-l")...)
					server.mentions("listen(")
					client := p.run(append(append(darn, s.client...), "-P", newPort(), "-p", port, "-s")...)
					client.says("sctp_darn ready to send")
					for _, text := range []string{"hello", "again"} {
						client.hears(text)
						server.mentions("DATA(" + fmt.Sprint(len(text)+2) + "):  " + text)
					}
					client.hearsNoMore()
					client.over() // its status is the length of the last message
				})
			}
		})
	}
}

// TestSctpDarnByCommands has sctp_darn do what it is told, and the peer see it.
func TestSctpDarnByCommands(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "sctp_darn", "stdbuf")
			for _, end := range []struct{ command, says, peerSays string }{
				{"shutdown", "Successfully SHUTDOWN", "Received SCTP_SHUTDOWN_COMP"},
				{"abort", "Successfully ABORT", "Received SCTP_COMM_LOST"},
			} {
				t.Run(end.command, func(t *testing.T) {
					p, port := p.in(t), newPort()
					darn := append(append([]string{}, lines...), "sctp_darn", "-H", loopback4)
					server := p.traced().run(append(darn, "-P", port, "-l")...)
					server.mentions("listen(")
					client := p.run(append(darn, "-P", newPort(), "-h", loopback4, "-p", port, "-I", "-s")...)
					client.says("sctp_darn ready to send")
					client.hears("snd=5")
					server.mentions("DATA(5)")
					for _, exchange := range [][2]string{
						{"sndbuf=60000\nsndbuf?", "sndbuf is 120000."},
						{"rcvbuf?", "rcvbuf is 212992."},
						{"nodelay=1\nnodelay?", "nodelay is 1."},
						{"maxseg=1000\nmaxseg?", "maxseg is 1000."},
						{"primary?", loopback4},
						{"primary=" + loopback4 + "\nbindx-add=127.0.0.2\nbindx-rem=127.0.0.2\nheartbeat=" + loopback4 + "\nstats", "Control chunks sent: "},
						{end.command, end.says},
					} {
						client.hears(exchange[0])
						client.mentions(exchange[1])
					}
					server.mentions(end.peerSays)
				})
			}
		})
	}
}

// TestSctpStatus has sctp_status write what SCTP_STATUS says into a file while it sends.
func TestSctpStatus(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "sctp_status")
			port, table := newPort(), emptyFile(t)
			status := []string{"sctp_status", "-H", loopback4}
			server := p.traced().run(append(status, "-P", port, "-l", "-f", emptyFile(t))...)
			server.mentions("listen(")
			client := p.traced().run(append(status, "-P", newPort(), "-h", loopback4, "-p", port, "-s", "-c", "3", "-x", "2", "-X", "3", "-f", table)...)
			// A child of it asks again and again, and writes each answer before the next question. It does so for ever.
			for range 2 {
				client.mentions("SCTP_STATUS, {")
			}
			text, err := os.ReadFile(table)
			if err != nil || !strings.Contains(string(text), "ESTABLISHED") || !strings.Contains(string(text), "ACTIVE") {
				t.Errorf("%v\n%s", err, text)
			}
		})
	}
}
