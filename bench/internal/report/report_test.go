package report

import (
	"testing"

	"github.com/gosctp/sctp/bench/internal/load"
)

func TestTables(t *testing.T) {
	var table Table
	bulk := Cell{Link: "veth", Work: load.Bulk, Size: 1024}
	for _, mib := range []int64{30, 10, 20} {
		table.Add(bulk, "ours", Result{Result: load.Result{Seconds: 2, Bytes: mib << 21}})
	}
	table.Add(bulk, "theirs", Result{Result: load.Result{Seconds: 1, Bytes: 10 << 20}})
	table.Add(Cell{Link: "lo", Work: load.Ping, Size: 64}, "ours", Result{Result: load.Result{P50: 999}})
	ping := Cell{Link: "veth", Work: load.Ping, Size: 64}
	table.Add(ping, "ours", Result{Result: load.Result{P50: 50}})
	table.Add(ping, "theirs", Result{Result: load.Result{P50: 25}})
	setup := Cell{Link: "veth", Work: load.Setup, Workers: 8}
	table.Add(setup, "ours", Result{Result: load.Result{Seconds: 2, Messages: 3000}})

	for _, tt := range []struct{ name, got, want string }{
		{
			"twice the throughput is 2, twice the latency 0.5, and what was not measured a dash",
			table.Ratios("veth", []Ratio{{"ours", "theirs"}}),
			"| | ours : theirs |\n|---|---:|\n| bulk, 1 KiB | 2.00 |\n| ping-pong, 64 B | 0.50 |\n| set-up, 8 at a time | – |\n",
		},
		{
			"medians carry their unit",
			table.Medians("veth", []string{"ours"}),
			"| | ours |\n|---|---:|\n| bulk, 1 KiB (MiB/s) | 20.0 |\n| ping-pong, 64 B (µs) | 50.0 |\n| set-up, 8 at a time (/s) | 1500 |\n",
		},
	} {
		if tt.got != tt.want {
			t.Errorf("%s:\ngot\n%swant\n%s", tt.name, tt.got, tt.want)
		}
	}
}
