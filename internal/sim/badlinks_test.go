package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Links that are bad for a while, beside those of failover_test.go that break once. Each is played with several seeds, and the worst counts.
const (
	badLinkSeeds = 5
	badLinkPace  = 100 * time.Millisecond
	// badLinkTime is how long a link is bad; then it is as good as before.
	badLinkTime = 30 * time.Second
)

// lossy has planes lose a share of the packets, in both directions.
func lossy(share float64, planes ...int) func(*world) {
	return func(w *world) {
		for _, p := range planes {
			good := w.s.Planes[p].Link
			bad := good
			bad.Loss = share
			w.breaks(p)
			w.net.Connect(w.s.prefix(p), w.s.prefix(p), bad)
			w.later(badLinkTime, func() {
				w.mends(p)
				w.net.Connect(w.s.prefix(p), w.s.prefix(p), good)
			})
		}
	}
}

// flapping cuts planes in turn, each for half to one and a half times the period; a single one is down every second time. Without the
// randomness every time-out of a sender could fall into the same state of a link.
func flapping(period time.Duration, planes ...int) func(*world) {
	return func(w *world) {
		down := -1
		var flap func(round int)
		flap = func(round int) {
			if down >= 0 {
				w.repair(down)
				down = -1
			}
			if w.now.Sub(epoch) > failoverCut+badLinkTime {
				return
			}
			if len(planes) > 1 || round%2 == 0 {
				down = planes[round%len(planes)]
				w.cut(down)
			}
			w.later(period/2+time.Duration(w.rng.Int64N(int64(period))), func() { flap(round + 1) })
		}
		flap(0)
	}
}

// badLinks end no association: some packet gets through in time.
var badLinks = []trouble{
	{"primary up and down, 1 s each", twoUplinks, flapping(time.Second, 0)},
	{"primary up and down, 50 ms each", twoUplinks, flapping(50*time.Millisecond, 0)},
	{"both down in turn, 1 s each", twoUplinks, flapping(time.Second, 0, 1)},
	{"both down in turn, 100 ms each", twoUplinks, flapping(100*time.Millisecond, 0, 1)},
	{"three down in turn, 1 s each", threeUplinks, flapping(time.Second, 0, 1, 2)},
	{"primary loses 10 %", twoUplinks, lossy(0.1, 0)},
	{"primary loses 50 %", twoUplinks, lossy(0.5, 0)},
	{"other path loses 50 %, primary cut", twoUplinks, func(w *world) {
		lossy(0.5, 1)(w)
		cutting(0, 0)(w)
	}},
	{"both lose 10 %", twoUplinks, lossy(0.1, 0, 1)},
	{"both lose 30 %", twoUplinks, lossy(0.3, 0, 1)},
}

// TestBadLinks is how long a program waits on links that never work well.
func TestBadLinks(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "A message of 1,000 bytes each %v, on links that are bad for %v; the worst of %d runs each.\n", badLinkPace, badLinkTime, badLinkSeeds)
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestBadLinks -update")
	for _, trouble := range badLinks {
		fmt.Fprintf(&b, "\n%-35s silence ms   longest ms   settled ms  late\n", trouble.name)
		for _, p := range profiles {
			var worst outage
			for seed := range uint64(badLinkSeeds) {
				s := trouble.scenario(p.config)
				s.Seed, s.Talks[0].Loads[0].Pace, s.Talks[0].Loads[0].Messages = 1+seed, badLinkPace, int(failoverRun/badLinkPace)
				o := outageOf(t, s, trouble.happen)
				worst.silence, worst.longest = max(worst.silence, o.silence), max(worst.longest, o.longest)
				worst.settled, worst.late = max(worst.settled, o.settled), max(worst.late, o.late)
				worst.ended = max(worst.ended, o.ended)
			}
			fmt.Fprintf(&b, "    %-28s %v\n", p.name, &worst)
			if worst.ended > 0 {
				t.Errorf("%s, %s: %v", trouble.name, p.name, &worst)
			}
		}
	}
	compareTable(t, "badlinks.txt", b.String())
}
