package path

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
)

func TestDoubtIsUnfoundedWhenAllCameTwice(t *testing.T) {
	base := seq.TSN(1<<32 - 2) // TSNs wrap
	var d Doubt
	d.Repeated(1, base)
	if d.IsOpen() || d.Unfounded() || d.Duplicate(100, base, 0) {
		t.Fatal("nothing is in doubt")
	}
	d.Open(base+10, false)
	if !d.IsOpen() || d.Unfounded() {
		t.Error("nothing was sent again yet")
	}
	for _, x := range []seq.TSN{base + 3, base, base + 4, base} {
		d.Repeated(10, x)
	}
	for i, c := range []struct {
		tsn  seq.TSN
		at   mono.Time
		want bool
	}{
		{base + 1, 100, false},                      // was not sent again
		{base + 3, 29, false}, {base + 3, 30, true}, // 20 is the shortest round trip
		{base + 3, 31, false},                                 // it was sent again once
		{base, 30, true}, {base, 30, true}, {base, 30, false}, // this one twice
		{base + 4, 30, true},
	} {
		if d.Unfounded() {
			t.Errorf("report %d: unfounded before", i)
		}
		if got := d.Duplicate(c.at, c.tsn, 20*time.Nanosecond); got != c.want {
			t.Errorf("report %d, TSN %d at %d: %v", i, c.tsn, c.at, got)
		}
	}
	if !d.Unfounded() {
		t.Error("all came twice")
	}
	d.Repeated(40, base+5)
	if d.Unfounded() {
		t.Error("another one was sent again")
	}
	d.Close()
	if d.IsOpen() || d.Unfounded() || d.Duplicate(100, base+5, 0) {
		t.Error("it is over")
	}
}

func TestDoubtEndsWithTooMuchToKeep(t *testing.T) {
	var d Doubt
	d.Open(5000, true)
	for i := range seq.TSN(MaxRepeats) {
		d.Repeated(1, i)
	}
	for i := range seq.TSN(MaxRepeats) {
		d.Duplicate(2, i, 0)
	}
	if !d.Unfounded() || !d.TimedOut {
		t.Error("as many as are kept came twice")
	}
	d.Repeated(1, MaxRepeats)
	d.Repeated(1, 0)
	if d.Unfounded() || len(d.repeats) != MaxRepeats {
		t.Errorf("%d are kept", len(d.repeats))
	}
}
