package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/bench/internal/lab"
	"github.com/gosctp/sctp/bench/internal/peer"
	"github.com/gosctp/sctp/bench/internal/report"
)

func TestEveryTargetIsMeasured(t *testing.T) {
	measured := make(map[report.Cell][]string)
	for _, s := range suites() {
		for _, c := range s.cells {
			measured[c.Cell] = c.transports
		}
	}
	for _, target := range targets() {
		c := target.Cell
		c.Figure = report.Main
		for _, transport := range []string{target.Ours, target.Theirs} {
			if transport != "" && !slices.Contains(measured[c], transport) {
				t.Errorf("%s: %s is not measured", target.Cell, transport)
			}
		}
		if !strings.HasPrefix(target.Ours, "gosctp-") || strings.HasPrefix(target.Theirs, "gosctp-") {
			t.Errorf("%s: a target for %s beside %s", target.Cell, target.Ours, target.Theirs)
		}
	}
}

func TestEveryTransportExists(t *testing.T) {
	for _, s := range suites() {
		for _, c := range s.cells {
			for i, transport := range c.transports {
				r := run{cell: c.Cell, transport: transport}
				if slices.Contains(c.transports[:i], transport) {
					t.Errorf("%s: %s twice", c, transport)
				}
				if overUsrsctp(transport) {
					continue
				}
				server, client := r.peers()
				for _, name := range []string{server, client} {
					if _, err := peer.New(name, peer.Options{MTU: 1472, Conns: c.Conns}); err != nil {
						t.Errorf("%s: %v", c, err)
					}
				}
			}
		}
	}
}

func TestOnlyWhatTargetsAreAbout(t *testing.T) {
	c := bulk(lab.Veth, 64, "").Cell
	for transport, want := range map[string]bool{"gosctp-udp": true, "pion": true, "tcp-buffered": false} {
		if got := wanted(c, transport); got != want {
			t.Errorf("%s is wanted: %v", transport, got)
		}
	}
	if !wanted(ping, "tcp") {
		t.Error("the 99th percentile of TCP is wanted")
	}
}

func TestReport(t *testing.T) {
	b := &bench{options: options{repeat: 2, targets: true}, noisy: 3, failed: []string{"a (why)"}, dropped: map[string]float64{"quiet": 0, "loud": 7}}
	r := report.Result{}
	r.Seconds, r.Messages, r.P50 = 1, 1, 12
	b.table.Add(ping, "udp", r)
	got := b.report()
	for _, want := range []string{
		"medians of 2", "(-quick). During 3 runs", "0 of ", "### Ping-pong over the veth\n", "| udp | 12.0 |",
		"Runs that failed: a (why).", "Packets that full sockets dropped: loud: 7.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, "### Memory") || strings.Contains(got, "quiet") {
		t.Errorf("what was not measured, or dropped, is in\n%s", got)
	}
}
