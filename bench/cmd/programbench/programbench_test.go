package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

// Only that it runs: figures are for quiet machines.
func TestFiguresAreTaken(t *testing.T) {
	require.Root(t)
	require.Tool(t, "iperf3")
	require.Tool(t, "ip")
	file := filepath.Join(t.TempDir(), "performance.md")
	if err := os.WriteFile(file, []byte(beginMark+"\n"+endMark), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"-repeat", "1", "-seconds", "1", "-only", "^iperf3 (tcp|sctp run|sctp with)$", "-write", file}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil || strings.Count(string(got), "\n| iperf3 |") != 3 {
		t.Errorf("%v\n%s", err, got)
	}
	t.Log(string(got))
}

func TestReports(t *testing.T) {
	for report, want := range map[string]string{
		"warning: nonsense\n{\"end\": {\"sum_received\": {\"bytes\": 5, \"bits_per_second\": 40}}}": "",
		`{"error": "unable to connect"}`: "unable to connect",
		`{"end": {}}`:                    "nothing was received",
		`not JSON`:                       "the report of iperf3",
	} {
		got, err := parse([]byte(report))
		switch {
		case want == "" && (err != nil || got.Bytes != 5 || got.BitsPerSecond != 40):
			t.Errorf("%q: %+v, %v", report, got, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %q", report, err, want)
		}
	}
}

func TestMediansAndRatios(t *testing.T) {
	b := bench{seconds: 1, figures: map[string]map[string][]figure{"iperf3": {
		"tcp": {{10, 1}, {30, 1}, {20, 3}}, "sctp run": {{6, 4}, {10, 8}},
	}}}
	got := b.tables(3)
	for _, want := range []string{"| iperf3 | 0.40 | – | – |", "| iperf3 | 6.00 | – | – |", "| iperf3 | 20.00 | 8.00 | – | – |"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "-R") {
		t.Error("a row for what was not measured")
	}
}
