package questions

import (
	"fmt"
	"slices"
	"strings"
)

// Deviations are the questions that our sockets answer otherwise than Linux.
type Deviations struct{ paragraphs []deviation }

// deviation is a paragraph of the list.
type deviation struct {
	patterns []string
	changes  []change
	// sometimes: the answers may be Linux', too.
	sometimes bool
}

// change says how to make our answer of that of Linux.
type change struct{ from, to string }

// sometimes begins the reason of what depends on time.
const sometimes = "# At times "

// ParseDeviations reads a list: paragraphs with empty lines between them, each of one or more lines with the reason, which begin with
// #, of questions, in which * stands for any text, and of changes, which begin with two blanks. A change "A => B" turns A into B
// wherever A is in Linux' answer, and all of them make ours of it; without changes any answer will do.
func ParseDeviations(lines []string) (*Deviations, error) {
	d := new(Deviations)
	var at *deviation
	for i, line := range lines {
		bad := func(what string) (*Deviations, error) {
			return nil, fmt.Errorf("line %d: %s: %s", i+1, what, line)
		}
		switch {
		case line == "":
			at = nil
		case strings.HasPrefix(line, "# "):
			if at == nil {
				d.paragraphs = append(d.paragraphs, deviation{sometimes: strings.HasPrefix(line, sometimes)})
				at = &d.paragraphs[len(d.paragraphs)-1]
			}
		case at == nil:
			return bad("no reason")
		case strings.HasPrefix(line, "  "):
			from, to, ok := strings.Cut(line[2:], " => ")
			if !ok || from == "" || len(at.patterns) == 0 {
				return bad("no change")
			}
			at.changes = append(at.changes, change{from, to})
		case strings.Count(line, " | ") != 1:
			return bad("no question")
		default:
			at.patterns = append(at.patterns, line)
		}
	}
	return d, nil
}

// With returns d and more.
func (d *Deviations) With(more *Deviations) *Deviations {
	return &Deviations{slices.Concat(d.paragraphs, more.paragraphs)}
}

// Has reports whether a difference is among them.
func (d *Deviations) Has(x Difference) bool {
	for i := range d.paragraphs {
		p := &d.paragraphs[i]
		for _, pattern := range p.patterns {
			if matches(pattern, x.Question) && p.explains(x) {
				return true
			}
		}
	}
	return false
}

func (p *deviation) explains(x Difference) bool {
	if len(p.changes) == 0 {
		return true
	}
	answer := x.Recorded
	for _, c := range p.changes {
		answer = strings.ReplaceAll(answer, c.from, c.to)
	}
	return answer == x.Answered
}

// Unused returns the patterns that match none of the differences, but for those that may not.
func (d *Deviations) Unused(all []Difference) []string {
	var unused []string
	for i := range d.paragraphs {
		p := &d.paragraphs[i]
		for _, pattern := range p.patterns {
			used := p.sometimes
			for _, x := range all {
				used = used || matches(pattern, x.Question) && p.explains(x)
			}
			if !used {
				unused = append(unused, pattern)
			}
		}
	}
	return unused
}

// matches reports whether text is of the pattern.
func matches(pattern, text string) bool {
	head, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == text
	}
	if !strings.HasPrefix(text, head) {
		return false
	}
	for at := len(head); at <= len(text); at++ {
		if matches(rest, text[at:]) {
			return true
		}
	}
	return false
}
