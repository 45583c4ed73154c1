//go:build linux

package interop

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/gosctp/sctp/interop/kernel"
)

// TestPerfBetweenHosts has sctp perf measure in both directions between two network namespaces, over each carrier.
func TestPerfBetweenHosts(t *testing.T) {
	needs(t)
	near, far := twoNamespaces(t)
	ctx, cancel := context.WithTimeout(t.Context(), scenarioTime)
	t.Cleanup(cancel)
	command, err := sctpCommand()
	if err != nil {
		t.Fatal(err)
	}
	for name, flags := range map[string][]string{"ip": nil, "udp": {"--udp"}} {
		t.Run(name, func(t *testing.T) {
			addr := kernel.GuestV4[0] + ":5001"
			runIn(t, ctx, far, append([]string{command, "perf", "-l", addr}, flags...)).want("listening at")
			out, err := near.Command(ctx, append([]string{command, "perf", "--bidir", "-t", "300ms", "-i", "100ms", "-P", "2", "--json", addr}, flags...)...).Output()
			var r struct {
				Throughput struct {
					Forward, Reverse struct{ Sender, Receiver struct{ Bytes int } }
				}
				Intervals []struct {
					Cwnd int `json:"cwnd_bytes"`
				}
				CPU struct {
					Server float64 `json:"server_percent"`
				}
			}
			if err != nil || json.Unmarshal(out, &r) != nil {
				t.Fatalf("%v in %s", err, out)
			}
			f, v := r.Throughput.Forward, r.Throughput.Reverse
			if f.Receiver.Bytes == 0 || f.Receiver != f.Sender || v.Receiver.Bytes == 0 || v.Receiver != v.Sender || r.CPU.Server == 0 || len(r.Intervals) == 0 {
				t.Errorf("measured %s", out)
			}
		})
	}
}
