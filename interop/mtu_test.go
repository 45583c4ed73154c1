//go:build linux

package interop

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosctp/sctp/interop/lab"
	"github.com/gosctp/sctp/interop/plan"
)

// mtuTime bounds the tests of path MTUs, which take as long as lost probes do: some seconds.
const mtuTime = 90 * time.Second

// middle is what is between two hosts whose links take 1,500 bytes.
type middle string

const (
	// talkative routers say what is too large for the link behind them, silent ones do not.
	talkative middle = "router"
	silent    middle = "silent router"
	// bridged hosts have a bridge between them, which drops what is too large, and cuts nothing.
	bridged middle = "bridge"
)

// journey is two hosts with something between them.
type journey struct {
	near, between, far *lab.Namespace
	kind               middle
}

// Addresses of the hosts, and of the router on either side.
var (
	journeyNear   = map[family]string{v4: "10.77.1.1", v6: "fd77:1::1"}
	journeyFar    = map[family]string{v4: "10.77.2.1", v6: "fd77:2::1"}
	journeyGate   = map[family][2]string{v4: {"10.77.1.9", "10.77.2.9"}, v6: {"fd77:1::9", "fd77:2::9"}}
	journeyLength = map[family]string{v4: "/24", v6: "/64"}
)

const (
	nearLink = "near"
	farLink  = "far"
)

// newJourney makes two hosts.
func newJourney(t *testing.T, kind middle) *journey {
	t.Helper()
	var ns [3]*lab.Namespace
	for i := range ns {
		n, err := lab.NewNamespace()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { n.Close() })
		ns[i] = n
	}
	j := &journey{ns[0], ns[1], ns[2], kind}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var host [2][]string
	var gate [2][]string
	for _, f := range []family{v4, v6} {
		host[0] = append(host[0], journeyNear[f]+journeyLength[f])
		host[1] = append(host[1], journeyFar[f]+journeyLength[f])
		for i := range gate {
			gate[i] = append(gate[i], journeyGate[f][i]+journeyLength[f])
		}
	}
	if kind == bridged {
		gate = [2][]string{}
	}
	must(lab.Connect(nearLink, j.near, host[0], j.between, gate[0]))
	must(lab.Connect(farLink, j.far, host[1], j.between, gate[1]))
	if kind == bridged {
		must(j.between.IP("link", "add", "bridge", "type", "bridge"))
		must(j.between.IP("link", "set", "bridge", "up"))
		for _, link := range []string{nearLink, farLink} {
			must(j.between.IP("link", "set", link, "master", "bridge"))
		}
		for _, f := range []family{v4, v6} { // no router: the hosts are neighbours
			must(j.near.IP("route", "add", journeyFar[f], "dev", nearLink))
			must(j.far.IP("route", "add", journeyNear[f], "dev", farLink))
		}
		return j
	}
	must(j.between.Forward())
	for _, f := range []family{v4, v6} {
		must(j.near.IP("route", "add", "default", "via", journeyGate[f][0]))
		must(j.far.IP("route", "add", "default", "via", journeyGate[f][1]))
	}
	if kind == silent {
		must(j.between.Silence())
	}
	return j
}

