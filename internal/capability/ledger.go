package capability

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Ledger is the file of one specification.
type Ledger struct {
	File string // its name in docs/rfc
	// Source is the specification as README.md cites it, "RFC 9260"; empty for what is this project's own.
	Source string
	// Text is the name of the file that has the specification itself, and Scope the appendix that the ledger is about, empty
	// for all of it. Without Text there is nothing to be complete about.
	Text, Scope string
	Groups      []*Group
	// Keywords are the numbers of MUSTs and SHOULDs of each section of the specification.
	Keywords map[string]Count
}

// Group is one capability, and what a specification asks of it.
type Group struct {
	Name string // as a user would ask for it
	// Tests are the most telling ones. Without any, the capability is one that this stack does not have yet.
	Tests []string
	// Others: it is no capability but what the specification asks of somebody else.
	Others bool
	Rows   []Row
}

// Row is one requirement.
type Row struct {
	Line    int // in its file
	Section string
	Level   Level
	N       int // how many keywords of the section it stands for; 0 at level Says
	Text    string
	Tests   []string // as "internal/rx.TestName"; the root package is "sctp"
	Reason  string   // why there is no test, or what there is to know beside them
}

// Level is how strongly a specification asks for something.
type Level string

// The levels. What RFC 2119 calls REQUIRED and SHALL is a MUST, what it calls RECOMMENDED is a SHOULD; a prohibition has
// the level of its keyword. Says is for what a specification describes without a keyword.
const (
	Must   Level = "MUST"
	Should Level = "SHOULD"
	Says   Level = "says"
)

// Count is a number of keywords.
type Count struct{ Must, Should int }

func (c Count) String() string { return fmt.Sprintf("MUST %d, SHOULD %d", c.Must, c.Should) }

// What opens the lines that are no rows, and the reasons with a meaning of their own.
const (
	keywordsHeading = "## Keywords by section"
	textLine        = "Text: `"
	testsLine       = "Told by `"
	notYetLine      = "Not yet."
	othersLine      = "Asked of others."
	otherwise       = "otherwise"
	notYet          = "not yet"
	notDone         = "not done"
)

var (
	titleLine   = regexp.MustCompile(`^# (RFC \d+(?: appendix [A-Z])?|draft-[a-z0-9-]+|gosctp): .`)
	textFile    = regexp.MustCompile("^Text: `([a-z0-9.-]+\\.txt)`(?:, appendix ([A-Z]))?\\.$")
	keywordLine = regexp.MustCompile(`^- ((?:\d+|[A-Z])(?:\.\d+)*): MUST (\d+), SHOULD (\d+)$`)
	rowLine     = regexp.MustCompile(`^\| ((?:\d+|[A-Z])(?:\.\d+)*|—) \| (MUST|SHOULD|says)(?: ×(\d+))? \| (\S[^|]*\S) \| (\S[^|]*\S) \|$`)
	testName    = regexp.MustCompile("^`([a-z0-9/]+\\.(?:Test|Fuzz|Example)\\w*)`$")
	quotedTest  = regexp.MustCompile("`([a-z0-9/]+\\.(?:Test|Fuzz|Example)\\w*)`")
)

// Parse reads the ledger of one specification. Its error names every line that it does not understand.
func Parse(file, text string) (*Ledger, error) {
	p := reader{l: &Ledger{File: file, Keywords: make(map[string]Count)}}
	for i, line := range strings.Split(text, "\n") {
		if err := p.line(i+1, line); err != nil {
			p.errs = append(p.errs, fmt.Errorf("%s:%d: %w", file, i+1, err))
		}
	}
	if p.state == inTitle {
		p.errs = append(p.errs, fmt.Errorf("%s: has no title such as %q", file, "# RFC 9260: Stream Control Transmission Protocol"))
	}
	for _, g := range p.l.Groups {
		if g.Tests == nil && !g.Others && !p.missing[g.Name] {
			p.errs = append(p.errs, fmt.Errorf("%s: %s: has none of %q, %q and %q", file, g.Name, testsLine, notYetLine, othersLine))
		}
	}
	return p.l, errors.Join(p.errs...)
}

// reader is where Parse is in a file.
type reader struct {
	l       *Ledger
	state   readerState
	group   *Group
	missing map[string]bool // groups that say that they are not there yet
	errs    []error
}

type readerState uint8

const (
	inTitle readerState = iota
	inIntroduction
	inGroup
	inKeywords
)

