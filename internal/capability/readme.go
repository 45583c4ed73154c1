package capability

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// The lines between which a table stands that is generated.
const (
	beginMark = "<!-- capabilities: go generate ./internal/capability -->"
	endMark   = "<!-- end of capabilities -->"
)

// Update returns readme with the table that ledgers amount to in its place, with links to the tests in tree, the root of the
// module.
func Update(readme string, ledgers []*Ledger, tree fs.FS) (string, error) {
	table, err := render(ledgers, tree)
	if err != nil {
		return "", err
	}
	return replace(readme, "README.md", table)
}

// replace returns text with table between the marks.
func replace(text, name, table string) (string, error) {
	before, rest, ok1 := strings.Cut(text, beginMark+"\n")
	_, after, ok2 := strings.Cut(rest, endMark)
	if !ok1 || !ok2 {
		return "", fmt.Errorf("%s lacks the lines %q and %q", name, beginMark, endMark)
	}
	return before + beginMark + "\n\n" + table + "\n" + endMark + after, nil
}

// capability is the groups of one name: what several specifications ask of one thing that a user wants.
type capability struct {
	name    string
	sources []string // "RFC 9260 §5.1, §5.2"
	tests   []string
	shown   []string // "[31 of 33](docs/rfc/rfc9260.md#name)"
}

// render returns the table: first what works, each with links to its tests, then what is missing.
func render(ledgers []*Ledger, tree fs.FS) (string, error) {
	tests := testIndex{tree: tree}
	var have, missing strings.Builder
	have.WriteString("| What works | Specified in | MUSTs and SHOULDs shown | Most telling tests |\n|---|---|---|---|\n")
	missing.WriteString("Not yet:\n\n")
	for _, c := range capabilities(ledgers) {
		if len(c.tests) == 0 {
			missing.WriteString("- " + c.name)
			if len(c.sources) > 0 {
				missing.WriteString(" (" + strings.Join(c.sources, "; ") + ")")
			}
			missing.WriteByte('\n')
			continue
		}
		var links []string
		for _, name := range c.tests {
			file, err := tests.find(name)
			if err != nil {
				return "", fmt.Errorf("%s: %w", c.name, err)
			}
			_, function, _ := strings.Cut(name, ".")
			links = append(links, fmt.Sprintf("[%s](%s)", function, file))
		}
		fmt.Fprintf(&have, "| %s | %s | %s | %s |\n", c.name, strings.Join(c.sources, "; "),
			strings.Join(c.shown, ", "), strings.Join(links, ", "))
	}
	return have.String() + "\n" + missing.String(), nil
}

// capabilities joins the groups of equal names, each in the place of the first.
func capabilities(ledgers []*Ledger) []*capability {
	var all []*capability
	for _, l := range ledgers {
		for _, g := range l.Groups {
			if g.Others {
				continue
			}
			i := slices.IndexFunc(all, func(c *capability) bool { return c.name == g.Name })
			if i < 0 {
				i = len(all)
				all = append(all, &capability{name: g.Name})
			}
			c := all[i]
			for _, name := range g.Tests {
				if !slices.Contains(c.tests, name) {
					c.tests = append(c.tests, name)
				}
			}
			if l.Source != "" {
				c.sources = append(c.sources, strings.TrimSpace(l.Source+" "+g.sections()))
			}
			if shown, of := g.count(); of > 0 {
				c.shown = append(c.shown, fmt.Sprintf("[%d of %d](%s/%s#%s)", shown, of, ledgerDir, l.File, anchor(g.Name)))
			}
		}
	}
	return all
}

// count returns how many keywords the rows of g stand for, and how many of them tests show.
func (g *Group) count() (shown, of int) {
	for _, r := range g.Rows {
		of += r.N
		if len(r.Tests) > 0 {
			shown += r.N
		}
	}
	return shown, of
}

// maxSections is how many sections README.md cites of one specification; the ledger has them all.
const maxSections = 4

// sections returns where g is specified, "§5.1, §6": to the second level, or the first when that were too many.
func (g *Group) sections() string {
	for depth := 2; depth > 0; depth-- {
		found := make(map[string]bool)
		for _, r := range g.Rows {
			if r.Section == "—" {
				continue
			}
			parts := strings.Split(r.Section, ".")
			found[strings.Join(parts[:min(depth, len(parts))], ".")] = true
		}
		if len(found) == 0 {
			return ""
		}
		if len(found) <= maxSections || depth == 1 {
			return "§" + strings.Join(sortedSections(found), ", §")
		}
	}
	return ""
}

// notInAnchor matches what the anchor of a heading leaves out.
var notInAnchor = regexp.MustCompile(`[^a-z0-9 _-]`)

// anchor returns the fragment by which a heading is linked to.
func anchor(heading string) string {
	return strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// sum is what becomes of the requirements of one specification.
type sum struct{ total, shown, otherwise, undone, later int }

// others is how many do not apply, or are asked of others.
func (s sum) others() int { return s.total - s.shown - s.otherwise - s.undone - s.later }

// sum adds up the rows of l.
func (l *Ledger) sum() (s sum) {
	for _, g := range l.Groups {
		for _, r := range g.Rows {
			s.total += r.N
			switch {
			case len(r.Tests) > 0:
				s.shown += r.N
			case strings.HasPrefix(r.Reason, otherwise):
				s.otherwise += r.N
			case strings.HasPrefix(r.Reason, notDone):
				s.undone += r.N
			case strings.HasPrefix(r.Reason, notYet):
				s.later += r.N
			}
		}
	}
	return s
}

// UpdateIndex returns index, the README.md of the ledger, with the sums of each specification in their place.
func UpdateIndex(index string, ledgers []*Ledger) (string, error) {
	var b strings.Builder
	b.WriteString("| specification | MUSTs and SHOULDs | shown by tests | done otherwise | not done | not yet | none of ours |\n|---|---|---|---|---|---|---|\n")
	line := func(name string, s sum) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d |\n", name, s.total, s.shown, s.otherwise, s.undone, s.later, s.others())
	}
	var all sum
	for _, l := range ledgers {
		s := l.sum()
		if s.total == 0 {
			continue
		}
		all.total, all.shown, all.otherwise = all.total+s.total, all.shown+s.shown, all.otherwise+s.otherwise
		all.undone, all.later = all.undone+s.undone, all.later+s.later
		line(fmt.Sprintf("[%s](%s)", l.Source, l.File), s)
	}
	line("all of them", all)
	return replace(index, Index, b.String())
}
