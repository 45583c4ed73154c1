//go:build linux

package interop

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
	"github.com/gosctp/sctp/interop/plan"
)

// usrsctpDir is where Debian has usrsctp's example programs.
const usrsctpDir = "/usr/lib/usrsctp/"

// encapsPort is the UDP port of both sides (RFC 6951).
const encapsPort = "9899"

// setting is one run of a foreign program: its host and ours, and how packets travel.
type setting struct {
	t       *testing.T
	ctx     context.Context
	carrier carrier
	family  family
	ours    *host
	// theirs starts a program at the far addresses.
	theirs func(ctx context.Context, args ...string) (*lab.Process, error)
	port   string
}

// near and far are the addresses of our host and theirs.
func (s *setting) near() string { return nearAddrs[s.family][0] }
func (s *setting) far() string  { return farAddrs[s.family][0] }

// remoteEncaps is the UDP port to send to in the programs' arguments; 0 for raw IP.
func (s *setting) remoteEncaps() string {
	if s.carrier == inUDP {
		return encapsPort
	}
	return "0"
}

// run starts a foreign program.
func (s *setting) run(args ...string) *speaker {
	s.t.Helper()
	p, err := s.theirs(s.ctx, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		p.Stop()
		if s.t.Failed() {
			s.t.Logf("%s said:\n%s", strings.Join(args, " "), p.Log())
		}
	})
	return &speaker{t: s.t, ctx: s.ctx, name: args[0], process: p}
}

// serve starts our peer as server.
func (s *setting) serve(args ...string) *speaker {
	s.t.Helper()
	server := startSpeaker(s.t, s.ctx, s.ours,
		append([]string{"role=server", "net=" + string(s.carrier), "local=" + s.near(), "port=" + s.port}, args...))
	server.want("listening")
	return server
}

// dial starts our peer as client, again and again until the foreign server is there: it does not say when that is.
func (s *setting) dial(args ...string) *speaker {
	s.t.Helper()
	all := append([]string{"role=client", "net=" + string(s.carrier), "local=" + s.near(), "remote=" + s.far(), "port=" + s.port}, args...)
	for {
		client := startSpeaker(s.t, s.ctx, s.ours, all)
		line, err := client.process.Expect(s.ctx, "up", "fail")
		if err != nil {
			s.t.Fatal(err)
		}
		if line == "up" {
			return client
		}
		client.process.Stop()
	}
}

// program is a test of one foreign program.
type program struct {
	name string
	run  func(*setting)
	// v4Only: the program has no IPv6.
	v4Only bool
}

// runPrograms runs the programs over each carrier and family, and judges each capture.
func runPrograms(t *testing.T, n *lab.Namespace, programs []program, theirs func(context.Context, ...string) (*lab.Process, error)) {
	ours := programHost(t, "gosctp", ourPeer, n, nearAddrs)
	for _, c := range []carrier{rawIP, inUDP} {
		for _, f := range []family{v4, v6} {
			t.Run(fmt.Sprintf("%s %s", c, f), func(t *testing.T) {
				judged(t, n, c, f)
				for _, p := range programs {
					if p.v4Only && f == v6 {
						continue
					}
					t.Run(p.name, func(t *testing.T) {
						ctx, cancel := context.WithTimeout(t.Context(), scenarioTime)
						t.Cleanup(cancel)
						port := fmt.Sprint(newPort())
						p.run(&setting{t: t, ctx: ctx, carrier: c, family: f, ours: ours, theirs: theirs, port: port})
					})
				}
			})
		}
	}
}

// TestUsrsctpPrograms runs usrsctp's own example programs.
func TestUsrsctpPrograms(t *testing.T) {
	needs(t)
	t.Parallel()
	for _, name := range []string{"echo_server", "discard_server", "daytime_server", "client", "tsctp"} {
		require.Tool(t, usrsctpDir+name)
	}
	near, far := twoNamespaces(t)
	runPrograms(t, near, []program{
		{name: "echo_server", run: testEchoServer},
		{name: "discard_server", run: testDiscardServer},
		{name: "daytime_server", run: testDaytimeServer, v4Only: true},
		{name: "client", run: testClient},
		{name: "tsctp receives", run: testTsctpReceives, v4Only: true},
		{name: "tsctp sends", run: testTsctpSends, v4Only: true},
	}, func(ctx context.Context, args ...string) (*lab.Process, error) {
		// The programs leave their output in a buffer unless it goes to a terminal.
		args[0] = usrsctpDir + args[0]
		return lab.Start(args[0], far.Command(ctx, append([]string{"stdbuf", "-oL"}, args...)...))
	})
}

func testEchoServer(s *setting) {
	s.port = "7"
	s.run("echo_server", encapsPort)
	client := s.dial(append(smallPlan.Args(), fmt.Sprintf("expect=%d", smallPlan.Count), "end=shutdown")...)
	client.wantReport(smallPlan.Report(), "shutdown")
}

