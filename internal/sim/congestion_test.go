package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/cc"
)

// controls are the ways to find losses and to answer them that the table compares.
var controls = []struct {
	name      string
	algorithm cc.Algorithm
	rack      bool
}{
	{"RFC 9260", cc.RFC9260, false},
	{"+ RACK", cc.RFC9260, true},
	{"CUBIC", cc.CUBIC, false},
	{"+ RACK", cc.CUBIC, true},
}

// TestCongestion compares the goodput of every congestion control, over round trip times, losses and queues, with the table that was
// committed.
func TestCongestion(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "Goodput in Mbit/s of virtual time: 4 MiB in messages of 8 KiB over one link of 100 Mbit/s, buffers of 4 MiB, by congestion")
	fmt.Fprintln(&b, "control, without and with the search for losses by time (RFC 8985). Made by: go test ./internal/sim -run TestCongestion -update")
	fmt.Fprintln(&b)
	fmt.Fprint(&b, "   RTT   loss    queue ")
	for _, c := range controls {
		fmt.Fprintf(&b, " %8s ", c.name)
	}
	fmt.Fprintln(&b)
	for _, net := range []struct {
		rtt   time.Duration
		loss  float64
		queue int
	}{
		{time.Millisecond, 0, 64 << 10}, {time.Millisecond, 0.01, 1 << 20}, {time.Millisecond, 0.05, 1 << 20},
		{20 * time.Millisecond, 0, 64 << 10}, {20 * time.Millisecond, 0, 1 << 20}, {20 * time.Millisecond, 0.001, 1 << 20},
		{20 * time.Millisecond, 0.01, 1 << 20},
		{100 * time.Millisecond, 0, 1 << 20}, {100 * time.Millisecond, 0.001, 1 << 20}, {100 * time.Millisecond, 0.01, 1 << 20},
	} {
		fmt.Fprintf(&b, "%6v %5.1f%% %4d KiB ", net.rtt, 100*net.loss, net.queue>>10)
		for _, c := range controls {
			s := transfer(net.rtt, net.loss, 1)
			s.Planes[0].Link.Queue = net.queue
			s.Talks[0].Loads[0].Messages /= 2
			for i := range s.Hosts {
				s.Hosts[i].Config.CongestionControl, s.Hosts[i].Config.RACK = c.algorithm, c.rack
			}
			r := Run(s, Options{})
			if r.Violation != nil {
				t.Errorf("%s, RTT %v, loss %v, queue %d: %v", c.name, net.rtt, net.loss, net.queue, r.Violation)
			}
			fmt.Fprintf(&b, "  %7.2f ", 8*float64(r.Bytes)/1e6/r.Took.Seconds())
		}
		fmt.Fprintln(&b)
	}
	compareTable(t, "congestion.txt", b.String())
}
