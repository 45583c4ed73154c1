//go:build linux

package interop

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/cpeer"
	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
)

var update = flag.Bool("update", false, "write the captured conversations in docs/interop, and what is recorded of the kernel, anew")

// Bounds on waiting. The emulated machine shares a busy host, so they are generous; no test needs them to pass.
const (
	runTime      = 20 * time.Minute
	bootTime     = 90 * time.Second
	scenarioTime = 20 * time.Second
	// judgeTime bounds how long tshark reads a capture.
	judgeTime = 2 * time.Minute
)

// Tests with the emulated machine run one after the other, since they share its links. Those with namespaces of their own run in parallel
// afterwards: they wait for time-outs more than they compute.

// bench is what all tests of a run share, each made when first needed.
var bench struct {
	ctx context.Context
	dir string // programs built for the run
}

func TestMain(m *testing.M) {
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), runTime)
	dir, err := os.MkdirTemp("", "gosctp-interop-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	bench.ctx, bench.dir = ctx, dir
	code := m.Run()
	if machine.booted != nil {
		machine.booted.Close()
	}
	cancel()
	os.RemoveAll(dir)
	os.Exit(code)
}

// needs skips the test, or fails it where all is demanded, unless the machine has what every interop test uses.
func needs(t *testing.T) {
	t.Helper()
	require.Root(t)
	for _, tool := range []string{"ip", "ethtool", "sysctl", "tcpdump", "tshark", "gcc", "busybox"} {
		require.Tool(t, tool)
	}
	if err := sweep(); err != nil {
		t.Fatal(err)
	}
}

// sweep removes what a killed run left behind.
var sweep = sync.OnceValue(lab.Sweep)

// machine is the emulated machine with the Linux kernel; one boot serves the whole run.
var machine struct {
	once   sync.Once
	booted *kernel.Machine
	err    error
}

// bootedMachine returns the emulated machine.
func bootedMachine(t *testing.T) *kernel.Machine {
	t.Helper()
	require.Tool(t, "qemu-system-x86_64")
	programs := []string{require.Tool(t, "sctp_test"), require.Tool(t, "sctp_darn")}
	_, _, err := kernel.Image()
	require.That(t, err == nil, fmt.Sprintf("kernel image (%v)", err))

	machine.once.Do(func() {
		peer, err := kernelPeer()
		if err != nil {
			machine.err = err
			return
		}
		lengths, err := lengthsProgram()
		if err != nil {
			machine.err = err
			return
		}
		command, err := sctpCommand()
		if err != nil {
			machine.err = err
			return
		}
		ctx, cancel := context.WithTimeout(bench.ctx, bootTime)
		defer cancel()
		machine.booted, machine.err = kernel.Boot(bench.ctx, ctx, append(programs, peer, lengths, command)...)
	})
	if machine.err != nil {
		t.Fatal(machine.err)
	}
	return machine.booted
}

// The peers, each built once.
var (
	kernelPeer  = sync.OnceValues(func() (string, error) { return cpeer.Build(bench.dir, cpeer.Kernel) })
	usrsctpPeer = sync.OnceValues(func() (string, error) { return cpeer.Build(bench.dir, cpeer.Usrsctp) })
)

// ourPeer is the peer on this repository's stack, sctpCommand the command.
var (
	ourPeer     = sync.OnceValues(func() (string, error) { return goBuild("peer-gosctp", "./peer") })
	sctpCommand = sync.OnceValues(func() (string, error) { return goBuild("sctp", "../cmd/sctp") })
)

// pionPeer is the peer on pion/sctp, which is in a module of its own.
var pionPeer = sync.OnceValues(func() (string, error) { return goBuild("peer-pion", ".", "-C", "pionpeer") })

// goBuild builds a program of this repository.
func goBuild(name, pkg string, flags ...string) (string, error) {
	program := filepath.Join(bench.dir, name)
	args := slices.Concat([]string{"build"}, flags, []string{"-o", program, pkg})
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
	}
	return program, nil
}

// runCommand runs the sctp command and returns its output.
func runCommand(t *testing.T, args ...string) string {
	t.Helper()
	program, err := sctpCommand()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		t.Fatalf("sctp %v: %v", args, err)
	}
	return string(out)
}