func testDiscardServer(s *setting) {
	s.port = "9"
	server := s.run("discard_server", encapsPort)
	client := s.dial(append(smallPlan.Args(), "end=shutdown")...)
	client.wantReport([]string{"received 0"}, "shutdown")
	// Now and then the program leaves out a message that usrsctp has acknowledged; that none is lost is for the peers to show.
	server.want("Msg of length")
}

func testDaytimeServer(s *setting) {
	s.port = "13"
	s.run("daytime_server", encapsPort)
	client := s.dial()
	client.want("received 1")
	client.want("end shutdown")
}

func testClient(s *setting) {
	server := s.serve("echo=1")
	client := s.run("client", s.near(), s.port, "0", encapsPort, s.remoteEncaps())
	client.want("Association change SCTP_COMM_UP")
	client.say("hello")
	client.want("hello") // the echo
	if err := client.process.CloseInput(); err != nil {
		s.t.Fatal(err)
	}
	server.want("received 1")
	server.want("end shutdown")
}

func testTsctpReceives(s *setting) {
	p := plan.Plan{Streams: 1, Sizes: []int{1000}, Count: 500}
	server := s.run("tsctp", "-p", s.port, "-E", encapsPort)
	client := s.dial(append(p.Args(), "end=shutdown")...)
	client.wantReport([]string{"received 0"}, "shutdown")
	server.want("1000, 500, ") // size of the first message, messages
}

func testTsctpSends(s *setting) {
	server := s.serve()
	args := []string{"tsctp", "-L", s.far(), "-p", s.port, "-E", encapsPort, "-l", "1000", "-n", "500"}
	if s.carrier == inUDP {
		args = append(args, "-U", encapsPort)
	}
	s.run(append(args, s.near())...)
	server.want("received 500")
	server.want("end shutdown")
}

// TestLksctpPrograms runs the programs of lksctp-tools in the emulated machine.
func TestLksctpPrograms(t *testing.T) {
	needs(t)
	m := bootedMachine(t)
	runPrograms(t, m.Namespace, []program{
		{name: "sctp_test receives", run: testSctpTestReceives},
		{name: "sctp_test sends", run: func(s *setting) { encapsulateGuest(s, m); testSctpTestSends(s) }},
		{name: "sctp_darn receives", run: testDarnReceives},
		{name: "sctp_darn sends", run: func(s *setting) { encapsulateGuest(s, m); testDarnSends(s) }},
	}, m.Start)
}

// encapsulateGuest has the machine's kernel use UDP for what these programs set up: they have no option for it.
func encapsulateGuest(s *setting, m *kernel.Machine) {
	set := func(ctx context.Context, port string) {
		p, err := m.Start(ctx, "sysctl", "-w", "net.sctp.encap_port="+port)
		if err != nil {
			s.t.Fatal(err)
		}
		defer p.Stop()
		if _, err := p.Expect(ctx, "net.sctp.encap_port = "+port); err != nil {
			s.t.Fatal(err)
		}
	}
	set(s.ctx, s.remoteEncaps())
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(bench.ctx, scenarioTime)
		defer cancel()
		set(ctx, "0")
	})
}

func testSctpTestReceives(s *setting) {
	server := s.run("sctp_test", "-H", s.far(), "-P", s.port, "-l")
	server.want("Server: Receiving packets.")
	client := s.dial(append(smallPlan.Args(), "end=shutdown")...)
	client.wantReport([]string{"received 0"}, "shutdown")
	for range 3 {
		server.want("recvmsg(sk=3) Data 4000 bytes")
	}
	server.want("recvmsg(sk=3) Notification: SCTP_ASSOC_CHANGE(SHUTDOWN_COMPLETE)")
}

func testSctpTestSends(s *setting) {
	server := s.serve()
	s.run("sctp_test", "-H", s.far(), "-P", s.port, "-h", s.near(), "-p", s.port, "-s", "-c", "4", "-x", "2", "-M", "3")
	server.want("end shutdown")
}

func testDarnReceives(s *setting) {
	server := s.run("sctp_darn", "-H", s.far(), "-P", s.port, "-l")
	client := s.dial(append(smallPlan.Args(), "end=shutdown")...)
	client.wantReport([]string{"received 0"}, "shutdown")
	server.want("DATA(")
}

func testDarnSends(s *setting) {
	server := s.serve()
	client := s.run("sctp_darn", "-H", s.far(), "-P", s.port, "-h", s.near(), "-p", s.port, "-s")
	client.want("sctp_darn ready to send")
	client.say("hello")
	if err := client.process.CloseInput(); err != nil {
		s.t.Fatal(err)
	}
	server.want("received 1")
	server.want("end shutdown")
}
