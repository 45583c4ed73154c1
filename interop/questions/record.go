package questions

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Difference is a question that was not answered as recorded.
type Difference struct {
	// Question is what comes before the answer in a line, and behind it #2 where it was asked for the second time.
	Question string
	// Recorded and Answered are the answers, [NotAsked] where there is none.
	Recorded, Answered string
}

// NotAsked stands for the answer of a question that was not asked.
const NotAsked = "(not asked)"

// String describes the difference.
func (d Difference) String() string {
	return fmt.Sprintf("%s\n  recorded %s\n  answered %s", d.Question, d.Recorded, d.Answered)
}

// Compare holds answers against a record, line by line. A question that is asked twice in a group has to be answered in the same order.
func Compare(record, answers []string) []Difference {
	want, got := byQuestion(record), byQuestion(answers)
	var found []Difference
	for _, line := range record {
		k, answer := want.next(line)
		if !got.has(k) {
			found = append(found, Difference{k.String(), answer, NotAsked})
		} else if other := got.answers[k]; other != answer {
			found = append(found, Difference{k.String(), answer, other})
		}
	}
	for _, line := range answers {
		if k, answer := got.next(line); !want.has(k) {
			found = append(found, Difference{k.String(), NotAsked, answer})
		}
	}
	return found
}

// gone marks, in a list of changes, a question that is not asked any more.
const gone = "- "

// Changes returns the lines of answers that are not in base as they are, and behind them, marked, those of base whose question
// is not asked. A question that was asked before has its count.
func Changes(base, answers []string) []string {
	before, after := byQuestion(base), byQuestion(answers)
	var changes []string
	for _, line := range answers {
		k, answer := after.next(line)
		if old, ok := before.answers[k]; !ok || old != answer {
			changes = append(changes, k.line(answer))
		}
	}
	for _, line := range base {
		if k, answer := before.next(line); !after.has(k) {
			changes = append(changes, gone+k.line(answer))
		}
	}
	return changes
}

// Apply returns the answers of which [Changes] made changes, though not in their order.
func Apply(base, changes []string) []string {
	without, changed := make(map[string]bool), make(map[string]string)
	for _, line := range changes {
		if old, is := strings.CutPrefix(line, gone); is {
			without[question(old)] = true
		} else {
			changed[question(line)] = line
		}
	}
	var answers []string
	lines := byQuestion(base)
	for _, line := range base {
		k, answer := lines.next(line)
		name := k.String()
		other, is := changed[name]
		switch {
		case is:
			delete(changed, name)
			answers = append(answers, other)
		case !without[name]:
			answers = append(answers, k.line(answer))
		}
	}
	for _, line := range changes {
		if changed[question(line)] == line {
			answers = append(answers, line)
		}
	}
	return answers
}

// key is one question of a run: its text, and how often it was asked before.
type key struct {
	question string
	before   int
}

// String returns the question, and its count if it was asked before.
func (k key) String() string {
	if k.before == 0 {
		return k.question
	}
	return fmt.Sprintf("%s #%d", k.question, k.before+1)
}

// line puts the question before an answer.
func (k key) line(answer string) string { return k.String() + " | " + answer }

// question returns what a line asks.
func question(line string) string {
	q, _ := split(line)
	return q
}

// split cuts a line before its answer.
func split(line string) (question, answer string) {
	if fields := strings.SplitN(line, " | ", 3); len(fields) == 3 {
		return fields[0] + " | " + fields[1], fields[2]
	}
	return line, ""
}

// counted matches what key.String appends.
var counted = regexp.MustCompile(` #([0-9]+)$`)

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
	clear(a.counts)
	return a
}

func (a *asked) has(k key) bool {
	_, ok := a.answers[k]
	return ok
}

// next splits a line into its question and its answer. A question without a count is asked once more.
func (a *asked) next(line string) (key, string) {
	question, answer := split(line)
	if at := counted.FindStringSubmatchIndex(question); at != nil {
		if n, err := strconv.Atoi(question[at[2]:at[3]]); err == nil {
			return key{question[:at[0]], n - 1}, answer
		}
	}
	k := key{question, a.counts[question]}
	a.counts[question]++
	return k, answer
}
