package report

import (
	"strings"
	"testing"

	"github.com/gosctp/sctp/bench/internal/lab"
	"github.com/gosctp/sctp/bench/internal/load"
)

// Cells of the tests.
var (
	bulk   = Cell{Link: "veth", Work: load.Bulk, Size: 1024}
	ping   = Cell{Link: "veth", Work: load.Ping, Size: 64}
	tail   = Cell{Link: "veth", Work: load.Ping, Size: 64, Figure: P99}
	memory = Cell{Link: "veth", Work: load.Mem, Conns: 2}
	setup  = Cell{Link: "lo", Work: load.Setup, Workers: 8}
)

// sample has each of those cells measured for two transports, and one of them for one.
func sample() *Table {
	var t Table
	for _, mib := range []int64{30, 10, 20} {
		r := Result{Result: load.Result{Seconds: 2, Bytes: mib << 21, Messages: 1000, Allocs: 20}}
		r.Outcome.CPU = 0.005
		t.Add(bulk, "ours", r)
	}
	t.Add(bulk, "theirs", Result{load.Result{Seconds: 1, Bytes: 10 << 20, Messages: 1000}, lab.Outcome{CPU: 0.010}})
	t.Add(ping, "ours", Result{Result: load.Result{P50: 50, P99: 60}})
	t.Add(ping, "theirs", Result{Result: load.Result{P50: 25, P99: 600}})
	t.Add(memory, "ours", Result{load.Result{Messages: 2}, lab.Outcome{Client: 4096, Server: 8192}})
	t.Add(setup, "ours", Result{Result: load.Result{Seconds: 2, Messages: 3000}})
	return &t
}

func TestMedians(t *testing.T) {
	for _, tt := range []struct {
		name, got, want string
	}{
		{
			"medians with their unit and the CPU time, a dash for what was not measured, no row or column without any",
			sample().Medians([]Cell{bulk, {Work: load.Fan}, setup}, []string{"ours", "theirs", "others"}),
			"| | bulk, 1 KiB, veth (MiB/s) | set-up, 8 at a time, lo (/s) |\n|---|---:|---:|\n" +
				"| ours | 20.0 (5.00) | 1500 |\n| theirs | 10.0 (10.0) | – |\n",
		},
		{
			"latencies with their 99th percentile; one link is not told",
			sample().Medians([]Cell{ping}, []string{"ours"}),
			"| | ping-pong, 64 B (µs) |\n|---|---:|\n| ours | 50.0 / 60.0 |\n",
		},
		{
			"memory of the larger side",
			sample().Medians([]Cell{memory}, []string{"ours"}),
			"| | memory of one in 2 (KiB) |\n|---|---:|\n| ours | 4.00 |\n",
		},
		{"nothing", sample().Medians([]Cell{bulk}, []string{"others"}), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("%s:\ngot\n%swant\n%s", tt.name, tt.got, tt.want)
		}
	}
}

func TestTargets(t *testing.T) {
	allocations := bulk
	allocations.Figure = Allocations
	for _, tt := range []struct {
		name   string
		target Target
		yes    bool
		row    string
	}{
		{"reached just so", Target{bulk, "ours", "theirs", 2}, true, "ours | 20.0 MiB/s | theirs | 10.0 MiB/s | 2.00 | ≥ 2 × | **yes** | 0.50"},
		{"too slow", Target{bulk, "ours", "theirs", 2.1}, false, "ours | 20.0 MiB/s | theirs | 10.0 MiB/s | 2.00 | ≥ 2.1 × | no | 0.50"},
		{"a latency that is too long", Target{ping, "ours", "theirs", 0.75}, false, "ours | 50.0 µs | theirs | 25.0 µs | 2.00 | ≤ 0.75 × | no | –"},
		{"a tail that is short", Target{tail, "ours", "theirs", 1}, true, "ours | 60.0 µs | theirs | 600 µs | 0.10 | ≤ 1 × | **yes** | –"},
		{"a figure of its own", Target{memory, "ours", "", 4}, true, "ours | 4.00 KiB | – | – | – | ≤ 4 KiB | **yes** | –"},
		{"a figure that is too large", Target{memory, "ours", "", 3}, false, "ours | 4.00 KiB | – | – | – | ≤ 3 KiB | no | –"},
		{"allocations", Target{allocations, "ours", "", 0}, false, "ours | 0.02 | – | – | – | ≤ 0 | no | –"},
		{"as few as none", Target{allocations, "theirs", "", 0}, true, "theirs | 0.00 | – | – | – | ≤ 0 | **yes** | –"},
		{"the peer was not measured", Target{setup, "ours", "theirs", 1}, false, "ours | – | theirs | – | – | ≥ 1 × | not measured | –"},
		{"neither were we", Target{setup, "others", "", 1}, false, "others | – | – | – | – | ≥ 1 /s | not measured | –"},
	} {
		r := sample().Reach(tt.target)
		if got := strings.Join(r.columns(), " | "); r.Yes() != tt.yes || got != tt.row {
			t.Errorf("%s: reached %v, %q, not %q", tt.name, r.Yes(), got, tt.row)
		}
	}
	got := sample().Targets([]Target{{bulk, "ours", "theirs", 2}, {bulk, "ours", "theirs", 3}, {setup, "ours", "theirs", 1}})
	for _, want := range []string{
		"1 of 3 targets are reached, 2 were measured.",
		"\n| bulk, 1 KiB, veth | ours | 20.0", "\n|  | ours | 20.0", "\n| set-up, 8 at a time, lo | ours | –",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

func TestRunsThatAreNoMeasurement(t *testing.T) {
	for _, tt := range []struct {
		r    load.Result
		want string
	}{
		{load.Result{Messages: 1}, ""},
		{load.Result{}, "nothing arrived while it was measured"},
		{load.Result{Messages: 1, Failed: 2, Failure: "lost"}, "2 connections failed: lost"},
	} {
		got := ""
		if err := (Result{Result: tt.r}).Err(); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%+v: %q, not %q", tt.r, got, tt.want)
		}
	}
}

func TestCosts(t *testing.T) {
	r := Result{load.Result{Messages: 1000, Allocs: 500, P99: 12}, lab.Outcome{CPU: 0.001, Dropped: 3, Overflowed: 4}}
	if got, want := r.Costs(), "   1.000 µs CPU   0.50 allocations p99 12 µs dropped 7"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if got, want := (Result{}).Costs(), "   0.000 µs CPU"; got != want {
		t.Errorf("nothing costs %q, not %q", got, want)
	}
}
