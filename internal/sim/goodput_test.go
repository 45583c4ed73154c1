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

var update = flag.Bool("update", false, "write testdata/goodput.txt anew")

const goodputFile = "testdata/goodput.txt"

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

// TestGoodput compares the goodput over standard networks with the table that was committed: a change of congestion
// control is a change of that file.
func TestGoodput(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "Goodput in Mbit/s of virtual time: 8 MiB in messages of 8 KiB over links of 100 Mbit/s with a queue of 256 KiB,")
	fmt.Fprintln(&b, "default parameters, buffers of 4 MiB. Made by: go test ./internal/sim -run TestGoodput -update")
	fmt.Fprintln(&b)
	fmt.Fprintln(&b, "   RTT   loss  1 path  2 paths  3 paths")
	for _, rtt := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond} {
		for _, loss := range []float64{0, 0.01, 0.05} {
			fmt.Fprintf(&b, "%6v %5.0f%%", rtt, 100*loss)
			for paths := 1; paths <= 3; paths++ {
				r := Run(transfer(rtt, loss, paths), Options{})
				if r.Violation != nil {
					t.Errorf("RTT %v, loss %v, %d paths: %v", rtt, loss, paths, r.Violation)
				}
				fmt.Fprintf(&b, " %7.2f ", 8*float64(r.Bytes)/1e6/r.Took.Seconds())
			}
			fmt.Fprintln(&b)
		}
	}
	if *update {
		if err := os.WriteFile(goodputFile, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(goodputFile)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("goodput changed; if that is meant, run with -update.\nwas:\n%s\nis:\n%s", want, &b)
	}
}
