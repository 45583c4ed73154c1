package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
)

// The path of the figures on losses by chance, which is never full, and for how long its flows are measured, once they have begun.
const (
	chanceRTT             = 20 * time.Millisecond
	chanceSize            = 1 << 10
	chanceRuns            = 5
	chanceFrom, chanceFor = 2 * time.Second, 8 * time.Second
	// chanceGain is how many times as much CUBIC is to deliver as each other one that takes such losses for congestion.
	chanceGain = 1.3
)

var chanceData = make([]byte, chanceSize)

// chanceRate is what a flow delivers, in Mbit/s.
func chanceRate(k labKind, loss float64) (all []float64) {
	for seed := range uint64(chanceRuns) {
		l := newLab(1 + seed)
		link := simnet.Link{Delay: chanceRTT / 2, Loss: loss}
		var f *labFlow
		if k.tcp {
			f = l.flow(k, link, link, 0)
		} else {
			left, right := l.pair(link, link)
			a, b := l.sctp(left, goUsers(k.cc)), l.sctp(right, goUsers(k.cc))
			read := 0
			a.write = func() {
				for a.a.SendSpace() >= chanceSize && a.a.Send(l.now, &assoc.Message{Data: chanceData}) == nil {
				}
			}
			b.read = func(_ assoc.RcvInfo, n int) { read += n }
			a.connect(right)
			f = &labFlow{got: func() int { return read }}
		}
		l.run(chanceFrom)
		before := f.got()
		l.run(chanceFrom + chanceFor)
		all = append(all, 8*float64(f.got()-before)/1e6/chanceFor.Seconds())
	}
	return all
}

// TestChance compares what is left by losses that mean nothing.
func TestChance(t *testing.T) {
	t.Parallel()
	kinds := []labKind{labTCP, labRFC9260, labCUBIC}
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	g := newGrid(names...)
	for _, loss := range []float64{0.001, 0.01} {
		row := fmt.Sprintf("%5.1f%%", 100*loss)
		for _, k := range kinds {
			g.add(row, k.name, chanceRate(k, loss)...)
		}
		ours := g.cells[gridKey(row, labCUBIC.name)].mean
		for _, k := range kinds[:2] {

			if theirs := g.cells[gridKey(row, k.name)].mean; ours < chanceGain*theirs {
				t.Errorf("%s lost: %.2f Mbit/s, %s %.2f", row, ours, k.name, theirs)
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Goodput in Mbit/s over a path that is never full, of %v of round trip, by the share of packets that is lost by chance, each way: messages\n", chanceRTT)
	fmt.Fprintf(&b, "of %d bytes, one to a packet; TCP has full packets, of %d bytes more. For %v, after %v, the mean of %d runs and half of what these differ\n",
		chanceSize, tcpMSS-chanceSize, chanceFor, chanceFrom, chanceRuns)
	fmt.Fprintln(&b, "by. TCP is a model of Linux' CUBIC, the others are associations as users of the Go API get them, with that congestion control.")
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestChance -update")
	fmt.Fprintln(&b)
	b.WriteString(g.text("  lost"))
	b.WriteByte('\n')
	compareGrid(t, "chance.txt", b.String())
}
