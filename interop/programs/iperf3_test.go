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
					judgeIperf3(t, client.Log(), "SCTP", m.streams)
				})
			}
		})
	}
}

// TestIperf3WithTCPTurned measures SCTP where its TCP connections, which it controls its tests by, are SCTP ones, too.
func TestIperf3WithTCPTurned(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, port := newPlace(t, c, "iperf3"), newPort()
			server := p.with("iperf3", "-s", "-1", "-p", port, "--forceflush")
			server.says("Server listening on")
			client := p.with("iperf3", "--sctp", "-J", "-c", loopback4, "-p", port, "-n", "40M")
			client.ends()
			server.ends()
			judgeIperf3(t, client.Log(), "SCTP", 1)
		})
	}
}

// TestIperf3AsTCP has it measure TCP, which is SCTP underneath. What it asks of TCP is answered by SCTP.
func TestIperf3AsTCP(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "iperf3")
			for _, m := range []struct {
				flags   string
				streams int
			}{{"-n 40M", 1}, {"-n 40M -R", 1}, {"-n 40M -P 4", 4}, {"-t 1 --bidir", 2}} {
				t.Run(m.flags, func(t *testing.T) {
					p, port := p.in(t), newPort()
					server := p.with("iperf3", "-s", "-1", "-p", port, "--forceflush")
					server.says("Server listening on")
					client := p.with(append([]string{"iperf3", "-J", "-c", loopback6, "-p", port}, strings.Fields(m.flags)...)...)
					client.ends()
					server.ends()
					report := judgeIperf3(t, client.Log(), "TCP", m.streams)
					sender := report.End.Streams[0].Sender
					sends := !strings.Contains(m.flags, "-R") // else the window is the other side's to tell
					if report.Start.MSS < 536 || sends != (sender.Cwnd > 0) || sender.Cwnd > 1<<30 || sender.Retransmits > 1000 || report.End.Congestion != "reno" {
						t.Errorf("MSS %d, %+v, congestion control %q", report.Start.MSS, sender, report.End.Congestion)
					}
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
		MSS       int                       `json:"tcp_mss_default"`
	}
	End struct {
		Streams []struct {
			Sender struct {
				Cwnd        int64 `json:"max_snd_cwnd"`
				Retransmits int
			}
		}
		Congestion string                `json:"sender_tcp_congestion"`
		Sent       struct{ Bytes int64 } `json:"sum_sent"`
		Received   struct{ Bytes int64 } `json:"sum_received"`
	}
}

func judgeIperf3(t *testing.T, report, protocol string, streams int) (m measured) {
	t.Helper()
	if err := json.Unmarshal([]byte(report), &m); err != nil {
		t.Fatal(err)
	}
	sent, received := m.End.Sent.Bytes, m.End.Received.Bytes
	// What is on its way when the time is over is not counted by the receiver.
	if m.Error != "" || m.Start.TestStart.Protocol != protocol || len(m.Start.Connected) != streams || received <= 0 || received > sent {
		t.Errorf("%d bytes sent and %d received, %+v", sent, received, m)
	}
	t.Logf("%d MB", received>>20)
	return m
}
