package engine

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

func TestFarDeadlinesGather(t *testing.T) {
	now := mono.Time(1234567)
	for _, after := range []time.Duration{0, time.Second, farOff - 1} {
		if at := now.Add(after); putOff(at, now) != at {
			t.Errorf("a deadline %v away was moved", after)
		}
	}
	moments := map[mono.Time]bool{}
	for i := range 1000 {
		at := now.Add(farOff + time.Duration(i)*time.Millisecond)
		got := putOff(at, now)
		if got < at || got.Sub(at) >= farGrid {
			t.Fatalf("a deadline is put off by %v", got.Sub(at))
		}
		if putOff(got, now) != got {
			t.Fatal("a deadline is put off again")
		}
		moments[got] = true
	}
	if len(moments) > int(time.Second/farGrid)+1 {
		t.Errorf("deadlines within a second come at %d moments", len(moments))
	}
}

// The heap is one, and every entry knows its place, whatever is set, moved and removed.
func TestHeapOfDeadlines(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var h deadlineHeap
	var all []*Assoc
	want := map[*Assoc]mono.Time{}
	for range 200 {
		all = append(all, newEntry())
	}
	for range 20_000 {
		a := all[r.IntN(len(all))]
		if r.IntN(3) == 0 && a.heapIndex >= 0 {
			h.remove(a.heapIndex)
			delete(want, a)
		} else {
			at := mono.Time(r.IntN(100))
			h.set(a, at)
			want[a] = at
		}
		if len(h) != len(want) {
			t.Fatalf("%d entries, want %d", len(h), len(want))
		}
		for i, d := range h {
			switch {
			case d.assoc.heapIndex != i:
				t.Fatalf("the entry at %d is said to be at %d", i, d.assoc.heapIndex)
			case d.at != want[d.assoc]:
				t.Fatalf("an entry has time %v, want %v", d.at, want[d.assoc])
			case i > 0 && h[(i-1)/2].at > d.at:
				t.Fatalf("the entry at %d comes before the one above it", i)
			}
		}
	}
	if h.set(all[0], 1); testing.AllocsPerRun(100, func() { h.set(all[0], mono.Time(r.IntN(100))) }) != 0 {
		t.Error("moving a deadline allocates")
	}
}
