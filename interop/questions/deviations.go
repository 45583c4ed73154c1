package questions

import (
	"fmt"
	"strings"
)

// Deviations are the questions that our sockets answer otherwise than Linux, by pattern.
type Deviations struct{ patterns []string }

// ParseDeviations reads a list: paragraphs with empty lines between them, each of one or more reasons, which begin with #, and of
// questions below them. In a question * stands for any text.
func ParseDeviations(lines []string) (*Deviations, error) {
	d := new(Deviations)
	reason := false
	for i, line := range lines {
		switch {
		case line == "":
			reason = false
		case strings.HasPrefix(line, "# "):
			reason = true
		case !reason:
			return nil, fmt.Errorf("line %d: a question without a reason: %s", i+1, line)
		case strings.Count(line, " | ") != 1:
			return nil, fmt.Errorf("line %d: no question: %s", i+1, line)
		default:
			d.patterns = append(d.patterns, line)
		}
	}
	return d, nil
}

// Has reports whether a question is among them.
func (d *Deviations) Has(question string) bool {
	for _, p := range d.patterns {
		if matches(p, question) {
			return true
		}
	}
	return false
}

// Unused returns the patterns that none of the questions match.
func (d *Deviations) Unused(questions []string) []string {
	var unused []string
	for _, p := range d.patterns {
		used := false
		for _, q := range questions {
			used = used || matches(p, q)
		}
		if !used {
			unused = append(unused, p)
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
