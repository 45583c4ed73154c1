// Package report turns the results of many runs into medians, ratios and Markdown tables.
package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gosctp/sctp/bench/internal/load"
)

// Cell is what one transport was measured at: a workload over a link.
type Cell struct {
	Link    string
	Work    string
	Size    int
	Workers int // of load.Setup
	Conns   int // of load.Many and load.Fan
	Window  int // of load.Many
}

// String is the cell as the first column of a table.
func (c Cell) String() string {
	switch c.Work {
	case load.Bulk:
		return fmt.Sprintf("bulk, %s", bytesString(c.Size))
	case load.Ping:
		return fmt.Sprintf("ping-pong, %s", bytesString(c.Size))
	case load.Setup:
		return fmt.Sprintf("set-up, %d at a time", c.Workers)
	case load.Many:
		return fmt.Sprintf("%d associations, ping-pong, %s, %d in flight", c.Conns, bytesString(c.Size), c.Window)
	case load.Fan:
		return fmt.Sprintf("%d associations, one way, %s", c.Conns, bytesString(c.Size))
	}
	return c.Work
}

// Unit is what the cell's value counts.
func (c Cell) Unit() string {
	switch c.Work {
	case load.Bulk:
		return "MiB/s"
	case load.Ping:
		return "µs"
	}
	return "/s"
}

// Value is the figure of r that the cell is about.
func (c Cell) Value(r Result) float64 {
	switch c.Work {
	case load.Bulk:
		return float64(r.Bytes) / (1 << 20) / r.Seconds
	case load.Ping:
		return r.P50
	}
	return float64(r.Messages) / r.Seconds
}

// better is how many times better ours is than theirs: larger throughput, smaller latency.
func (c Cell) better(ours, theirs float64) float64 {
	if c.Work == load.Ping {
		return theirs / ours
	}
	return ours / theirs
}

func bytesString(n int) string {
	if n >= 1024 && n%1024 == 0 {
		return fmt.Sprintf("%d KiB", n/1024)
	}
	return fmt.Sprintf("%d B", n)
}

// Table collects values by cell and transport.
type Table struct {
	cells  []Cell // in order of appearance
	values map[Cell]map[string][]float64
}

// Add records one run.
func (t *Table) Add(c Cell, transport string, r Result) {
	if t.values == nil {
		t.values = make(map[Cell]map[string][]float64)
	}
	if t.values[c] == nil {
		t.values[c] = make(map[string][]float64)
		t.cells = append(t.cells, c)
	}
	t.values[c][transport] = append(t.values[c][transport], c.Value(r))
}

// median returns the median of the cell's values for a transport; false if there is none.
func (t *Table) median(c Cell, transport string) (float64, bool) {
	v := slices.Sorted(slices.Values(t.values[c][transport]))
	if len(v) == 0 {
		return 0, false
	}
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2, true
}

// Ratio is one column of ratios: how many times better Ours is than Theirs.
type Ratio struct{ Ours, Theirs string }

// Ratios is a Markdown table of the cells of one link: a column for each ratio, a dash where one side moved nothing.
func (t *Table) Ratios(link string, ratios []Ratio) string {
	var b strings.Builder
	header(&b, len(ratios), func(i int) string { return ratios[i].Ours + " : " + ratios[i].Theirs })
	for _, c := range t.of(link) {
		fmt.Fprintf(&b, "| %s |", c)
		for _, r := range ratios {
			ours, ok1 := t.median(c, r.Ours)
			theirs, ok2 := t.median(c, r.Theirs)
			if ok1 && ok2 && ours > 0 && theirs > 0 {
				fmt.Fprintf(&b, " %.2f |", c.better(ours, theirs))
			} else {
				b.WriteString(" – |")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Medians is a Markdown table of the cells of one link with the medians themselves, for reference.
func (t *Table) Medians(link string, transports []string) string {
	var b strings.Builder
	header(&b, len(transports), func(i int) string { return transports[i] })
	for _, c := range t.of(link) {
		fmt.Fprintf(&b, "| %s (%s) |", c, c.Unit())
		for _, name := range transports {
			if m, ok := t.median(c, name); ok {
				fmt.Fprintf(&b, " %s |", figures(m))
			} else {
				b.WriteString(" – |")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// of returns the cells of one link.
func (t *Table) of(link string) []Cell {
	return slices.DeleteFunc(slices.Clone(t.cells), func(c Cell) bool { return c.Link != link })
}

func header(b *strings.Builder, n int, name func(int) string) {
	b.WriteString("| |")
	for i := range n {
		fmt.Fprintf(b, " %s |", name(i))
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", n) + "\n")
}

// figures prints v with three significant figures where it has that few.
func figures(v float64) string {
	switch {
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}
