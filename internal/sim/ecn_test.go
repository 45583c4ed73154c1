package sim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
)

// TestMarksInsteadOfLoss compares a link that drops what its queue does not take with one that marks before that: with ECN nothing is
// repeated, and packets wait for less long.
func TestMarksInsteadOfLoss(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "8 MiB in messages of 1 KiB over a link of 10 Mbit/s with a queue of 64 KB, which marks packets from 16 KB on, by whether the")
	fmt.Fprintln(&b, "hosts use ECN: goodput, chunks sent again, packets marked, and the time from the first transmission to the reader.")
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestMarksInsteadOfLoss -update")
	fmt.Fprintln(&b)
	fmt.Fprintln(&b, "   RTT  ECN   Mbit/s  repeated  marked  median ms  longest ms")
	for _, rtt := range []time.Duration{10 * time.Millisecond, 50 * time.Millisecond} {
		var repeated [2]int
		for i, ecn := range []bool{false, true} {
			s := transfer(rtt, 0, 1)
			s.Planes[0].Link = simnet.Link{Delay: rtt / 2, Rate: 1_250_000, Queue: 64_000, Mark: 16_000}
			s.Talks[0].Loads[0] = Load{Messages: 8192, MinSize: 1024, MaxSize: 1024, Streams: 4}
			for i := range s.Hosts {
				s.Hosts[i].Carrier = assoc.Carrier{ECN: ecn}
			}
			w := newWorld(s, Options{})
			r := w.run()
			if r.Violation != nil {
				t.Fatalf("RTT %v, ECN %v: %v", rtt, ecn, r.Violation)
			}
			waits := waitsOf(w.talks[0].flows[0][0])
			repeated[i] = r.Repeated
			fmt.Fprintf(&b, "%6v  %-5v %6.2f  %8d  %6d  %9.1f  %10.1f\n", rtt, ecn, 8*float64(r.Bytes)/1e6/r.Took.Seconds(),
				r.Repeated, r.Marked, milliseconds(waits[len(waits)/2]), milliseconds(waits[len(waits)-1]))
		}
		if repeated[0] == 0 || repeated[1] != 0 {
			t.Errorf("RTT %v: %d chunks were sent again without ECN and %d with it, want none with it only", rtt, repeated[0], repeated[1])
		}
	}
	compareTable(t, "ecn.txt", b.String())
}

// waitsOf returns how long the messages of a flow were on their way, sorted.
func waitsOf(f *flow) []time.Duration {
	var waits []time.Duration
	for _, m := range f.messages {
		waits = append(waits, m.readAt.Sub(m.sentAt))
	}
	slices.Sort(waits)
	return waits
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
