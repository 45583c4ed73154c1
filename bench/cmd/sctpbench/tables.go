package main

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/gosctp/sctp/bench/internal/report"
)

// Lines of a Markdown file between which rewrite puts the tables.
const (
	beginMark = "<!-- figures: make bench -->"
	endMark   = "<!-- end of figures -->"
)

// report is what a run found, as Markdown.
func (b *bench) report() string {
	var w strings.Builder
	fmt.Fprintf(&w, "%s/%s, %d cores, %s; medians of %d, %s each.", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), b.repeat, b.time)
	if b.targets {
		w.WriteString(" Only what targets are about was measured (-quick).")
	}
	if b.noisy > 0 {
		fmt.Fprintf(&w, " During %d runs other processes used more than %.0f %% of a core: read these figures with care.", b.noisy, b.foreign*100)
	}
	fmt.Fprintf(&w, "\n\n%s", b.table.Targets(targets()))
	for _, s := range suites() {
		if medians := b.medians(s); medians != "" {
			fmt.Fprintf(&w, "\n### %s\n\n%s", s.title, medians)
		}
	}
	list(&w, "Runs that failed", b.failed)
	var drops []string
	for _, name := range slices.Sorted(maps.Keys(b.dropped)) {
		if n := b.dropped[name]; n > 0 {
			drops = append(drops, fmt.Sprintf("%s: %.0f", name, n))
		}
	}
	list(&w, "Packets that full sockets dropped", drops)
	return w.String()
}

// medians is the table of a suite, empty if nothing of it was measured.
func (b *bench) medians(s suite) string {
	var cells []report.Cell
	var transports []string
	for _, c := range s.cells {
		cells = append(cells, c.Cell)
		for _, t := range c.transports {
			if !slices.Contains(transports, t) {
				transports = append(transports, t)
			}
		}
	}
	return b.table.Medians(cells, transports)
}

// list is a paragraph of things, if there are any.
func list(w *strings.Builder, title string, things []string) {
	if len(things) > 0 {
		fmt.Fprintf(w, "\n%s: %s.\n", title, strings.Join(things, "; "))
	}
}

// firstLine is an error without what a program printed besides.
func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}
