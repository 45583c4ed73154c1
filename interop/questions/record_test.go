package questions

import (
	"slices"
	"testing"
)

func TestDifferences(t *testing.T) {
	record := []string{"a | one | 0 | 01", "a | one | EINVAL | ", "b | two | 0 | "}
	for _, c := range []struct {
		name    string
		answers []string
		want    []string
	}{
		{"same", record, nil},
		{"other order of groups", []string{record[2], record[0], record[1]}, nil},
		{"other answer", []string{record[0], "a | one | EFAULT | ", record[2]},
			[]string{"a | one\n  recorded EINVAL | \n  answered EFAULT | "}},
		{"asked again with another answer", []string{record[1], record[0], record[2]},
			[]string{"a | one\n  recorded 0 | 01\n  answered EINVAL | ", "a | one\n  recorded EINVAL | \n  answered 0 | 01"}},
		{"missing", record[:2], []string{"not asked: b | two | 0 | "}},
		{"more", append(slices.Clone(record), "c | three | 0 | "), []string{"not recorded: c | three | 0 | "}},
	} {
		if got := Differences(record, c.answers, 10); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := Differences(record, nil, 2); len(got) != 2 {
		t.Errorf("%d differences, want no more than 2", len(got))
	}
}

func TestChanges(t *testing.T) {
	base := []string{"a | one | 0 | 01", "a | one | EINVAL | ", "b | two | 0 | "}
	answers := []string{"a | one | 0 | 01", "c | three | 0 | ", "a | one | 0 | 02"}
	want := []string{"c | three | 0 | ", "a | one | 0 | 02", "- b | two | 0 | "}
	if got := Changes(base, answers); !slices.Equal(got, want) {
		t.Errorf("changes %q, want %q", got, want)
	}
	if got := Changes(base, base); len(got) != 0 {
		t.Errorf("changes of nothing: %q", got)
	}
}
