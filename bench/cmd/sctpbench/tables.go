package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/gosctp/sctp/bench/internal/lab"
	"github.com/gosctp/sctp/bench/internal/report"
)

// Lines of a Markdown file between which rewrite puts the tables.
const (
	beginMark = "<!-- figures: make bench -->"
	endMark   = "<!-- end of figures -->"
)

// tables is what a run found, as Markdown.
func tables(t *report.Table, links []lab.Link, o options, noisy int, failed []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d cores, %s; median of %d, %s each.", runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU(), runtime.Version(), o.repeat, o.time)
	if noisy > 0 {
		fmt.Fprintf(&b, " During %d runs other processes used more than %.0f %% of a core: read these figures with care.", noisy, o.foreign*100)
	}
	if len(failed) > 0 {
		fmt.Fprintf(&b, " %d runs failed: %s.", len(failed), strings.Join(failed, ", "))
	}
	b.WriteByte('\n')
	for _, l := range links {
		fmt.Fprintf(&b, "\n### %s, MTU %d: how many times better\n\n%s", l.Name, l.MTU, t.Ratios(l.Name, ratios))
		fmt.Fprintf(&b, "\nThe medians themselves, which mean something on this machine only:\n\n%s", t.Medians(l.Name, transports))
	}
	return b.String()
}
