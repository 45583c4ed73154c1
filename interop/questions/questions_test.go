//go:build linux

package questions_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/questions"
)

var update = flag.Bool("update", false, "record the answers of Linux anew")

// Bounds on waiting, generous because the emulated machine shares a busy host; no run needs them to pass.
const (
	bootTime = 3 * time.Minute
	askTime  = 5 * time.Minute
)

// extensions are the sysctls of the second record, which holds what they change: every extension that Linux has off by default.
const extensions = "sysctl -qw net.sctp.reconf_enable=1 net.sctp.intl_enable=1 net.sctp.auth_enable=1 net.sctp.addip_enable=1 " +
	"net.sctp.pf_expose=1 && "

// TestLinuxAnswersAsRecorded asks the booted kernel. Each record is of a network namespace of its own, whose sysctls are the
// defaults whatever the machine has set.
func TestLinuxAnswersAsRecorded(t *testing.T) {
	require.Root(t)
	for _, tool := range []string{"gcc", "ip", "ethtool", "sysctl", "busybox", "qemu-system-x86_64"} {
		require.Tool(t, tool)
	}
	_, _, err := kernel.Image()
	require.That(t, err == nil, "kernel image, unpacked by interop/install.sh")
	program, err := questions.Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	booting, cancel := context.WithTimeout(t.Context(), bootTime)
	defer cancel()
	machine, err := kernel.Boot(t.Context(), booting, program)
	if err != nil {
		t.Fatal(err)
	}
	defer machine.Close()

	defaults := ask(t, machine, "")
	t.Run("defaults", func(t *testing.T) { compare(t, "linux-6.12.txt", defaults) })
	t.Run("extensions", func(t *testing.T) {
		compare(t, "linux-6.12-extensions.txt", questions.Changes(defaults, ask(t, machine, extensions)))
	})
}

// compare holds answers against a record, or with -update makes them the record.
func compare(t *testing.T, record string, answers []string) {
	t.Helper()
	file := filepath.Join("testdata", record)
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(answers, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i, d := range questions.Compare(recorded(t, record), answers) {
		if i < maxShown {
			t.Error(d)
		}
	}
}

// ask runs the program in a new network namespace of the machine.
func ask(t *testing.T, machine *kernel.Machine, sysctls string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), askTime)
	defer cancel()
	p, err := machine.Start(ctx, "unshare", "-n", "sh", "-c", "'ip link set lo up && "+sysctls+"exec questions'")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	lines, err := p.Lines(ctx, questions.Done)
	if err != nil {
		t.Fatal(err)
	}
	return lines[:len(lines)-1]
}
