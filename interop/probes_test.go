//go:build linux

package interop

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gosctp/sctp/interop/judge"
)

// Probes of the path MTU (RFC 8899 section 6.2): HEARTBEATs with PAD (RFC 4820).
const (
	chunkHeartbeat    = 4
	chunkHeartbeatAck = 5
	chunkPad          = 0x84
)

// TestProbesWithKernel: the kernel answers our probes, and we answer those that it sends when net.sctp.plpmtud_probe_interval is set.
func TestProbesWithKernel(t *testing.T) {
	needs(t)
	p := withKernel(t, "gosctp", ourPeer)
	m := bootedMachine(t)
	set := func(milliseconds string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(bench.ctx, scenarioTime)
		defer cancel()
		s, err := m.Start(ctx, "sh", "-c", "'sysctl -w net.sctp.plpmtud_probe_interval="+milliseconds+"; echo done'")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Stop()
		if _, err := s.Lines(ctx, "done"); err != nil {
			t.Fatal(err)
		}
	}
	set("5000") // the least that it takes
	t.Cleanup(func() { set("0") })
	for _, client := range []*host{p.a, p.b} {
		server := p.a
		if client == p.a {
			server = p.b
		}
		t.Run(client.name+" to "+server.name, func(t *testing.T) {
			probesAreAnswered(t, conversation{pair: p, server: server, client: client, carrier: rawIP, family: v4, paths: 1}, true)
		})
	}
}

// TestProbesWithUsrsctp: usrsctp answers our probes. It has none of its own.
func TestProbesWithUsrsctp(t *testing.T) {
	needs(t)
	t.Parallel()
	p := withUsrsctp(t, "gosctp", ourPeer)
	for _, c := range []carrier{rawIP, inUDP} {
		t.Run(string(c), func(t *testing.T) {
			probesAreAnswered(t, conversation{pair: p, server: p.b, client: p.a, carrier: c, family: v4, paths: 1}, false)
		})
	}
}

// probesAreAnswered wants our path MTU to be found if we have data to send, and if both probe, the other side's probes to have answers.
func probesAreAnswered(t *testing.T, c conversation, both bool) {
	stop := judged(t, c.pair.namespace, c.carrier, c.family)
	holds := append(smallPlan.Args(), "end=shutdown", "hold=5")
	server, client := c.start(t, []string{"end=peer", "expect=" + strconv.Itoa(smallPlan.Count)}, holds)
	client.want("hold")
	ours, theirs := client, c.server
	if c.server.name == "gosctp" {
		ours, theirs = server, c.client
	}
	if ours == client {
		ours.wantPMTU(c.carrier, c.family, 1500, ended)
	}
	if both {
		ours.wantControl()
	}
	client.say("go")
	client.wantReport([]string{"received 0"}, "shutdown")
	server.wantReport(smallPlan.Report(), "shutdown")
	if r := stop(); both && r.verdict != nil && !answersTo(r.verdict.Packets, theirs.addrs[c.family][0]) {
		t.Errorf("%s sent no HEARTBEAT with PAD that was answered", theirs.name)
	}
}

// quiet is how many answers of a peer are alike when what was sent has been acknowledged: they take longer than a SACK is delayed.
const quiet = 25

// wantControl waits until nothing has come for a while, and then until a control chunk comes.
func (s *speaker) wantControl() {
	s.t.Helper()
	last, alike := "", 0
	for {
		s.say("pmtu")
		line, err := s.process.Expect(s.ctx, "pmtu ")
		if err != nil {
			s.t.Fatal(err)
		}
		fields := strings.Fields(line)
		switch count := fields[len(fields)-1]; {
		case count == last:
			alike++
		case alike >= quiet:
			return
		default:
			last, alike = count, 0
		}
	}
}

// answersTo reports whether an address sent a HEARTBEAT with PAD, and got a HEARTBEAT ACK afterwards.
func answersTo(packets []judge.Packet, prober string) bool {
	probed := false
	for _, p := range packets {
		if p.Source == prober && slices.Contains(p.Chunks, chunkHeartbeat) && slices.Contains(p.Chunks, chunkPad) {
			probed = true
		}
		if probed && p.Source != prober && slices.Contains(p.Chunks, chunkHeartbeatAck) {
			return true
		}
	}
	return false
}
