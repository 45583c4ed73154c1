package sim

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cc"
)

var lower = flag.Bool("lower", false, "with -update, write tables of goodput also where it has fallen")

// gridNoise is the share of a figure that means nothing, even where all runs are the same: a packet more or less at the right moment. gridChance
// is by how many times the noise of a cell, half of what few runs differ by, hardly any falls by chance.
const (
	gridNoise  = 0.03
	gridChance = 3
)

// grid is a table of goodput, whose figures may not fall unnoticed. Its rows begin at the first line with a bar, which names the columns, and end at
// an empty line.
type grid struct {
	columns []string
	rows    []string // their labels
	cells   map[string]gridCell
}

// gridCell is the mean of some runs, and half of what these differ by.
type gridCell struct{ mean, noise float64 }

func newGrid(columns ...string) *grid { return &grid{columns: columns, cells: map[string]gridCell{}} }

func gridKey(row, column string) string {
	return strings.Join(strings.Fields(row), " ") + ", " + strings.TrimSpace(column)
}

// add puts the runs of a cell into the table.
func (g *grid) add(row, column string, runs ...float64) {
	if !slices.Contains(g.rows, row) {
		g.rows = append(g.rows, row)
	}
	sum := 0.0
	for _, r := range runs {
		sum += r
	}
	g.cells[gridKey(row, column)] = gridCell{sum / float64(len(runs)), (slices.Max(runs) - slices.Min(runs)) / 2}
}

// text is the table with a heading for the labels.
func (g *grid) text(heading string) string {
	var b strings.Builder
	fmt.Fprint(&b, heading)
	for _, c := range g.columns {
		fmt.Fprintf(&b, " | %-13s", c)
	}
	for _, r := range g.rows {
		fmt.Fprintf(&b, "\n%s", r)
		for _, c := range g.columns {
			cell := g.cells[gridKey(r, c)]
			fmt.Fprintf(&b, " | %6.2f", cell.mean)
			if cell.noise > 0 {
				fmt.Fprintf(&b, " ±%5.2f", cell.noise)
			} else {
				fmt.Fprintf(&b, "%7s", "")
			}
		}
	}
	b.WriteByte('\n')
	return b.String()
}

// parseGrid reads what text wrote, among other text.
func parseGrid(text string) (*grid, error) {
	var g *grid
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Split(line, "|")
		switch {
		case g == nil && len(fields) > 1:
			g = newGrid()
			for _, f := range fields[1:] {
				g.columns = append(g.columns, strings.TrimSpace(f))
			}
			continue
		case g == nil:
			continue
		case strings.TrimSpace(line) == "":
			return g, nil
		case len(fields) != 1+len(g.columns):
			return nil, fmt.Errorf("%d cells of %d: %q", len(fields)-1, len(g.columns), line)
		}
		g.rows = append(g.rows, fields[0])
		for i, f := range fields[1:] {
			mean, noise, _ := strings.Cut(f, "±")
			var c gridCell
			var err error
			if c.mean, err = strconv.ParseFloat(strings.TrimSpace(mean), 64); err != nil {
				return nil, err
			}
			if noise = strings.TrimSpace(noise); noise != "" {
				if c.noise, err = strconv.ParseFloat(noise, 64); err != nil {
					return nil, err
				}
			}
			g.cells[gridKey(fields[0], g.columns[i])] = c
		}
	}
	if g == nil {
		return nil, fmt.Errorf("there is no table")
	}
	return g, nil
}

// fallen are the cells that are lower than they were, by more than their noise, and those that are gone.
func (g *grid) fallen(was *grid) []string {
	var all []string
	for _, r := range was.rows {
		for _, c := range was.columns {
			before := was.cells[gridKey(r, c)]
			now, is := g.cells[gridKey(r, c)]
			switch {
			case !is:
				all = append(all, gridKey(r, c)+": is gone")
			case now.mean < before.mean-max(gridChance*before.noise, gridNoise*before.mean, 0.005):
				all = append(all, fmt.Sprintf("%s: %.2f, was %.2f (%+.0f %%)", gridKey(r, c), now.mean, before.mean, 100*(now.mean/before.mean-1)))
			}
		}
	}
	return all
}

