package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
)

// The traffic of the failover figures: one message after the other at a steady pace, over two paths of the same round trip.
const (
	failoverRTT  = 20 * time.Millisecond
	failoverPace = 10 * time.Millisecond
	failoverRun  = 40 * time.Second
	// failoverCut is when the fault begins: between two messages and not at an RTO's multiple.
	failoverCut = 5*time.Second + 3*time.Millisecond
	// blackout is how long both paths are cut.
	blackout = 20 * time.Second
)

// twoUplinks is the traffic from host 1 to host 0, both with this configuration.
func twoUplinks(c assoc.Config) *Scenario {
	s := plain()
	s.Planes = []Plane{{Link: simnet.Link{Delay: failoverRTT / 2}}, {Link: simnet.Link{Delay: failoverRTT / 2}}}
	for i := range s.Hosts {
		s.Hosts[i].Planes, s.Hosts[i].Config = []int{0, 1}, c
	}
	s.Talks[0].Loads[0] = Load{Messages: int(failoverRun / failoverPace), MinSize: 1000, MaxSize: 1000, Streams: 1, Pace: failoverPace}
	return s
}

// tunedForFailover is a profile for two links of a short round trip, on both sides: RTO.Min is above the delay of acknowledgements, and
// Association.Max.Retrans lets a blackout of half a minute pass at an RTO of RTO.Max.
var tunedForFailover = assoc.Config{
	RTOInitial: 200 * time.Millisecond, RTOMin: 50 * time.Millisecond, RTOMax: time.Second, SACKDelay: 10 * time.Millisecond,
	HBInterval: 500 * time.Millisecond, AssocMaxRetrans: 60, TailProbe: true,
}

// fault happens to the network at failoverCut.
type fault struct {
	name   string
	happen func(w *world)
}

// oneWay loses everything on plane 0 that one host sends to the other, without a word.
func oneWay(from, to int) func(*world) {
	return func(w *world) {
		w.net.SetLink(simnet.Exactly(w.s.addr(0, from)), simnet.Exactly(w.s.addr(0, to)), simnet.Link{Loss: 1})
	}
}

func cutPlane(w *world, plane int) { w.net.Cut(w.s.prefix(plane), w.s.prefix(plane)) }

var faults = []fault{
	{"primary path cut", func(w *world) { cutPlane(w, 0) }},
	{"lost towards the receiver", oneWay(1, 0)},
	{"lost towards the sender", oneWay(0, 1)},
	{"primary path cut for 5 s", func(w *world) {
		cutPlane(w, 0)
		w.net.Schedule(w.now.Add(5*time.Second), func() { w.net.Repair(w.s.prefix(0), w.s.prefix(0)) })
	}},
	{"both paths cut for 20 s", func(w *world) {
		for plane := range w.s.Planes {
			cutPlane(w, plane)
		}
		w.net.Schedule(w.now.Add(blackout), func() {
			for plane := range w.s.Planes {
				w.net.Repair(w.s.prefix(plane), w.s.prefix(plane))
			}
		})
	}},
}

// outage is what a fault did: the longest time without a message, from the fault on; the time until every message was read as soon as
// before; and how many came later than that.
type outage struct {
	silence, settled time.Duration
	late             int
}

// outageOf plays a scenario of twoUplinks with a fault. That nothing is lost, doubled or reordered is judged by the rules.
func outageOf(t *testing.T, s *Scenario, f fault) outage {
	t.Helper()
	w := newWorld(s, Options{})
	cut := epoch.Add(failoverCut)
	w.net.Schedule(cut, func() { f.happen(w) })
	if r := w.run(); r.Violation != nil {
		t.Fatalf("%s: %v", f.name, r.Violation)
	}
	flow := w.talks[0].flows[0][0]
	var o outage
	before := cut
	for i := range flow.inTurn {
		m := &flow.messages[i]
		if !m.delivered {
			t.Fatalf("%s: message %d was not read", f.name, i)
		}
		if m.readAt.Before(cut) {
			continue
		}
		o.silence = max(o.silence, m.readAt.Sub(before))
		before = m.readAt
		if m.readAt.Sub(m.takenAt) > failoverRTT {
			o.late++
			o.settled = m.readAt.Sub(cut)
		}
	}
	return o
}

// TestFailoverTimes is how long a program waits when a link breaks, in exact virtual time.
func TestFailoverTimes(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "Messages of 1,000 bytes, one each %v, over two paths with a round trip of %v. Then something happens to the primary path.\n", failoverPace, failoverRTT)
	fmt.Fprintln(&b, "silence: the longest time in which no message is read, from then on. settled: until messages are read within a round trip")
	fmt.Fprintln(&b, "again, for good; late: how many took longer. Nothing is lost, doubled or reordered.")
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestFailoverTimes -update")
	fmt.Fprintln(&b)
	fmt.Fprintln(&b, "profile          fault                           silence ms   settled ms  late")
	for _, c := range []struct {
		name   string
		config assoc.Config
		most   time.Duration
	}{
		{"no PF state", assoc.Config{PFMaxRetrans: 5}, time.Minute},
		{"no tail probe", assoc.Config{}, 1100 * time.Millisecond},
		{"defaults", assoc.Config{TailProbe: true}, time.Second - 1},
		{"tuned", tunedForFailover, 150 * time.Millisecond},
	} {
		for _, f := range faults {
			o := outageOf(t, twoUplinks(c.config), f)
			fmt.Fprintf(&b, "%-16s %-30s %11.1f %12.1f %5d\n", c.name, f.name, milliseconds(o.silence), milliseconds(o.settled), o.late)
		}
		if o := outageOf(t, twoUplinks(c.config), faults[0]); o.silence > c.most {
			t.Errorf("%s: no message was read for %v, want %v at most", c.name, o.silence, c.most)
		}
	}
	compareTable(t, "failover.txt", b.String())
}
