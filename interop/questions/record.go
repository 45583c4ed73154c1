package questions

import (
	"fmt"
	"strings"
)

// Differences compares answers with a record, line by line, and describes at most limit of those that differ. A question that is
// asked twice in a group has to be answered in the same order.
func Differences(record, answers []string, limit int) []string {
	want, got := byQuestion(record), byQuestion(answers)
	var found []string
	report := func(format string, args ...any) {
		if len(found) < limit {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	for _, line := range record {
		key, answer := want.next(line)
		if other, ok := got.answers[key]; !ok {
			report("not asked: %s", line)
		} else if other != answer {
			report("%s\n  recorded %s\n  answered %s", key.question, answer, other)
		}
	}
	got.reset()
	for _, line := range answers {
		if key, _ := got.next(line); !want.has(key) {
			report("not recorded: %s", line)
		}
	}
	return found
}

// gone marks, in a list of changes, a question that is not asked any more.
const gone = "- "

// Changes returns the lines of answers that are not in base as they are, and behind them, marked, those of base whose question
// is not asked.
func Changes(base, answers []string) []string {
	before, after := byQuestion(base), byQuestion(answers)
	var changes []string
	for _, line := range answers {
		k, answer := after.next(line)
		if old, ok := before.answers[k]; !ok || old != answer {
			changes = append(changes, line)
		}
	}
	for _, line := range base {
		if k, _ := before.next(line); !after.has(k) {
			changes = append(changes, gone+line)
		}
	}
	return changes
}

// key is one question of a run: its text, and how often it was asked before.
type key struct {
	question string
	before   int
}

// asked holds the answers of a run.
type asked struct {
	answers map[key]string
	counts  map[string]int
}

func byQuestion(lines []string) *asked {
	a := &asked{answers: make(map[key]string), counts: make(map[string]int)}
	for _, line := range lines {
		k, answer := a.next(line)
		a.answers[k] = answer
	}
	a.reset()
	return a
}

func (a *asked) reset() { clear(a.counts) }

func (a *asked) has(k key) bool {
	_, ok := a.answers[k]
	return ok
}

// next splits a line into its question and its answer.
func (a *asked) next(line string) (key, string) {
	question, answer := line, ""
	if fields := strings.SplitN(line, " | ", 3); len(fields) == 3 {
		question, answer = fields[0]+" | "+fields[1], fields[2]
	}
	k := key{question, a.counts[question]}
	a.counts[question]++
	return k, answer
}
