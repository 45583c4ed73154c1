// Package report turns the results of many runs into medians, ratios and Markdown tables, and says which targets they reach.
package report

import (
	"fmt"
	"slices"
	"strings"
)

// Table collects results by cell and transport.
type Table struct {
	results map[Cell]map[string][]Result
}

// Add records one run, for all its figures.
func (t *Table) Add(c Cell, transport string, r Result) {
	if t.results == nil {
		t.results = make(map[Cell]map[string][]Result)
	}
	for _, c.Figure = range []Figure{Main, P99, Allocations} {
		if t.results[c] == nil {
			t.results[c] = make(map[string][]Result)
		}
		t.results[c][transport] = append(t.results[c][transport], r)
	}
}

// Median returns the median of a cell's values for a transport; false if there is none.
func (t *Table) Median(c Cell, transport string) (float64, bool) {
	return t.median(c, transport, c.Value)
}

// CPU returns the median of the microseconds that both sides computed for a message.
func (t *Table) CPU(c Cell, transport string) (float64, bool) {
	return t.median(c, transport, Result.CPU)
}

func (t *Table) median(c Cell, transport string, value func(Result) float64) (float64, bool) {
	var v []float64
	for _, r := range t.results[c][transport] {
		v = append(v, value(r))
	}
	if len(v) == 0 {
		return 0, false
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2, true
}

// Medians is a Markdown table of cells, a column each that was measured, with a row for each transport that any was measured for, empty if there is none:
// the figure, for latencies their 99th percentile, and in parentheses the CPU time for a message in microseconds.
func (t *Table) Medians(cells []Cell, transports []string) string {
	cells = slices.DeleteFunc(slices.Clone(cells), func(c Cell) bool { return t.results[c] == nil })
	var b, rows strings.Builder
	b.WriteString("| |")
	for _, c := range cells {
		fmt.Fprintf(&b, " %s |", c.column(cells))
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(cells)) + "\n")
	for _, transport := range transports {
		row, any := "| "+transport+" |", false
		for _, c := range cells {
			s, ok := t.entry(c, transport)
			row, any = row+" "+s+" |", any || ok
		}
		if any {
			rows.WriteString(row + "\n")
		}
	}
	if rows.Len() == 0 {
		return ""
	}
	return b.String() + rows.String()
}

// column is the heading of a cell's column: what tells it from the others of its table.
func (c Cell) column(among []Cell) string {
	s := c.work()
	if slices.ContainsFunc(among, func(other Cell) bool { return other.Link != c.Link }) {
		s += ", " + c.Link
	}
	return fmt.Sprintf("%s (%s)", s, c.Unit())
}

// entry is a cell's medians for a transport, a dash if there are none.
func (t *Table) entry(c Cell, transport string) (string, bool) {
	m, ok := t.Median(c, transport)
	if !ok {
		return "–", false
	}
	s := figures(m)
	tail := c
	tail.Figure = P99
	if p99, _ := t.Median(tail, transport); p99 > 0 && c.least() {
		s += " / " + figures(p99)
	}
	if cpu, _ := t.CPU(c, transport); cpu > 0 && c.Unit() != "KiB" {
		s += fmt.Sprintf(" (%s)", figures(cpu))
	}
	return s, true
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
