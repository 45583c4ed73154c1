package simnet

import (
	"math/rand/v2"
	"testing"

	"github.com/gosctp/sctp/internal/mono"
)

// TestScheduleKeepsOrder: by time, and of one time as it was scheduled, however pushes and pops alternate; places are used again.
func TestScheduleKeepsOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var s schedule
	number, under, most := 0, 0, 0
	now := mono.Time(1)
	type event struct {
		at     mono.Time
		number int
	}
	var last event
	for step := range 20_000 {
		if step < 19_000 && (under == 0 || rng.IntN(100) < 52) {
			number++
			under++
			s.push(arrival{at: now + mono.Time(rng.IntN(50)), fromPort: uint16(number)})
			most = max(most, under)
			continue
		}
		if under == 0 {
			break
		}
		if next := s.next(); next < now {
			t.Fatalf("next is %d, now is %d", next, now)
		}
		a := s.pop()
		under--
		now = a.at
		if e := (event{a.at, int(a.fromPort)}); e.at < last.at || e.at == last.at && e.number <= last.number {
			t.Fatalf("%+v after %+v", e, last)
		} else {
			last = e
		}
	}
	if under != 0 || !s.next().IsZero() {
		t.Errorf("%d are left, next at %v", under, s.next())
	}
	if len(s.arrivals) != most || len(s.free) != most {
		t.Errorf("%d places, %d free, for %d at a time", len(s.arrivals), len(s.free), most)
	}
}
