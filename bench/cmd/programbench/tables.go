package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// tables is what was found, as Markdown.
func (b *bench) tables(repeat int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s/%s, %d cores, %s; loopback, median of %d, %d s each.\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(),
		runtime.Version(), repeat, b.seconds)
	throughput := func(f figure) float64 { return f.gbits }
	cpu := func(f figure) float64 { return f.cpu }
	b.table(&s, "Bytes a second, as a share of native TCP's", ways[1:], func(w, by string) string {
		return b.ratio(w, by, throughput)
	})
	b.table(&s, "CPU time for each byte, native TCP's being 1", ways[1:], func(w, by string) string {
		return b.ratio(w, by, cpu)
	})
	b.table(&s, "The medians themselves, Gbit/s, which mean something on this machine only", ways, func(w, by string) string {
		return text(b.median(w, by, throughput))
	})
	return s.String()
}

func (b *bench) table(s *strings.Builder, title string, columns []way, cell func(workload, way string) string) {
	fmt.Fprintf(s, "\n%s:\n\n| |", title)
	for _, by := range columns {
		fmt.Fprintf(s, " %s |", by.name)
	}
	s.WriteString("\n|---|" + strings.Repeat("---:|", len(columns)) + "\n")
	for _, w := range workloads {
		if b.figures[w.name] == nil {
			continue
		}
		fmt.Fprintf(s, "| %s |", w.name)
		for _, by := range columns {
			fmt.Fprintf(s, " %s |", cell(w.name, by.name))
		}
		s.WriteByte('\n')
	}
}

// ratio compares with the first way; a dash stands for what was not measured.
func (b *bench) ratio(w, by string, of func(figure) float64) string {
	ours, theirs := b.median(w, by, of), b.median(w, ways[0].name, of)
	if theirs == 0 {
		return text(0)
	}
	return text(ours / theirs)
}

func text(v float64) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", v)
}

// median is 0 if there is none.
func (b *bench) median(w, by string, of func(figure) float64) float64 {
	var all []float64
	for _, f := range b.figures[w][by] {
		all = append(all, of(f))
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}
