package linux

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// What Linux 6.12 answered to testdata/lengths.c, which says how to read it. interop.TestLengthsOfOptions records it.
const lengthsRecord = "testdata/lengths-linux-6.12.txt"

// notInLinux are the options of the table that Linux lacks.
var notInLinux = map[OptName]bool{SCTP_NRSACK_SUPPORTED: true, SCTP_PKTDROP_SUPPORTED: true, SCTP_ACCEPT_ZERO_CHECKSUM: true, SCTP_EXPLICIT_EOR: true}

// Where the table refuses a length, Linux has to give the same error. What the table takes, Linux may refuse, because the values are all zero;
// but if it takes one length, it has to take all that the table takes, and to answer with as many bytes.
func TestTableIsThatOfLinux(t *testing.T) {
	record := recordedLengths(t)
	taken := make(map[OptName]bool)
	for key := range questions() {
		o := Lookup(SOL_SCTP, int(key.option))
		if o != nil && notInLinux[o.Number] {
			o = nil
		}
		answers := record[key]
		delete(record, key)
		if answers == nil {
			answers = slices.Repeat([]string{"ENOPROTOOPT"}, 301)
		}
		takes := slices.ContainsFunc(answers, func(a string) bool { return !strings.HasPrefix(a, "E") })
		for n, linux := range answers {
			length, err := 0, error(syscall.ENOPROTOOPT)
			if o != nil {
				length, err = o.check(key, n)
			}
			if err != nil {
				if got := errorName(err); got != linux {
					t.Errorf("%v, %d bytes: %s, on Linux %s", key, n, got, linux)
				}
				continue
			}
			if !takes || o.Set.rule == open || o.Get.rule == open {
				continue
			}
			taken[o.Number] = true
			want := "ok"
			switch {
			case key.call == "get" && (length == n || o.LengthKept):
				want = "all"
			case key.call == "get":
				want = strconv.Itoa(length)
			}
			if linux != want {
				t.Errorf("%v, %d bytes: %s, on Linux %s", key, n, want, linux)
			}
		}
	}
	for key := range record {
		t.Errorf("%v: nothing asks for it", key)
	}
	if len(taken) < 40 {
		t.Errorf("Linux took values of %d options only", len(taken))
	}
}

func (o *Option) check(q question, n int) (int, error) {
	style, has := OneToOne, Need(0)
	if q.style == "one-to-many" {
		style = OneToMany
	}
	if q.extensions == "on" {
		has = NeedsAuth | NeedsASCONF
	}
	if q.call == "set" {
		return n, o.CheckSet(n, style, has)
	}
	return o.CheckGet(n, style, has)
}

// question is the beginning of a line of the record.
type question struct {
	style, extensions, call string
	option                  OptName
}

func questions() map[question]bool {
	all := make(map[question]bool)
	for option := range OptName(141) {
		for _, style := range []string{"one-to-one", "one-to-many"} {
			for _, extensions := range []string{"off", "on"} {
				for _, call := range []string{"set", "get"} {
					all[question{style, extensions, call, option}] = true
				}
			}
		}
	}
	return all
}

// recordedLengths returns the record: the answer to each length.
func recordedLengths(t *testing.T) map[question][]string {
	b, err := os.ReadFile(lengthsRecord)
	if err != nil {
		t.Fatal(err)
	}
	record := make(map[question][]string)
	for line := range strings.Lines(string(b)) {
		head, runs, _ := strings.Cut(line, ":")
		var q question
		if _, err := fmt.Sscan(head, &q.style, &q.extensions, &q.call, (*int)(&q.option)); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for run := range strings.FieldsSeq(runs) {
			var from, to int
			var answer string
			if _, err := fmt.Sscanf(run, "%d-%d=%s", &from, &to, &answer); err != nil || from != len(record[q]) {
				t.Fatalf("%q: %v", line, err)
			}
			for range to - from + 1 {
				record[q] = append(record[q], answer)
			}
		}
		if len(record[q]) != 301 {
			t.Fatalf("%q has %d lengths", line, len(record[q]))
		}
	}
	return record
}

func errorName(err error) string { return ErrnoName(int(err.(syscall.Errno))) }
