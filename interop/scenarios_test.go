//go:build linux

package interop

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
	"github.com/gosctp/sctp/interop/plan"
)

// conversation is one association between a server and a client, to be run by a scenario.
type conversation struct {
	pair           *pair
	server, client *host
	carrier        carrier
	family         family
	// paths is the number of paths; zero stands for two.
	paths int
	// port is the server's; zero stands for a new one.
	port int
	// clientArgs are further arguments of the client, bothArgs those of both sides of a voyage.
	clientArgs, bothArgs []string
	// wanders: its addresses change, so that packets for a while go from one path to another.
	wanders bool
	// within bounds its life; zero stands for scenarioTime.
	within time.Duration
}

// scenarios is what every pair has to master in each role, over each carrier and family; what takes seconds, over raw IPv4 and
// over UDP on IPv6 only.
var scenarios = []struct {
	name string
	run  func(*testing.T, conversation)
	slow bool
}{
	{name: "messages of 1 byte to 1 MiB, echoed", run: testMessages},
	{name: "server shuts down", run: testServerShutsDown},
	{name: "client aborts", run: testClientAborts},
	{name: "server aborts", run: testServerAborts},
	{name: "a path is cut in mid-transfer", run: testPathCut},
	{name: "an idle path fails and returns", run: testPathReturns, slow: true},
}

// runScenarios runs all scenarios with both assignments of roles, each time with a new pair, and judges each capture.
func runScenarios(t *testing.T, a, b string, makePair func(*testing.T) *pair) {
	for _, c := range []carrier{rawIP, inUDP} {
		for _, f := range []family{v4, v6} {
			for _, roles := range [][2]string{{a, b}, {b, a}} {
				t.Run(fmt.Sprintf("%s %s %s to %s", c, f, roles[0], roles[1]), func(t *testing.T) {
					p := makePair(t)
					client, server := p.named(roles[0]), p.named(roles[1])
					judged(t, p.namespace, c, f)
					for _, s := range scenarios {
						if s.slow && (c == rawIP) != (f == v4) {
							continue
						}
						t.Run(s.name, func(t *testing.T) {
							s.run(t, conversation{pair: p, server: server, client: client, carrier: c, family: f})
						})
					}
				})
			}
		}
	}
}

// smallPlan is for scenarios that are about something else than the messages.
var smallPlan = plan.Plan{Streams: 3, Sizes: []int{1, 100, 4000}, Count: 10, Unordered: 4}

func testMessages(t *testing.T, c conversation) {
	p := plan.Plan{
		Streams:   5,
		Sizes:     []int{1, 2, 3, 4, 5, 100, 1200, 1452, 1500, 9000, 65536, 1 << 20},
		Count:     36,
		Unordered: 7,
	}
	server, client := c.start(t, []string{"echo=1"}, append(p.Args(), fmt.Sprintf("expect=%d", p.Count), "end=shutdown"))
	client.wantReport(p.Report(), "shutdown")
	server.wantReport(p.Report(), "shutdown")
}

func testServerShutsDown(t *testing.T, c conversation) {
	server, client := c.start(t, []string{fmt.Sprintf("expect=%d", smallPlan.Count), "end=shutdown"}, smallPlan.Args())
	server.wantReport(smallPlan.Report(), "shutdown")
	client.wantReport([]string{"received 0"}, "shutdown")
}

func testClientAborts(t *testing.T, c conversation) {
	server, client := c.start(t, []string{"echo=1"}, append(smallPlan.Args(), fmt.Sprintf("expect=%d", smallPlan.Count), "end=abort"))
	client.wantReport(smallPlan.Report(), "aborted")
	server.wantReport(smallPlan.Report(), "abort")
}

func testServerAborts(t *testing.T, c conversation) {
	server, client := c.start(t, []string{fmt.Sprintf("expect=%d", smallPlan.Count), "end=abort"}, smallPlan.Args())
	server.wantReport(smallPlan.Report(), "aborted")
	client.wantReport([]string{"received 0"}, "abort")
}

// testPathCut cuts the client's primary path when half of the messages are sent. All the same every message arrives, and once.
func testPathCut(t *testing.T, c conversation) {
	p := plan.Plan{Streams: 3, Sizes: []int{1000, 5000, 20000}, Count: 100, Unordered: 9}
	server, client := c.start(t,
		[]string{"fast=1", fmt.Sprintf("expect=%d", p.Count)},
		append(p.Args(), "fast=1", "end=shutdown", fmt.Sprintf("hold=%d", p.Count/2)))
	client.want("hold")
	c.pair.cutFirstPath(t)
	client.say("go")
	server.wantReport(p.Report(), "shutdown")
	client.wantReport([]string{"received 0"}, "shutdown")
}

// testPathReturns cuts the client's primary path while nothing is sent. Heartbeats alone have to tell the client that it fails and
// that it is back, before the rest of the messages is sent.
func testPathReturns(t *testing.T, c conversation) {
	server, client := c.start(t, []string{"fast=1", "echo=1"},
		append(smallPlan.Args(), "fast=1", fmt.Sprintf("expect=%d", smallPlan.Count), "end=shutdown", fmt.Sprintf("hold=%d", smallPlan.Count/2)))
	client.want("hold")
	restore := c.pair.cutFirstPath(t)
	client.wantFailed(c)
	restore()
	client.want("path " + c.server.addrs[c.family][0] + " available")
	client.say("go")
	client.wantReport(smallPlan.Report(), "shutdown")
	server.wantReport(smallPlan.Report(), "shutdown")
}

