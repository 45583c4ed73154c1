package sim

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
)

var update = flag.Bool("update", false, "write the tables in testdata anew")

// compareTable compares a table with the one that was committed.
func compareTable(t *testing.T, name, got string) {
	t.Helper()
	file := "testdata/" + name
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s changed; if that is meant, run with -update.\nwas:\n%s\nis:\n%s", file, want, got)
	}
}

// transfer is a client that sends 8 MiB in messages of 8 KiB over 100 Mbit/s, on paths that differ in nothing.
func transfer(rtt time.Duration, loss float64, paths int) *Scenario {
	s := plain()
	s.Planes = nil
	for p := range paths {
		s.Planes = append(s.Planes, Plane{Link: simnet.Link{Delay: rtt / 2, Loss: loss, Rate: 12_500_000, Queue: 256 << 10}})
		if p > 0 {
			s.Hosts[0].Planes = append(s.Hosts[0].Planes, p)
			s.Hosts[1].Planes = append(s.Hosts[1].Planes, p)
		}
	}
	s.Talks[0].Loads[0] = Load{Messages: 1024, MinSize: 8192, MaxSize: 8192, Streams: 4}
	for i := range s.Hosts {
		s.Hosts[i].Config = assoc.Config{RecvBuffer: 4 << 20, SendBuffer: 4 << 20}
	}
	return s
}

// interruptions adds how long a transfer takes that something happens to.
func interruptions(t *testing.T, b *strings.Builder) {
	fmt.Fprintln(b)
	fmt.Fprintln(b, "Time that the same takes over 10 ms RTT without loss when something happens after 100 ms:")
	fmt.Fprintln(b)
	for _, c := range []struct {
		what    string
		paths   int
		actions []Action
	}{
		{"nothing", 1, nil},
		{"the reader stops for 10 s", 1, []Action{{100 * time.Millisecond, Pause, 0}, {10100 * time.Millisecond, Resume, 0}}},
		{"the only path breaks for 1 s", 1, []Action{{100 * time.Millisecond, Cut, 0}, {1100 * time.Millisecond, Repair, 0}}},
		{"the only path breaks for 10 s", 1, []Action{{100 * time.Millisecond, Cut, 0}, {10100 * time.Millisecond, Repair, 0}}},
		{"the primary path of two breaks", 2, []Action{{100 * time.Millisecond, Cut, 0}}},
		{"the primary path of three breaks for 1 s", 3, []Action{{100 * time.Millisecond, Cut, 0}, {1100 * time.Millisecond, Repair, 0}}},
		{"the MTU drops to 1280", 1, []Action{{100 * time.Millisecond, Narrow, 0}}},
	} {
		s := transfer(10*time.Millisecond, 0, c.paths)
		s.Hosts[0].Config.RecvBuffer = 256 << 10
		s.Actions = c.actions
		r := Run(s, Options{})
		if r.Violation != nil {
			t.Errorf("%s: %v", c.what, r.Violation)
		}
		fmt.Fprintf(b, "%7.2f s  %s\n", r.Took.Seconds(), c.what)
	}
}

// marking adds what a router does for the same that marks packets instead of dropping them (RFC 3168).
func marking(t *testing.T, b *strings.Builder) {
	fmt.Fprintln(b)
	fmt.Fprintln(b, "The same over 10 ms RTT with shorter queues, which drop what does not fit, or mark from half on (ECN):")
	fmt.Fprintln(b)
	fmt.Fprintln(b, "   queue  goodput  sent again | marking  goodput  sent again  marked")
	for _, queue := range []int{32 << 10, 64 << 10, 128 << 10} {
		fmt.Fprintf(b, "%4d KiB", queue>>10)
		for _, ecn := range []bool{false, true} {
			s := transfer(10*time.Millisecond, 0, 1)
			s.Planes[0].Link.Queue, s.Planes[0].Link.Mark = queue, queue/2
			for i := range s.Hosts {
				s.Hosts[i].Carrier.ECN = ecn
			}
			r := Run(s, Options{})
			if r.Violation != nil {
				t.Errorf("queue of %d, ECN %v: %v", queue, ecn, r.Violation)
			}
			goodput := 8 * float64(r.Bytes) / 1e6 / r.Took.Seconds()
			if ecn {
				fmt.Fprintf(b, " %17.2f  %10d  %6d", goodput, r.Repeated, r.Marked)
			} else {
				fmt.Fprintf(b, " %8.2f  %10d |", goodput, r.Repeated)
			}
		}
		fmt.Fprintln(b)
	}
}

// TestGoodput compares the goodput over standard networks with the table that was committed: a change of congestion
// control is a change of that file.
func TestGoodput(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "Goodput in Mbit/s of virtual time: 8 MiB in messages of 8 KiB over links of 100 Mbit/s with a queue of 256 KiB,")
	fmt.Fprintln(&b, "default parameters, buffers of 4 MiB. Made by: go test ./internal/sim -run TestGoodput -update")
	fmt.Fprintln(&b)
	g := newGrid("1 path", "2 paths", "3 paths")
	for _, rtt := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond} {
		for _, loss := range []float64{0, 0.01, 0.05} {
			for i, column := range g.columns {
				r := Run(transfer(rtt, loss, i+1), Options{})
				if r.Violation != nil {
					t.Errorf("RTT %v, loss %v, %s: %v", rtt, loss, column, r.Violation)
				}
				g.add(fmt.Sprintf("%6v %5.0f%%", rtt, 100*loss), column, 8*float64(r.Bytes)/1e6/r.Took.Seconds())
			}
		}
	}
	b.WriteString(g.text("   RTT   loss"))
	marking(t, &b)
	interruptions(t, &b)
	compareGrid(t, "goodput.txt", b.String())
}
