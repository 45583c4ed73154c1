//go:build linux && (amd64 || arm64)

package intercept

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

func TestFilesThatTellAboutSCTP(t *testing.T) {
	dir := bench(t)
	python := require.Tool(t, "python3")
	cmd := supervised(t, dir, python, "files.py")
	t.Log(succeeds(t, cmd))
	for _, where := range []string{sharedMemory, os.TempDir()} {
		if left, _ := filepath.Glob(filepath.Join(where, listingName(cmd.Process.Pid)+"*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	// Threads, processes and many calls at once are served as before.
	succeeds(t, supervised(t, dir, compile(t, dir, "processes")))
}

func TestFilesForOthers(t *testing.T) {
	require.Root(t)
	dir := bench(t)
	cmd := supervised(t, dir, require.Tool(t, "cat"), "/proc/sys/net/sctp/rto_min", "/proc/net/sctp/eps")
	cmd.Dir = "/"
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	if out := succeeds(t, cmd); out != "1000\nreport of eps\n" {
		t.Errorf("%q", out)
	}
	cmd = supervised(t, dir, require.Tool(t, "sh"), "-c", "echo 5 > /proc/sys/net/sctp/rto_min")
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	cmd.Dir = "/"
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "ermission denied") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestFilesMayBeLeftOut(t *testing.T) {
	dir := bench(t)
	cat := []string{require.Tool(t, "cat"), "/proc/sys/net/sctp/rto_min"}
	want, _ := exec.Command(cat[0], cat[1:]...).CombinedOutput()
	if got, _ := supervised(t, dir, append([]string{"-files=false"}, cat...)...).CombinedOutput(); string(got) != string(want) {
		t.Errorf("%q, and without a supervisor %q", got, want)
	}
}

func TestFilesTellOfSockets(t *testing.T) {
	dir := bench(t)
	succeeds(t, supervised(t, dir, "-network", "sctp/udp", require.Tool(t, "python3"), "realfiles.py"))
}
