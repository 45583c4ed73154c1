//go:build linux

package programs

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestIperf3 measures in each of iperf3's ways, and believes its report: bytes arrived, and no more than were sent. iperf3 3.12 takes the number of
// streams for a bit rate as well, until it is told another one.
func TestIperf3(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "iperf3")
			for _, m := range []struct {
				name, addr string
				flags      string
				streams    int
			}{
				{"plain", loopback4, "-t 1", 1},
				{"IPv6", loopback6, "-6 -n 20M", 1},
				{"reverse", loopback4, "-R -t 1", 1},
				{"four associations", loopback4, "-P 4 -n 40M", 4},
				{"four streams", loopback4, "--nstreams 4 -b 0 -n 20M", 1},
				{"bound to addresses", loopback4, "-4 -X 127.0.0.1 -X 127.0.0.2 -n 20M", 1},
			} {
				t.Run(m.name, func(t *testing.T) {
					p, port := p.in(t), newPort()
					server := p.run("iperf3", "-s", "-1", "-p", port, "--forceflush")
					server.says("Server listening on")
					args := append([]string{"iperf3", "--sctp", "-J", "-c", m.addr, "-p", port}, strings.Fields(m.flags)...)
					client := p.run(args...)
					client.ends()
					server.ends()
					judgeIperf3(t, client.Log(), m.streams)
				})
			}
		})
	}
}

// measured is what iperf3 reports.
type measured struct {
	Error string
	Start struct {
		Connected []struct{}
		TestStart struct{ Protocol string } `json:"test_start"`
	}
	End struct {
		Sent     struct{ Bytes int64 } `json:"sum_sent"`
		Received struct{ Bytes int64 } `json:"sum_received"`
	}
}

func judgeIperf3(t *testing.T, report string, streams int) {
	t.Helper()
	var m measured
	if err := json.Unmarshal([]byte(report), &m); err != nil {
		t.Fatal(err)
	}
	sent, received := m.End.Sent.Bytes, m.End.Received.Bytes
	// What is on its way when the time is over is not counted by the receiver.
	if m.Error != "" || m.Start.TestStart.Protocol != "SCTP" || len(m.Start.Connected) != streams || received <= 0 || received > sent {
		t.Errorf("%d bytes sent and %d received, %+v", sent, received, m)
	}
	t.Logf("%d MB", received>>20)
}
