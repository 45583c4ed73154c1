package report

import (
	"fmt"
	"strings"
)

// Target is what our figure is to be: at least so many times theirs, or at most where the least is best. Without theirs it is about our
// figure itself.
type Target struct {
	Cell   Cell
	Ours   string
	Theirs string
	Want   float64
}

// Reached is what became of a target.
type Reached struct {
	Target
	// Got is the ratio, or the figure.
	Got float64
	// Measured says whether there are figures of both sides.
	Measured bool
	// CPU is the ratio of what our message costs in CPU time to theirs, 0 if it is not known.
	CPU float64

	ours, theirs float64
}

// Yes says that the target is reached.
func (r Reached) Yes() bool {
	if r.Cell.least() {
		return r.Measured && r.Got <= r.Want+r.tolerance()
	}
	return r.Measured && r.Got >= r.Want
}

// tolerance is what may be left of none: an allocation for a hundred messages, by the runtime itself.
func (r Reached) tolerance() float64 {
	if r.Cell.Figure == Allocations {
		return 0.01
	}
	return 0
}

// Reach compares a target with the medians.
func (t *Table) Reach(target Target) Reached {
	r := Reached{Target: target}
	var ok bool
	r.ours, r.Measured = t.Median(target.Cell, target.Ours)
	if r.Got = r.ours; target.Theirs == "" {
		return r
	}
	r.theirs, ok = t.Median(target.Cell, target.Theirs)
	if r.Measured = r.Measured && ok && r.theirs > 0; !r.Measured {
		return r
	}
	r.Got = r.ours / r.theirs
	ours, _ := t.CPU(target.Cell, target.Ours)
	if theirs, _ := t.CPU(target.Cell, target.Theirs); theirs > 0 {
		r.CPU = ours / theirs
	}
	return r
}

// Targets is a Markdown table of targets with what became of them.
func (t *Table) Targets(targets []Target) string {
	var b strings.Builder
	b.WriteString("| | | | beside | | ratio | wanted | reached | CPU time |\n|---|---|---:|---|---:|---:|---:|---|---:|\n")
	measured, reached := 0, 0
	last := ""
	for _, target := range targets {
		r := t.Reach(target)
		if r.Measured {
			measured++
		}
		if r.Yes() {
			reached++
		}
		what := target.Cell.String()
		if what == last {
			what = ""
		} else {
			last = what
		}
		fmt.Fprintf(&b, "| %s | %s |\n", what, strings.Join(r.columns(), " | "))
	}
	return fmt.Sprintf("%d of %d targets are reached, %d were measured.\n\n%s", reached, len(targets), measured, b.String())
}

// columns are those of a row after the first.
func (r Reached) columns() []string {
	sign, times := "≥", " ×"
	if r.Cell.least() {
		sign = "≤"
	}
	if r.Theirs == "" {
		times = " " + r.Cell.Unit()
	}
	want := strings.TrimSpace(fmt.Sprintf("%s %.3g%s", sign, r.Want, times))
	if !r.Measured {
		return []string{r.Ours, "–", dash(r.Theirs), "–", "–", want, "not measured", "–"}
	}
	yes := "no"
	if r.Yes() {
		yes = "**yes**"
	}
	theirs, ratio, cpu := "–", "–", "–"
	if r.Theirs != "" {
		theirs, ratio = r.figure(r.theirs), fmt.Sprintf("%.2f", r.Got)
	}
	if r.CPU > 0 && r.Cell.Figure == Main {
		cpu = fmt.Sprintf("%.2f", r.CPU)
	}
	return []string{r.Ours, r.figure(r.ours), dash(r.Theirs), theirs, ratio, want, yes, cpu}
}

func (r Reached) figure(v float64) string {
	return strings.TrimSpace(figures(v) + " " + r.Cell.Unit())
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
