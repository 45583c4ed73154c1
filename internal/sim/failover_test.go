package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
)

// The traffic of the failover figures: one message after the other at a steady pace, over paths of the same round trip.
const (
	failoverRTT  = 20 * time.Millisecond
	failoverPace = 10 * time.Millisecond
	failoverRun  = 40 * time.Second
	// failoverCut is when the fault begins: between two messages and not at an RTO's multiple.
	failoverCut = 5*time.Second + 3*time.Millisecond
	// blackout is how long all paths are cut.
	blackout = 20 * time.Second
	// slowRTT is the round trip of a path that is much slower than the other.
	slowRTT = 200 * time.Millisecond
)

// uplinks is the traffic from host 1 to host 0, both with this configuration, over paths of these round trips.
func uplinks(c assoc.Config, rtts ...time.Duration) *Scenario {
	s := plain()
	s.Planes = nil
	var planes []int
	for i, rtt := range rtts {
		s.Planes = append(s.Planes, Plane{Link: simnet.Link{Delay: rtt / 2}})
		planes = append(planes, i)
	}
	for i := range s.Hosts {
		s.Hosts[i].Planes, s.Hosts[i].Config = planes, c
	}
	s.Talks[0].Loads[0] = Load{Messages: int(failoverRun / failoverPace), MinSize: 1000, MaxSize: 1000, Streams: 1, Pace: failoverPace}
	return s
}

// twoUplinks are those of most figures.
func twoUplinks(c assoc.Config) *Scenario { return uplinks(c, failoverRTT, failoverRTT) }

// tunedForFailover is a profile for two links of a short round trip, on both sides: RTO.Min is above the delay of acknowledgements, and
// Association.Max.Retrans lets a blackout of half a minute pass at an RTO of RTO.Max.
var tunedForFailover = assoc.Config{
	RTOInitial: 200 * time.Millisecond, RTOMin: 50 * time.Millisecond, RTOMax: time.Second, SACKDelay: 10 * time.Millisecond,
	HBInterval: 500 * time.Millisecond, AssocMaxRetrans: 60, TailProbe: true,
}

// altered is a configuration with something changed.
func altered(c assoc.Config, f func(*assoc.Config)) assoc.Config {
	f(&c)
	return c
}

// profiles are the configurations to compare. The first is RFC 9260 alone; the second has the values of Linux.
var profiles = []struct {
	name   string
	config assoc.Config
}{
	{"no PF state", assoc.Config{PFMaxRetrans: 5}},
	{"as Linux", assoc.Config{RTOInitial: 3 * time.Second}},
	{"PFMR 1, PSMR 2", assoc.Config{TailProbe: true, PFMaxRetrans: 1, Switchover: true, PSMaxRetrans: 2}},
	{"defaults", assoc.Config{TailProbe: true}},
	{"switchover", assoc.Config{TailProbe: true, Switchover: true}},
	{"tuned", tunedForFailover},
	{"tuned, RTO.Min 1 s", altered(tunedForFailover, func(c *assoc.Config) { c.RTOInitial, c.RTOMin, c.RTOMax = 0, 0, 0 })},
}

// trouble is what happens to a scenario at failoverCut.
type trouble struct {
	name     string
	scenario func(c assoc.Config) *Scenario
	happen   func(w *world)
}

// oneWay loses everything on plane 0 that one host sends to the other, without a word.
func oneWay(from, to int) func(*world) {
	return func(w *world) {
		w.breaks(0)
		w.net.SetLink(simnet.Exactly(w.s.addr(0, from)), simnet.Exactly(w.s.addr(0, to)), simnet.Link{Loss: 1})
	}
}

// later does something after a time.
func (w *world) later(d time.Duration, f func()) { w.net.Schedule(w.now.Add(d), f) }

// cutting cuts planes for a time, or for good if it is 0.
func cutting(d time.Duration, planes ...int) func(*world) {
	return func(w *world) {
		for _, p := range planes {
			w.cut(p)
			if d > 0 {
				w.later(d, func() { w.repair(p) })
			}
		}
	}
}

// preferring makes the address of the server on a plane the client's primary path.
func preferring(plane int) func(*world) {
	return func(w *world) {
		u := w.talks[0].users[0]
		if err := u.a.SetPrimary(w.now, w.s.addr(plane, 0)); err != nil {
			u.fail(RuleError, "SetPrimary: %v", err)
		}
	}
}

// threeUplinks has a third path.
func threeUplinks(c assoc.Config) *Scenario { return uplinks(c, failoverRTT, failoverRTT, failoverRTT) }

