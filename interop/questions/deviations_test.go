package questions

import (
	"slices"
	"testing"
)

func TestDeviations(t *testing.T) {
	d, err := ParseDeviations([]string{"# why", "a | one", "b* | two #2", "", "# another", "* | x 0*8 y"})
	if err != nil {
		t.Fatal(err)
	}
	for question, want := range map[string]bool{
		"a | one": true, "a | one #2": false, "b | two #2": true, "big | two #2": true, "c | two #2": false,
		"any | x 0*8 y": true, "any | x 0 and 8 y": true, "any | x 0": false, "": false,
	} {
		if got := d.Has(question); got != want {
			t.Errorf("%q: %v, want %v", question, got, want)
		}
	}
	if got := d.Unused([]string{"bb | two #2", "x | x 0*8 y"}); !slices.Equal(got, []string{"a | one"}) {
		t.Errorf("unused: %q", got)
	}
	for _, bad := range [][]string{{"a | one"}, {"# why", "", "a | one"}, {"# why", "a"}, {"# why", "a | b | c"}, {"#why", "a | b"}} {
		if _, err := ParseDeviations(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}