// narrow sets the MTU on the way. That of the hosts' own links stays, but for what is on the far side of a router: there it is the host's.
func (j *journey) narrow(t *testing.T, mtu int) {
	t.Helper()
	links := map[*lab.Namespace][]string{j.between: {farLink}}
	if j.kind == bridged {
		links[j.between] = append(links[j.between], nearLink)
	} else {
		links[j.far] = []string{farLink}
	}
	for n, list := range links {
		for _, link := range list {
			if err := n.IP("link", "set", link, "mtu", strconv.Itoa(mtu)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// start begins an association; the client holds after half of a plan, and the server sends everything back.
func (j *journey) start(t *testing.T, c carrier, f family, p plan.Plan, args ...string) (server, client *speaker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), mtuTime)
	t.Cleanup(cancel)
	common := append([]string{"net=" + string(c), fmt.Sprintf("port=%d", firstPort+nextPort.Add(1)), "brisk=1"}, args...)
	build := ourPeer
	far := programHost(t, "far", build, j.far, nil)
	near := programHost(t, "near", build, j.near, nil)
	server = startSpeaker(t, ctx, far, append(common[:len(common):len(common)], "role=server", "local="+journeyFar[f], "echo=1"))
	server.want("listening")
	client = startSpeaker(t, ctx, near, append(append(common[:len(common):len(common)], p.Args()...),
		"role=client", "local="+journeyNear[f], "remote="+journeyFar[f],
		fmt.Sprintf("expect=%d", p.Count), fmt.Sprintf("hold=%d", p.Count/2), "end=shutdown"))
	server.want("up")
	client.want("up")
	return server, client
}

// search is how precise a path MTU is to be known.
type search uint8

const (
	// under: packets get through. ended: it is nearly what the way takes, and the search rests.
	under search = iota
	ended
)

// wantPMTU waits until the path MTU fits a way of so many bytes.
func (s *speaker) wantPMTU(c carrier, f family, mtu int, how search) {
	s.t.Helper()
	most := mtu - map[family]int{v4: 20, v6: 40}[f]
	if c == inUDP {
		most -= 8
	}
	last := ""
	for s.ctx.Err() == nil {
		s.say("pmtu")
		line, err := s.process.Expect(s.ctx, "pmtu ")
		if err != nil {
			s.t.Fatalf("%v; the path MTU was to be %d; last: %s", err, most, last)
		}
		last = line
		fields := strings.Fields(line) // pmtu N STATE
		n, err := strconv.Atoi(fields[1])
		if err == nil && n <= most && (how == under || n > most-24 && fields[2] == "SEARCH_COMPLETE") {
			return
		}
	}
	s.t.Fatalf("%s, the path MTU was to be %d", last, most)
}

// journeyPlan has messages of one byte to one MiB, each size once before and once after the hold.
var journeyPlan = plan.Plan{
	Streams: 3, Sizes: []int{1, 100, 1172, 1200, 1452, 1480, 9000, 65536, 1 << 20}, Count: 18, Unordered: 5,
}

// journeys runs a test for ways with something between the hosts. Lost probes take seconds, so that those on which nobody speaks are not
// combined with every carrier and family, and all run at once.
func journeys(t *testing.T, run func(t *testing.T, kind middle, c carrier, f family)) {
	needs(t)
	t.Parallel()
	var all sync.WaitGroup
	defer all.Wait()
	for _, kind := range []middle{talkative, silent, bridged} {
		for _, c := range []carrier{rawIP, inUDP} {
			for _, f := range []family{v4, v6} {
				diagonal := (c == rawIP) == (f == v4)
				if kind == silent && !diagonal || kind == bridged && diagonal {
					continue
				}
				all.Go(func() {
					t.Run(fmt.Sprintf("%s %s %s", kind, c, f), func(t *testing.T) { run(t, kind, c, f) })
				})
			}
		}
	}
}

// RFC 8899: whatever a way takes, and whether or not anybody says so, messages of all sizes arrive in both directions, in packets that get
// through. IPv6 has no links below 1,280.
func TestPathMTUIsFound(t *testing.T) {
	journeys(t, func(t *testing.T, kind middle, c carrier, f family) {
		mtus := []int{1500, 1400, 1280, 576}
		if f == v6 {
			mtus = mtus[:3]
		}
		var all sync.WaitGroup
		for _, mtu := range mtus {
			find := func(t *testing.T) {
				j := newJourney(t, kind)
				j.narrow(t, mtu)
				server, client := j.start(t, c, f, journeyPlan)
				client.want("hold")
				how := ended
				if kind != talkative && mtu < 1400 {
					how = under
				}
				client.wantPMTU(c, f, mtu, how)
				server.wantPMTU(c, f, mtu, how)
				client.say("go")
				client.wantReport(journeyPlan.Report(), "shutdown")
				server.wantReport(journeyPlan.Report(), "shutdown")
			}
			all.Go(func() { t.Run(strconv.Itoa(mtu), find) })
		}
		all.Wait()
	})
}

// changingPlan keeps large messages under way.
var changingPlan = plan.Plan{Streams: 2, Sizes: []int{1400, 1 << 20, 1}, Count: 24, Unordered: 7}

// The MTU falls in mid-transfer: chunks that are cut, and in flight, by then arrive all the same.
func TestPathMTUFallsInMidTransfer(t *testing.T) {
	journeys(t, func(t *testing.T, kind middle, c carrier, f family) {
		j := newJourney(t, kind)
		server, client := j.start(t, c, f, changingPlan)
		client.want("hold")
		j.narrow(t, 1280) // what was sent before the hold may be on its way, in both directions
		client.say("go")
		client.wantReport(changingPlan.Report(), "shutdown")
		server.wantReport(changingPlan.Report(), "shutdown")
	})
}

// It rises: after PMTU_RAISE_TIMER that is found out.
func TestPathMTURisesInMidTransfer(t *testing.T) {
	journeys(t, func(t *testing.T, kind middle, c carrier, f family) {
		j := newJourney(t, kind)
		j.narrow(t, 1400)
		server, client := j.start(t, c, f, changingPlan, "raise=1000")
		client.want("hold")
		client.wantPMTU(c, f, 1400, ended)
		j.narrow(t, 1500)
		client.wantPMTU(c, f, 1500, ended)
		client.say("go")
		client.wantReport(changingPlan.Report(), "shutdown")
		server.wantReport(changingPlan.Report(), "shutdown")
	})
}
