package perf

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// fields lists the names of what is in a JSON value, as paths.
func fields(prefix string, v any) (names []string) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			names = append(names, fields(prefix+"."+name, inner)...)
		}
	case []any:
		return fields(prefix+"[]", v[0])
	default:
		return []string{strings.TrimPrefix(prefix, ".")}
	}
	slices.Sort(names)
	return names
}

// Programs read these fields. Others may come, without a new SchemaVersion; that one of these is missing or renamed breaks programs.
func TestSchemaOfJSON(t *testing.T) {
	full := Result{
		Extensions: "x",
		Throughput: &Throughput{Forward: &Direction{}, Reverse: &Direction{}}, Latency: &Latency{LoadBytes: 1}, Setup: &Setup{},
		Intervals: []Interval{{Traffic: &Traffic{Server: &Sender{}}, Latency: &RoundTrips{}, Setup: &Setup{}}}, Details: []Detail{{Paths: []Path{{}}}},
	}
	var b bytes.Buffer
	if err := full.PrintJSON(&b); err != nil || strings.Count(b.String(), "\n") != 1 {
		t.Fatalf("%v: %q is not one line", err, b.String())
	}
	var v any
	if err := json.Unmarshal(b.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	totals := func(of string) (names []string) {
		for _, n := range []string{"bits_per_second", "bytes", "messages", "messages_per_second", "seconds"} {
			names = append(names, of+"."+n)
		}
		return names
	}
	quantiles := func(of string) (names []string) {
		for _, n := range []string{"count", "max_us", "mean_us", "min_us", "p50_us", "p90_us", "p99.9_us", "p99_us"} {
			names = append(names, of+"."+n)
		}
		return names
	}
	want := slices.Concat(
		[]string{"associations", "congestion_control", "extensions", "interrupted", "mode", "network", "omitted_seconds", "peer", "seconds", "streams",
			"unordered", "version", "cpu.client_percent", "cpu.server_percent", "latency.load_bytes", "latency.message_bytes",
			"latency.round_trips_per_second", "setup.associations_per_second"},
		quantiles("latency"), quantiles("setup"),
		totals("throughput.forward.sender"), totals("throughput.forward.receiver"), totals("throughput.reverse.sender"), totals("throughput.reverse.receiver"),
		[]string{"throughput.abandoned_sent", "throughput.abandoned_unsent", "throughput.bits_per_second", "throughput.black_holes", "throughput.bytes",
			"throughput.fast_retransmits", "throughput.message_bytes", "throughput.messages", "throughput.messages_per_second", "throughput.path_mtu",
			"throughput.retransmitted_chunks", "throughput.tail_probes", "throughput.timeouts", "throughput.undone"},
		[]string{"intervals[].cwnd_bytes", "intervals[].end", "intervals[].flight_bytes", "intervals[].omitted", "intervals[].peer_rwnd_bytes",
			"intervals[].received_bits_per_second", "intervals[].received_bytes", "intervals[].received_messages", "intervals[].retransmitted_chunks",
			"intervals[].rtt_us", "intervals[].sent_bits_per_second", "intervals[].sent_bytes", "intervals[].sent_messages", "intervals[].start",
			"intervals[].server.cwnd_bytes", "intervals[].server.flight_bytes", "intervals[].server.peer_rwnd_bytes",
			"intervals[].server.retransmitted_chunks", "intervals[].server.rtt_us",
			"intervals[].latency.round_trips_per_second", "intervals[].setup.associations_per_second"},
		quantiles("intervals[].latency"), quantiles("intervals[].setup"),
		[]string{"details[].received_bytes", "details[].retransmitted_chunks", "details[].sent_bytes"},
		[]string{"details[].paths[].cwnd_bytes", "details[].paths[].local", "details[].paths[].path_mtu", "details[].paths[].primary",
			"details[].paths[].remote", "details[].paths[].retransmitted_chunks", "details[].paths[].rtt_us", "details[].paths[].state"},
	)
	slices.Sort(want)
	got := fields("", v)
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("%s is new: list it here and in docs/commands.md", name)
		}
	}
	if SchemaVersion != 1 {
		t.Error("this test is for version 1")
	}
}

func TestSizesHaveUnits(t *testing.T) {
	for n, want := range map[uint64]string{0: "0.00 B", 1023: "1023.00 B", 1536: "1.50 KiB", 5 << 50: "5120.00 TiB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}

func TestOnlyWhatComesAfterTheWarmUpCounts(t *testing.T) {
	c := newCounts(time.Now().Add(-time.Minute), time.Hour)
	c.count(10, true)
	if got := c.total(); got != (total{}) {
		t.Errorf("%+v counts while it warms up", got)
	}
	c.omit = 30 * time.Second
	c.count(100, false)
	c.count(200, true)
	if got := c.total(); got.Bytes != 300 || got.Messages != 1 || got.Seconds < 30 {
		t.Errorf("%+v counts", got)
	}
	if c.bytes.Load() != 310 || c.messages.Load() != 2 {
		t.Errorf("%d bytes, %d messages in all", c.bytes.Load(), c.messages.Load())
	}
}
