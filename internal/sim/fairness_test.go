package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/simnet"
)

// The bottleneck of the fairness figures: what is on the way in a round trip is 33 full packets.
const (
	fairRate = 1_250_000
	fairRTT  = 40 * time.Millisecond
	fairBDP  = int(fairRate * fairRTT / time.Second)
	// fairFrom to fairUntil is what is measured; a flow that is late begins at fairLate.
	fairLate  = 8 * time.Second
	fairFrom  = 10 * time.Second
	fairUntil = 30 * time.Second
	// fairStep is how often the queue is looked at.
	fairStep = 5 * time.Millisecond
	// fairLeast is the least of Jain's index for flows of CUBIC and TCP that have one round trip and lose nothing elsewhere: 0.9 is a third and two thirds.
	fairLeast = 0.9
)

// fairPair are flows that share the bottleneck; the first is the one that is judged.
type fairPair [2]labKind

var fairPairs = []fairPair{
	{labTCP, labTCP}, {labRFC9260, labTCP}, {labCUBIC, labTCP}, {labBBR, labTCP},
	{labRFC9260, labRFC9260}, {labCUBIC, labCUBIC}, {labBBR, labBBR},
}

// fairPlace is where and when they meet.
type fairPlace struct {
	name  string
	queue int
	rtt   time.Duration // of the first
	late  time.Duration // that the first begins
	pie   time.Duration
	loss  float64 // besides, each way
}

var fairPlaces = []fairPlace{
	{name: "queue 0.2 BDP", queue: fairBDP / 5, rtt: fairRTT},
	{name: "queue 0.5 BDP", queue: fairBDP / 2, rtt: fairRTT},
	{name: "queue 1 BDP", queue: fairBDP, rtt: fairRTT},
	{name: "queue 4 BDP", queue: 4 * fairBDP, rtt: fairRTT},
	{name: "1 BDP, first of 80 ms", queue: fairBDP, rtt: 2 * fairRTT},
	{name: "1 BDP, first late", queue: fairBDP, rtt: fairRTT, late: fairLate},
	{name: "4 BDP, PIE of 15 ms", queue: 4 * fairBDP, rtt: fairRTT, pie: 15 * time.Millisecond},
	{name: "1 BDP, 0.5 % lost", queue: fairBDP, rtt: fairRTT, loss: 0.005},
}

// fairResult is what came of it.
type fairResult struct {
	mbits, loss    [2]float64 // of each
	jain, used     float64
	waits, longest time.Duration // in the queue: the mean, and what is exceeded in 5 % of the time
}

func (p fairPair) play(place fairPlace) fairResult {
	l := newLab(1)
	b := l.net.AddBottleneck(simnet.Queue{Rate: fairRate, Limit: place.queue, PIE: place.pie})
	var flows [2]*labFlow
	for i, k := range p {
		rtt, after := fairRTT, 100*time.Millisecond
		if i == 0 {
			rtt, after = place.rtt, place.late
		}
		delay := simnet.Link{Delay: rtt / 2, Loss: place.loss}
		there := delay
		there.Shared = b
		back := delay // its jitter, of a packet's time, keeps flows out of step: without it the same one may always find the queue full
		back.Jitter = 1500 * time.Second / fairRate
		flows[i] = l.flow(k, there, back, after)
	}
	l.run(fairFrom)
	var got [2]int
	var before [2]simnet.Passage
	for i, f := range flows {
		got[i], before[i] = f.got(), b.Passed(f.from, f.to)
	}
	var waits []time.Duration
	for at := fairFrom; at < fairUntil; at += fairStep {
		l.at(at, func() { waits = append(waits, b.Waiting(l.now)) })
	}
	l.run(fairUntil)
	r := fairResult{waits: mean(waits), longest: percentile(sorted(waits), 95)}
	seconds := (fairUntil - fairFrom).Seconds()
	for i, f := range flows {
		after := b.Passed(f.from, f.to)
		dropped, passed := after.Dropped-before[i].Dropped, after.Packets-before[i].Packets
		r.mbits[i] = 8 * float64(f.got()-got[i]) / seconds / 1e6
		r.loss[i] = float64(dropped) / float64(dropped+passed)
		r.used += float64(after.Bytes-before[i].Bytes) / seconds / fairRate
	}
	r.jain = jain(r.mbits[:])
	return r
}

// jain is Jain's index: 1 if all have the same, 1/n if one has it all.
func jain(shares []float64) float64 {
	var sum, squares float64
	for _, s := range shares {
		sum += s
		squares += s * s
	}
	return sum * sum / float64(len(shares)) / squares
}

// TestFairness compares what flows leave each other with the table that was committed.
func TestFairness(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	fmt.Fprintf(&b, "Two flows without end through one link of %d Mbit/s, %v of round trip without a queue, whose queue drops what does not fit, or\n", 8*fairRate/1_000_000, fairRTT)
	fmt.Fprintf(&b, "before that (PIE, RFC 8033). From %v to %v: Mbit/s of each, the share of the first, Jain's index, the share of the link that is\n", fairFrom, fairUntil)
	fmt.Fprintln(&b, "used, packets of each that the queue did not take, and how long packets wait in the queue. TCP is a model of Linux' CUBIC (tcp_model_test.go says what it")
	fmt.Fprintln(&b, "leaves out), the others are associations as users of the Go API get them, with that congestion control. Each is one run: with")
	fmt.Fprintln(&b, "other random numbers shares differ by 0.07 or so.")
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestFairness -update")
	for _, p := range fairPairs {
		fmt.Fprintf(&b, "\n%-24s Mbit/s each   share  Jain   used  %% lost each    queue ms  95 %%\n", p[0].name+" next to "+p[1].name)
		for _, place := range fairPlaces {
			r := p.play(place)
			if r.jain < fairLeast && place.rtt == fairRTT && place.loss == 0 && (p[0] == labTCP || p[0] == labCUBIC) {
				t.Errorf("%s next to %s, %s: %.2f and %.2f Mbit/s", p[0].name, p[1].name, place.name, r.mbits[0], r.mbits[1])
			}
			share := r.mbits[0] / (r.mbits[0] + r.mbits[1])
			fmt.Fprintf(&b, "    %-22s %5.2f %5.2f  %5.2f  %5.3f  %5.3f  %5.2f %5.2f  %8.1f  %5.1f\n", place.name, r.mbits[0], r.mbits[1], share, r.jain,
				r.used, 100*r.loss[0], 100*r.loss[1], milliseconds(r.waits), milliseconds(r.longest))
		}
	}
	compareTable(t, "fairness.txt", b.String())
}
