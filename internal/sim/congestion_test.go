package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/simnet"
)

// controls are the ways to find losses and to answer them that the table compares.
var controls = []struct {
	name      string
	algorithm cc.Algorithm
	rack      bool
}{
	{"RFC 9260", cc.RFC9260, false},
	{"  + RACK", cc.RFC9260, true},
	{"CUBIC", cc.CUBIC, false},
	{"CUBIC + RACK", cc.CUBIC, true},
	{"BBR", cc.BBRv3, true},
}

// The link of the table, how much goes over it, and how often where chance has a part in it.
const (
	congestionRate  = 12_500_000
	congestionBytes = 4 << 20
	congestionRuns  = 3
	// congestionWarm round trips are the beginning, congestionTrips what is measured, congestionLeast at least. BBR, which is ten times as fast
	// where others wait for what was lost, and does what it does every few seconds, is measured for modelTrips.
	congestionWarm  = 50
	congestionTrips = 200
	modelTrips      = 60
	congestionLeast = 3 * time.Second / 2
	// canaryRTT and canaryLoss pick the rows that the canary looks at.
	canaryRTT  = 20 * time.Millisecond
	canaryLoss = 0.001
)

// congestionNet is a network of the table.
type congestionNet struct {
	rtt   time.Duration
	loss  float64
	burst float64
	queue int
}

var congestionNets = []congestionNet{
	{time.Millisecond, 0, 0, 16 << 10}, {time.Millisecond, 0, 0, 64 << 10}, {time.Millisecond, 0, 0, 1 << 20},
	{time.Millisecond, 0.01, 0, 256 << 10}, {time.Millisecond, 0.05, 0, 256 << 10},
	{20 * time.Millisecond, 0, 0, 64 << 10}, {20 * time.Millisecond, 0, 0, 256 << 10}, {20 * time.Millisecond, 0, 0, 1 << 20},
	{20 * time.Millisecond, 0.001, 0, 256 << 10}, {20 * time.Millisecond, 0.01, 0, 256 << 10}, {20 * time.Millisecond, 0.01, 8, 256 << 10},
	{100 * time.Millisecond, 0, 0, 256 << 10}, {100 * time.Millisecond, 0, 0, 1 << 20}, {100 * time.Millisecond, 0, 0, 4 << 20},
	{100 * time.Millisecond, 0.001, 0, 1 << 20}, {100 * time.Millisecond, 0.01, 0, 1 << 20},
}

func (n congestionNet) String() string {
	bursts := "     "
	if n.burst > 1 {
		bursts = fmt.Sprintf("by %2.0f", n.burst)
	}
	return fmt.Sprintf("%6v %5.1f%% %s %4d KiB", n.rtt, 100*n.loss, bursts, n.queue>>10)
}

// goodputs are what several runs reach, in Mbit/s. Without losses that is how soon the first bytes are there; with them, what goes on for hundreds of
// round trips and for longer than a time-out, once the beginning is over: when the first packet is lost is no merit.
func (n congestionNet) goodputs(c assoc.Config) (all []float64) {
	back := simnet.Link{Delay: n.rtt / 2, Loss: n.loss, Burst: n.burst}
	there := back
	there.Rate, there.Queue = congestionRate, n.queue
	if n.loss == 0 {
		took := newLab(1).transfer(c, there, back, congestionBytes)
		return append(all, 8*congestionBytes/1e6/took.Seconds())
	}
	trips := time.Duration(congestionTrips)
	if c.CongestionControl == cc.BBRv3 {
		trips = modelTrips
	}
	for seed := range uint64(congestionRuns) {
		l := newLab(1 + seed)
		f := l.association(c, there, back, 0)
		l.run(congestionWarm * n.rtt)
		before, from := f.got(), l.now
		l.run(congestionWarm*n.rtt + max(trips*n.rtt, congestionLeast))
		all = append(all, 8*float64(f.got()-before)/1e6/l.now.Sub(from).Seconds())
	}
	return all
}

// transfer returns how long it takes until so much has been read by the other side, the setting up included.
func (l *lab) transfer(c assoc.Config, there, back simnet.Link, size int) time.Duration {
	left, right := l.pair(there, back)
	a, b := l.sctp(left, c), l.sctp(right, c)
	written, read := 0, 0
	a.write = func() {
		for written < size && a.a.SendSpace() >= bulkMessage && a.a.Send(l.now, &assoc.Message{Data: bulkData}) == nil {
			written += bulkMessage
		}
	}
	b.read = func(_ assoc.RcvInfo, n int) {
		read += n
		l.done = read >= size
	}
	a.connect(right)
	l.run(time.Hour)
	return l.now.Sub(epoch)
}

// TestCongestion compares the goodput of every congestion control, over round trip times, losses and queues, with the table that was
// committed.
func TestCongestion(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	fmt.Fprintf(&b, "Goodput in Mbit/s of virtual time, in messages of %d KiB over one link of %d Mbit/s, by round trip time, loss each way (in bursts of so many\n",
		bulkMessage>>10, 8*congestionRate/1_000_000)
	fmt.Fprintln(&b, "packets), queue before the link, and congestion control, without and with the search for losses by time (RFC 8985). Without losses, of the")
	fmt.Fprintf(&b, "first %d MiB; with them, of %d round trips, %d with BBR, %v at least, after %d, the mean of %d runs and half of what these differ by.\n",
		congestionBytes>>20, congestionTrips, modelTrips, congestionLeast, congestionWarm, congestionRuns)
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestCongestion -update")
	fmt.Fprintln(&b)
	var names []string
	for _, c := range controls {
		names = append(names, c.name)
	}
	g := newGrid(names...)
	for _, n := range congestionNets {
		for _, c := range controls {
			config := goUsers(c.algorithm)
			config.RACK = c.rack
			g.add(n.String(), c.name, n.goodputs(config)...)
		}
	}
	b.WriteString(g.text("   RTT   loss          queue"))
	b.WriteByte('\n')
	compareGrid(t, "congestion.txt", b.String())
}