// compareGrid compares a text that has the table in it with the one that was committed. Where goodput has fallen, -update alone does not write it.
func compareGrid(t *testing.T, name, text string) {
	t.Helper()
	g, err := parseGrid(text)
	if err != nil {
		t.Fatal(err)
	}
	if committed, err := os.ReadFile("testdata/" + name); err == nil {
		was, err := parseGrid(string(committed))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if fallen := g.fallen(was); len(fallen) > 0 && !*lower {
			t.Errorf("%s: goodput has fallen by more than its noise; if nothing can be done, run with -update -lower, and say why in the commit:\n%s",
				name, strings.Join(fallen, "\n"))
			if *update {
				return
			}
		}
	}
	compareTable(t, name, text)
}

func TestGridReadsWhatItWrites(t *testing.T) {
	g := newGrid("one", "two words")
	g.add("  1ms   0.1%", "one", 10)
	g.add("  1ms   0.1%", "two words", 9, 10, 12)
	g.add(" 20ms   1.0%", "one", 0.5)
	g.add(" 20ms   1.0%", "two words", 100, 100)
	text := "A table of\ngoodput.\n\n" + g.text("   RTT   loss") + "\nAnd | more.\n"
	got, err := parseGrid(text)
	if err != nil {
		t.Fatal(err)
	}
	for key, c := range g.cells {
		if d := got.cells[key]; d.mean < c.mean-0.005 || d.mean > c.mean+0.005 || d.noise != c.noise {
			t.Errorf("%s: %+v, want %+v", key, d, c)
		}
	}
	if len(got.cells) != 4 || len(got.fallen(got)) != 0 {
		t.Errorf("%+v", got)
	}
	for _, bad := range []string{"", "no table", "a | b\n1ms | 1 | 2\n\n", "a | b\n1ms | x\n\n", "a | b\n1ms | 1 ±x\n\n"} {
		if _, err := parseGrid(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestGridNoticesWhatFalls(t *testing.T) {
	was := newGrid("a", "b")
	was.add("row", "a", 10)
	was.add("row", "b", 9.5, 10.5)
	for _, c := range []struct {
		a, b float64
		n    int
	}{{10, 10, 0}, {9.8, 8.6, 0}, {9.6, 10, 1}, {10, 8.4, 1}, {9, 7, 2}, {100, 100, 0}} {
		is := newGrid("a", "b")
		is.add("row", "a", c.a)
		is.add("row", "b", c.b)
		if f := is.fallen(was); len(f) != c.n {
			t.Errorf("%v and %v: %q", c.a, c.b, f)
		}
	}
	if f := newGrid("a").fallen(was); len(f) != 2 {
		t.Errorf("an empty table: %q", f)
	}
}

// TestSpoiltControllerIsNoticed is the canary: cells of congestion.txt fall when its controller is spoilt on purpose.
func TestSpoiltControllerIsNoticed(t *testing.T) {
	t.Parallel()
	committed, err := os.ReadFile("testdata/congestion.txt")
	if err != nil {
		t.Fatal(err)
	}
	was, err := parseGrid(string(committed))
	if err != nil {
		t.Fatal(err)
	}
	const column = "CUBIC + RACK"
	for _, spoilt := range []struct {
		how   string
		spoil func(*assoc.Config)
	}{
		{"", func(*assoc.Config) {}},
		{"CUBIC halves and adds as RFC 9260 does", func(c *assoc.Config) { c.CongestionControl = cc.RFC9260 }},
		{"one packet leaves for each SACK", func(c *assoc.Config) { c.MaxBurst = 1 }},
	} {
		g := newGrid(column)
		part := newGrid(column)
		for _, n := range congestionNets {
			if n.rtt != canaryRTT || n.loss > canaryLoss {
				continue
			}
			c := goUsers(cc.CUBIC)
			spoilt.spoil(&c)
			g.add(n.String(), column, n.goodputs(c)...)
			part.rows = append(part.rows, n.String())
			part.cells[gridKey(n.String(), column)] = was.cells[gridKey(n.String(), column)]
		}
		if len(part.rows) < 3 {
			t.Fatalf("only %d rows of %v", len(part.rows), canaryRTT)
		}
		if fallen := g.fallen(part); (len(fallen) > 0) != (spoilt.how != "") {
			t.Errorf("%q: cells that have fallen: %q", spoilt.how, fallen)
		}
	}
}
