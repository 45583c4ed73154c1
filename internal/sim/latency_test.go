package sim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/sched"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// The link of the latency figures: its rate, and so the time that a full packet takes on it, and the round trip. The window is what the
// link holds in a round trip, so that no packet waits in a queue of the network: what is left is what the sender does.
const (
	latencyRate = 1_250_000
	packetTime  = 1500 * time.Second / latencyRate
	latencyRTT  = 40 * time.Millisecond
	latencyRun  = 10 * time.Second // in which the link takes 12 MB
	// latencyStart is when the sender's window has grown.
	latencyStart = 2 * time.Second
)

// besideBulk is a client that sends a message of 64 bytes now and then, and besides messages of 1 GiB on several other streams.
func besideBulk(scheduler func() sched.Scheduler, streams int, interleaving bool) *Scenario {
	s := plain()
	s.Unreliable = true // it is cut off before the end
	s.Planes[0].Link = simnet.Link{Delay: latencyRTT / 2, Rate: latencyRate, Queue: 1 << 20}
	s.Talks[0].Loads[0] = Load{
		Messages: 2000, MinSize: 64, MaxSize: 64, Streams: 1, Pace: 21_300 * time.Microsecond, Alternate: true,
		Background: streams, BackgroundSize: 1 << 30,
		Values: append([]uint16{1}, slices.Repeat([]uint16{2}, streams)...),
	}
	s.Actions = []Action{{latencyRun, Abort, 1}}
	c := assoc.Config{
		Scheduler: new(scheduler), SACKFrequency: 1, OutStreams: 100, SendBuffer: 8 << 20,
		RecvBuffer: int(latencyRTT.Seconds() * latencyRate), PartialDeliveryPoint: 1, FragmentInterleave: 2,
	}
	if !interleaving {
		c.Disable = assoc.Interleaving
	}
	for i := range s.Hosts {
		s.Hosts[i].Config = c
	}
	return s
}

// latency is what came of the small messages: how many were read, and the longest that one waited: in packets full of other messages that left
// before it, and in time beside that of an empty link.
type latency struct {
	read, behind int
	wait         time.Duration
}

// latencyOf plays a scenario of besideBulk. The beginning, in which the window of the sender grows, does not count.
func latencyOf(t *testing.T, s *Scenario) latency {
	t.Helper()
	var full []int // the numbers of the packets that are full of other messages
	var w *world
	w = newWorld(s, Options{Meddle: Meddle{Packet: func(d *transport.Datagram) {
		if len(d.Data) > 1000 {
			full = append(full, w.result.Packets)
		}
	}}})
	if r := w.run(); r.Violation != nil {
		t.Fatal(r.Violation)
	}
	var l latency
	f := w.talks[0].flows[0][0]
	for i := range f.inTurn {
		m := &f.messages[i]
		if m.takenAt.Before(epoch.Add(latencyStart)) || !m.delivered {
			continue
		}
		from, _ := slices.BinarySearch(full, m.takenAfter+1)
		to, _ := slices.BinarySearch(full, m.sentAfter)
		l.read++
		l.behind = max(l.behind, to-from)
		l.wait = max(l.wait, m.readAt.Sub(m.takenAt)-latencyRTT/2)
	}
	return l
}

// TestBulkDoesNotDelayOthers shows that with interleaving a message of 1 GiB never delays one of 64 bytes on another stream by more than one
// packet for each stream that competes, if the scheduler is one that goes round; and what happens without.
func TestBulkDoesNotDelayOthers(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "Messages of 64 bytes on one stream, beside messages of 1 GiB on others that always have something to send, over a link on which")
	fmt.Fprintf(&b, "a packet takes %v. Of the 1 GiB only what is sent in %v is simulated, about 12 MB. By scheduler and number of\n", packetTime, latencyRun)
	fmt.Fprintln(&b, "competing streams: how many of the small messages were read; the most packets full of other messages that left after one was")
	fmt.Fprintln(&b, "given to Send and before it did; and the longest that one waited beside the time on an empty link, packets that had left")
	fmt.Fprintln(&b, "before and were on the link included.")
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestBulkDoesNotDelayOthers -update")
	fmt.Fprintln(&b)
	fmt.Fprintln(&b, "                                     streams  read  packets       ms")
	for _, c := range []struct {
		name         string
		scheduler    func() sched.Scheduler
		interleaving bool
		streams      []int
		bound        func(streams int) int // of packets; nil if there is none
	}{
		{"round robin", sched.RoundRobin, true, []int{1, 4, 16}, each},
		{"round robin per packet", sched.RoundRobinPacket, true, []int{1, 4, 16}, each},
		{"fair capacity", sched.FairCapacity, true, []int{1, 4, 16}, each},
		{"weighted fair, weights 1 and 2", sched.WeightedFair, true, []int{1, 4, 16}, each},
		{"priority", sched.Priority, true, []int{1, 4, 16}, func(int) int { return 0 }},
		{"first come, first served", sched.FCFS, true, []int{1}, nil},
		{"round robin, no interleaving", sched.RoundRobin, false, []int{1}, nil},
	} {
		for _, n := range c.streams {
			s := besideBulk(c.scheduler, n, c.interleaving)
			l := latencyOf(t, s)
			fmt.Fprintf(&b, "%-35s %8d %5d", c.name, n, l.read)
			if l.read > 0 {
				fmt.Fprintf(&b, " %8d %8.1f", l.behind, milliseconds(l.wait))
			}
			fmt.Fprintln(&b)
			if c.bound != nil && (l.read == 0 || l.behind > c.bound(n)) {
				t.Errorf("%s, %d streams: of %d messages one waited for %d packets", c.name, n, l.read, l.behind)
			}
		}
	}
	compareTable(t, "latency.txt", b.String())
}

// each is one packet for each stream that competes.
func each(streams int) int { return streams }
