package questions

import (
	"slices"
	"testing"
)

func TestCompare(t *testing.T) {
	record := []string{"a | one | 0 | 01", "a | one | EINVAL | ", "b | two | 0 | "}
	for _, c := range []struct {
		name    string
		answers []string
		want    []string
	}{
		{"same", record, nil},
		{"other order of groups", []string{record[2], record[0], record[1]}, nil},
		{"counted", []string{"a | one #2 | EINVAL | ", record[0], record[2]}, nil},
		{"other answer", []string{record[0], "a | one | EFAULT | ", record[2]},
			[]string{"a | one #2\n  recorded EINVAL | \n  answered EFAULT | "}},
		{"asked again with another answer", []string{record[1], record[0], record[2]},
			[]string{"a | one\n  recorded 0 | 01\n  answered EINVAL | ", "a | one #2\n  recorded EINVAL | \n  answered 0 | 01"}},
		{"missing", record[:2], []string{"b | two\n  recorded 0 | \n  answered (not asked)"}},
		{"more", append(slices.Clone(record), "c | three | 0 | "), []string{"c | three\n  recorded (not asked)\n  answered 0 | "}},
		{"no answer at all", append(slices.Clone(record), "nonsense"), []string{"nonsense\n  recorded (not asked)\n  answered "}},
	} {
		var got []string
		for _, d := range Compare(record, c.answers) {
			got = append(got, d.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestChanges(t *testing.T) {
	base := []string{"a | one | 0 | 01", "a | one | EINVAL | ", "b | two | 0 | "}
	answers := []string{"a | one | 0 | 01", "c | three | 0 | ", "a | one | 0 | 02"}
	want := []string{"c | three | 0 | ", "a | one #2 | 0 | 02", "- b | two | 0 | "}
	if got := Changes(base, answers); !slices.Equal(got, want) {
		t.Errorf("changes %q, want %q", got, want)
	}
	if got := Changes(base, base); len(got) != 0 {
		t.Errorf("changes of nothing: %q", got)
	}
	if got := Compare(answers, Apply(base, want)); len(got) != 0 {
		t.Errorf("changes make other answers: %q", got)
	}
	if got := Apply(base, nil); !slices.Equal(got, []string{base[0], "a | one #2 | EINVAL | ", base[2]}) {
		t.Errorf("no changes make %q", got)
	}
}