// line reads one line.
func (p *reader) line(n int, line string) error {
	switch {
	case strings.HasPrefix(line, "# "):
		m := titleLine.FindStringSubmatch(line)
		if m == nil || p.state != inTitle {
			return fmt.Errorf("%q is no title", line)
		}
		p.state = inIntroduction
		if m[1] != "gosctp" {
			p.l.Source = m[1]
		}
	case line == keywordsHeading:
		p.state = inKeywords
	case strings.HasPrefix(line, "## "):
		p.state, p.group = inGroup, &Group{Name: line[len("## "):]}
		p.l.Groups = append(p.l.Groups, p.group)
	case strings.HasPrefix(line, textLine) && p.state == inIntroduction:
		m := textFile.FindStringSubmatch(line)
		if m == nil {
			return fmt.Errorf("%q names no text", line)
		}
		p.l.Text, p.l.Scope = m[1], m[2]
	case strings.HasPrefix(line, testsLine) && p.state == inGroup:
		tests, ok := parseTests(strings.TrimSuffix(line[len("Told by "):], "."))
		if !ok {
			return fmt.Errorf("%q names no tests", line)
		}
		p.group.Tests = tests
	case line == othersLine && p.state == inGroup:
		p.group.Others = true
	case line == notYetLine && p.state == inGroup:
		if p.missing == nil {
			p.missing = make(map[string]bool)
		}
		p.missing[p.group.Name] = true
	case strings.HasPrefix(line, "- ") && p.state == inKeywords:
		return p.keywords(line)
	case strings.HasPrefix(line, "| ") && p.state == inGroup && line != tableHeader:
		return p.row(n, line)
	}
	return nil
}

// tableHeader is the first line of the table of a group.
const tableHeader = "| § | | what is asked | shown by |"

// keywords reads the count of one section.
func (p *reader) keywords(line string) error {
	m := keywordLine.FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf("%q is no count such as %q", line, "- 5.1: MUST 3, SHOULD 1")
	}
	var c Count
	c.Must, _ = strconv.Atoi(m[2])
	c.Should, _ = strconv.Atoi(m[3])
	if _, twice := p.l.Keywords[m[1]]; twice {
		return fmt.Errorf("section %s is counted twice", m[1])
	}
	p.l.Keywords[m[1]] = c
	return nil
}

// row reads one requirement.
func (p *reader) row(n int, line string) error {
	m := rowLine.FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf("%q is no row", line)
	}
	r := Row{Line: n, Section: m[1], Level: Level(m[2]), N: 1, Text: m[4]}
	if m[3] != "" {
		r.N, _ = strconv.Atoi(m[3])
	}
	if r.Level == Says {
		r.N = 0
	}
	tests, reason, _ := strings.Cut(m[5], "— ")
	r.Reason = reason
	if tests = strings.TrimSpace(tests); tests != "" {
		var ok bool
		if r.Tests, ok = parseTests(tests); !ok {
			return fmt.Errorf("%q are no tests", tests)
		}
	}
	if len(r.Tests) == 0 && r.Reason == "" {
		return fmt.Errorf("%q has neither test nor reason", r.Text)
	}
	p.group.Rows = append(p.group.Rows, r)
	return nil
}

// parseTests reads names of tests in backquotes, separated by commas.
func parseTests(list string) ([]string, bool) {
	var tests []string
	for _, name := range strings.Split(list, ", ") {
		m := testName.FindStringSubmatch(name)
		if m == nil {
			return nil, false
		}
		tests = append(tests, m[1])
	}
	return tests, true
}

// rowsBySection adds up the keywords that the rows stand for.
func (l *Ledger) rowsBySection() map[string]Count {
	sum := make(map[string]Count)
	for _, g := range l.Groups {
		for _, r := range g.Rows {
			c := sum[r.Section]
			switch r.Level {
			case Must:
				c.Must += r.N
			case Should:
				c.Should += r.N
			case Says:
				continue
			}
			sum[r.Section] = c
		}
	}
	return sum
}

// compareSections orders section numbers: by number within a level, appendices after sections.
func compareSections(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, errX := strconv.Atoi(as[i])
		y, errY := strconv.Atoi(bs[i])
		switch {
		case errX != nil && errY != nil:
			if c := cmp.Compare(as[i], bs[i]); c != 0 {
				return c
			}
		case errX != nil:
			return +1
		case errY != nil:
			return -1
		case x != y:
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(as), len(bs))
}