var troubles = []trouble{
	{"primary path cut", twoUplinks, cutting(0, 0)},
	{"lost towards the receiver", twoUplinks, oneWay(1, 0)},
	{"lost towards the sender", twoUplinks, oneWay(0, 1)},
	{"primary path cut for 5 s", twoUplinks, cutting(5*time.Second, 0)},
	{"both paths cut for 20 s", twoUplinks, cutting(blackout, 0, 1)},
	{"packets beyond 1,280 bytes vanish", func(c assoc.Config) *Scenario {
		s := twoUplinks(c)
		s.Talks[0].Loads[0].MinSize, s.Talks[0].Loads[0].MaxSize = 1400, 1400
		return s
	}, func(w *world) {
		w.net.Connect(w.s.prefix(0), w.s.prefix(0), simnet.Link{Delay: failoverRTT / 2, MTU: narrowMTU, BlackHole: true})
	}},
	{"packets beyond 600 bytes vanish", twoUplinks, func(w *world) {
		w.net.Connect(w.s.prefix(0), w.s.prefix(0), simnet.Link{Delay: failoverRTT / 2, MTU: 600, BlackHole: true})
	}},
	{"two paths of three cut", threeUplinks, cutting(0, 0, 1)},
	{"all three cut for 20 s", threeUplinks, cutting(blackout, 0, 1, 2)},
	{"cut; the other has 200 ms", func(c assoc.Config) *Scenario { return uplinks(c, failoverRTT, slowRTT) }, cutting(0, 0)},
	{"cut, of 200 ms; the other 20 ms", func(c assoc.Config) *Scenario { return uplinks(c, slowRTT, failoverRTT) }, cutting(0, 0)},
	{"idle; cut before a message", func(c assoc.Config) *Scenario {
		s := twoUplinks(c)
		s.Talks[0].Loads[0].Messages, s.Talks[0].Loads[0].Pace = 5, failoverRun/4
		return s
	}, cutting(0, 0)},
	{"user prefers the other path", twoUplinks, preferring(1)},
	{"user prefers one of 200 ms", func(c assoc.Config) *Scenario { return uplinks(c, failoverRTT, slowRTT) }, preferring(1)},
	{"user leaves one of 200 ms", func(c assoc.Config) *Scenario { return uplinks(c, slowRTT, failoverRTT) }, preferring(1)},
}

// outage is what a trouble did: the longest time without a message, from then on; the longest that a message took; the time until every message
// was read as soon as the path allows; and how many came later than that. ended is when the association was given up, 0 if it was not.
type outage struct {
	silence, longest, settled time.Duration
	late                      int
	ended                     time.Duration
}

func (o *outage) String() string {
	if o.ended > 0 {
		return fmt.Sprintf("the peer is given up after %.1f s", o.ended.Seconds())
	}
	return fmt.Sprintf("%12.1f %12.1f %12.1f %5d", milliseconds(o.silence), milliseconds(o.longest), milliseconds(o.settled), o.late)
}

// outageOf plays a scenario with a trouble. That nothing is lost, doubled or reordered is judged by the rules.
func outageOf(t *testing.T, s *Scenario, happen func(*world)) outage {
	t.Helper()
	w := newWorld(s, Options{})
	cut := epoch.Add(failoverCut)
	w.net.Schedule(cut, func() { happen(w) })
	if r := w.run(); r.Violation != nil {
		if r.Violation.Rule == RuleError {
			return outage{ended: r.Violation.Time.Sub(cut)}
		}
		t.Fatalf("%v\n%v", r.Violation, s)
	}
	prompt := failoverRTT
	for _, p := range s.Planes {
		prompt = max(prompt, p.Link.Delay)
	}
	flow := w.talks[0].flows[0][0]
	var o outage
	before := cut
	for i := range flow.inTurn {
		m := &flow.messages[i]
		if !m.delivered {
			t.Fatalf("message %d was not read\n%v", i, s)
		}
		if m.readAt.Before(cut) {
			continue
		}
		o.silence = max(o.silence, m.readAt.Sub(before))
		before = m.readAt
		took := m.readAt.Sub(m.takenAt)
		o.longest = max(o.longest, took)
		if took > prompt {
			o.late++
			o.settled = m.readAt.Sub(cut)
		}
	}
	return o
}

// promises are what users are told: how long nothing is read at most, by profile, when the link of the primary path breaks both ways or one.
var promises = map[string]time.Duration{"defaults": time.Second - 1, "tuned": 150 * time.Millisecond}

// TestFailoverTimes is how long a program waits when a link breaks, in exact virtual time.
func TestFailoverTimes(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "Messages of 1,000 bytes, one each %v, over two paths with a round trip of %v. Then something happens to the primary path.\n", failoverPace, failoverRTT)
	fmt.Fprintln(&b, "silence: the longest time in which no message is read, from then on. longest: that a message took, from send to read. settled: until")
	fmt.Fprintln(&b, "messages take no longer than the slowest path, or a round trip, for good; late: how many took longer. Nothing is lost, doubled or")
	fmt.Fprintln(&b, "reordered.")
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestFailoverTimes -update")
	for i, trouble := range troubles {
		fmt.Fprintf(&b, "\n%-35s silence ms   longest ms   settled ms  late\n", trouble.name)
		for _, p := range profiles {
			o := outageOf(t, trouble.scenario(p.config), trouble.happen)
			fmt.Fprintf(&b, "    %-28s %v\n", p.name, &o)
			if most, promised := promises[p.name]; promised && i < 3 && (o.silence > most || o.ended > 0) {
				t.Errorf("%s, %s: %v; want a silence of %v at most", trouble.name, p.name, &o, most)
			}
		}
	}
	compareTable(t, "failover.txt", b.String())
}