// named returns the host with this name.
func (p *pair) named(name string) *host {
	if p.a.name == name {
		return p.a
	}
	return p.b
}

// cutFirstPath takes the link of the first path down, until restore is called or the test ends.
func (p *pair) cutFirstPath(t *testing.T) (restore func()) {
	t.Helper()
	return p.cut(t, 0)
}

// cut takes the link of a path down, until restore is called or the test ends. Where there are routers it is the link behind one, of which
// neither side is told.
func (p *pair) cut(t *testing.T, path int) (restore func()) {
	t.Helper()
	namespace, link := p.namespace, kernel.Link(path)
	if p.routers != nil {
		namespace, link = p.routers[path], linkBehind(path)
	}
	if err := namespace.Down(link); err != nil {
		t.Fatal(err)
	}
	restore = sync.OnceFunc(func() {
		if err := namespace.Up(link); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(restore)
	return restore
}

// nextPort gives every association a port of its own, so that nothing of an earlier one can be mistaken for it.
var nextPort atomic.Int32

func newPort() int { return firstPort + int(nextPort.Add(1)) }

// firstPort is in front of all of them.
const firstPort = 5000

// start starts the server, then the client, and returns when both say that the association is up.
func (c conversation) start(t *testing.T, serverArgs, clientArgs []string) (server, client *speaker) {
	t.Helper()
	server, client = c.call(t, serverArgs, clientArgs)
	server.want("up")
	client.want("up")
	return server, client
}

// call starts the server, then the client.
func (c conversation) call(t *testing.T, serverArgs, clientArgs []string) (server, client *speaker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(c.within, scenarioTime))
	t.Cleanup(cancel)
	if c.port == 0 {
		c.port = newPort()
	}
	port := fmt.Sprintf("port=%d", c.port)
	if c.carrier == piped {
		port = "port=5000" // pion knows no other
		serverArgs = append(serverArgs, "remote="+c.local(c.client))
	}
	server = startSpeaker(t, ctx, c.server, slices.Concat([]string{"net=" + string(c.carrier), port, "role=server", "local=" + c.local(c.server)}, serverArgs))
	server.port = port
	server.want("listening")
	return server, c.callAgain(t, server, clientArgs)
}

// callAgain starts a client of a server.
func (c conversation) callAgain(t *testing.T, server *speaker, args []string) *speaker {
	t.Helper()
	return startSpeaker(t, server.ctx, c.client, slices.Concat([]string{
		"net=" + string(c.carrier), server.port, "role=client", "local=" + c.local(c.client), "remote=" + c.local(c.server),
	}, args, c.clientArgs))
}

// local are the addresses of a host that the conversation is about.
func (c conversation) local(h *host) string {
	addrs := h.addrs[c.family]
	return strings.Join(addrs[:cmp.Or(c.paths, 2)], "/")
}

// speaker is a peer at work. Its methods end the test when the peer does not do what they want.
type speaker struct {
	t       *testing.T
	ctx     context.Context
	name    string
	port    string // the argument of the server that names its SCTP port
	process *lab.Process
}

func startSpeaker(t *testing.T, ctx context.Context, h *host, args []string) *speaker {
	t.Helper()
	p, err := h.start(ctx, args...)
	if err != nil {
		t.Fatal(err)
	}
	s := &speaker{t: t, ctx: ctx, name: h.name, process: p}
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			log := p.Log()
			if slices.ContainsFunc(args, steady) {
				log = withoutMessages(log)
			}
			t.Logf("%s %s said:\n%s", h.name, strings.Join(args, " "), log)
		}
	})
	return s
}

// want waits for a line with one of the prefixes.
func (s *speaker) want(prefixes ...string) {
	s.t.Helper()
	if _, err := s.process.Expect(s.ctx, prefixes...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *speaker) say(line string) {
	s.t.Helper()
	if err := s.process.Say(line); err != nil {
		s.t.Fatal(err)
	}
}

// wantFailed waits until the client says that the server's first address fails. Who implements RFC 7829 leaves a path before it
// counts as unreachable.
func (s *speaker) wantFailed(c conversation) {
	s.t.Helper()
	path := "path " + c.server.addrs[c.family][0]
	s.want(path+" unreachable", path+" potentially_failed")
}

// wantReport waits for the peer's end and compares what it reports to have received, and how the association ended.
func (s *speaker) wantReport(want []string, end string) {
	s.t.Helper()
	if fault := s.reportFault(want, end); fault != "" {
		s.t.Error(fault)
	}
}

// reportFault waits for the peer's end and says what is wrong with its report, if anything is.
func (s *speaker) reportFault(want []string, end string) string {
	s.t.Helper()
	lines, err := s.process.Lines(s.ctx, "done")
	if err != nil {
		s.t.Fatal(err)
	}
	var got []string
	for _, line := range lines {
		if strings.HasPrefix(line, "stream ") || strings.HasPrefix(line, "received ") || strings.HasPrefix(line, "end ") {
			got = append(got, line)
		}
	}
	want = append(slices.Clone(want), "end "+end)
	if !slices.Equal(got, want) {
		return fmt.Sprintf("%s reports\n\t%s\nwant\n\t%s", s.name, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	return ""
}
