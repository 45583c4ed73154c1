//go:build linux

package programs

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/kernel"
)

// bootTime is how long the emulated machine may take.
const bootTime = 90 * time.Second

// encapsPort is the UDP port of both sides (RFC 6951).
const encapsPort = "9899"

// guest is a machine whose kernel has SCTP of its own.
type guest struct {
	t       *testing.T
	ctx     context.Context
	machine *kernel.Machine
}

// run starts a program there.
func (g *guest) run(args ...string) *program {
	g.t.Helper()
	there := make([]string, len(args))
	for i, arg := range args {
		there[i] = strings.TrimPrefix(arg, dir+"/")
	}
	process, err := g.machine.Start(g.ctx, there...)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() {
		process.Stop()
		if g.t.Failed() {
			g.t.Logf("on the kernel, %v said:\n%s", there, process.Log())
		}
	})
	return &program{Process: process, t: g.t, ctx: g.ctx, name: "guest's " + filepath.Base(args[0])}
}

// in is the guest in a subtest.
func (g guest) in(t *testing.T) *guest {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	g.t, g.ctx = t, ctx
	return &g
}

// encapsulates has associations that begin there use UDP, or not.
func (g *guest) encapsulates(c carrier) {
	g.t.Helper()
	port := "0"
	if len(c.flags) > 0 {
		port = encapsPort
	}
	setting := "net.sctp.encap_port"
	g.run("sysctl", "-w", setting+"="+port).says(setting + " = " + port)
}

// TestSameProgramsOnTheKernel has programs talk to themselves on a Linux kernel with SCTP, in both roles: the same file runs on both sides, and
// only the stacks differ.
func TestSameProgramsOnTheKernel(t *testing.T) {
	needs(t, "qemu-system-x86_64", "busybox")
	_, _, err := kernel.Image()
	require.That(t, err == nil, fmt.Sprintf("kernel image (%v)", err))
	programs := make(map[string]string)
	files := []string{require.Tool(t, "iperf3")}
	for _, name := range []string{"echo", "daytime", "pieces", "five", "many"} {
		programs[name] = compile(t, name+".c", "-static")
		files = append(files, programs[name])
	}
	ctx, cancel := context.WithTimeout(t.Context(), bootTime)
	defer cancel()
	m, err := kernel.Boot(t.Context(), ctx, files...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	machine := guest{machine: m}

	for _, c := range carriers {
		machine.in(t).encapsulates(c)
		for f, family := range []string{"IPv4", "IPv6"} {
			ours := [][kernel.Paths]string{kernel.HostV4, kernel.HostV6}[f]
			theirs := [][kernel.Paths]string{kernel.GuestV4, kernel.GuestV6}[f]
			for _, role := range []struct {
				name  string
				addrs [kernel.Paths]string
				sides func(t *testing.T) sides
			}{
				{"the kernel serves", theirs, func(t *testing.T) sides { return sides{t, machine.in(t).run, placeIn(t, c, m.Namespace).run} }},
				{"the kernel asks", ours, func(t *testing.T) sides { return sides{t, placeIn(t, c, m.Namespace).run, machine.in(t).run} }},
			} {
				t.Run(fmt.Sprintf("%s, %s, %s", c.name, family, role.name), func(t *testing.T) {
					addr := role.addrs[0]
					t.Run("echo", func(t *testing.T) { role.sides(t).echo(programs["echo"], addr) })
					t.Run("daytime", func(t *testing.T) { role.sides(t).daytime(programs["daytime"], addr) })
					t.Run("pieces", func(t *testing.T) { role.sides(t).pieces(programs["pieces"], addr) })
					t.Run("five", func(t *testing.T) { role.sides(t).five(programs["five"], addr, newPort()) })
					t.Run("many", func(t *testing.T) { role.sides(t).many(programs["many"], role.addrs[:]...) })
					t.Run("iperf3", func(t *testing.T) { role.sides(t).iperf3(addr) })
				})
			}
		}
	}
}

// iperf3 has it measure a little: the machine is slow.
func (s sides) iperf3(addr string) {
	s.t.Helper()
	port := newPort()
	server := s.server("iperf3", "-s", "-1", "-p", port, "--forceflush")
	server.says("Server listening on")
	client := s.client("iperf3", "--sctp", "-J", "-n", "1M", "-c", addr, "-p", port)
	client.ends()
	server.ends()
	judgeIperf3(s.t, client.Log(), "SCTP", 1)
}
