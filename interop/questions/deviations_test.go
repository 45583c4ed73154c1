package questions

import (
	"slices"
	"testing"
)

func TestDeviations(t *testing.T) {
	d, err := ParseDeviations([]string{
		"# why", "# this is so", "a | one", "b* | two #2", "", "# another reason", "* | x 0*8 y", "  12 => 34", "  5 => 678", "",
		"# At times it is so", "never | seen",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		x    Difference
		want bool
	}{
		{Difference{"a | one", "0", "1"}, true}, {Difference{"a | one #2", "0", "1"}, false}, {Difference{"b | two #2", "0", "1"}, true},
		{Difference{"big | two #2", "0", NotAsked}, true}, {Difference{"c | two #2", "0", "1"}, false}, {Difference{"", "0", "1"}, false},
		{Difference{"any | x 0*8 y", "0 12 12 5", "0 34 34 678"}, true}, {Difference{"any | x 0 and 8 y", "5", "678"}, true},
		{Difference{"any | x 0*8 y", "0 12", "0 35"}, false}, {Difference{"any | x 0", "5", "678"}, false},
	} {
		if got := d.Has(c.x); got != c.want {
			t.Errorf("%+v: %v, want %v", c.x, got, c.want)
		}
	}
	all := []Difference{{"bb | two #2", "0", "1"}, {"x | x 0*8 y", "0", "1"}}
	if got := d.Unused(all); !slices.Equal(got, []string{"a | one", "* | x 0*8 y"}) {
		t.Errorf("unused: %q", got)
	}
	for _, bad := range [][]string{
		{"a | one"}, {"# why", "", "a | one"}, {"# why", "a"}, {"# why", "a | b | c"}, {"#why", "a | b"},
		{"# why", "  1 => 2"}, {"# why", "a | b", "  1 2"}, {"# why", "a | b", "   => 2"},
	} {
		if _, err := ParseDeviations(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}
