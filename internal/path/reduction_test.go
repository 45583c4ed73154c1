package path

import (
	"testing"

	"github.com/gosctp/sctp/internal/seq"
)

func TestReductionCoversItsWindow(t *testing.T) {
	var r Reduction
	if r.Covers(5, 0) || r.ForMark(5, 0) {
		t.Error("a window that was never reduced covers something")
	}
	until := seq.TSN(3) // TSNs have wrapped
	r.Note(true, until, 100)
	for _, test := range []struct {
		tsn  seq.TSN
		sent uint64
		want bool
	}{
		{until, 100, true},
		{until.Add(-10), 110, true},
		{until + 1, 110, false},
		{until.Add(-10), 100 + memory - 1, true},
		{until.Add(-10), 100 + memory, false},
	} {
		if got := r.Covers(test.tsn, test.sent); got != test.want {
			t.Errorf("TSN %d with %d sent: covered %v", test.tsn, test.sent, got)
		}
		if got := r.ForMark(test.tsn-1, test.sent); got != test.want {
			t.Errorf("acknowledged up to %d with %d sent: in the window %v", test.tsn-1, test.sent, got)
		}
	}
	r.Note(false, until, 100)
	if r.ForMark(until-1, 100) || !r.Covers(until, 100) {
		t.Error("a reduction for a loss counts as one for a mark, or for none")
	}
}
