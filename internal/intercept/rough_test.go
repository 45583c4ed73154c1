//go:build linux && (amd64 || arm64)

package intercept

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/require"
)

func TestBadInput(t *testing.T) {
	dir := bench(t)
	t.Log(succeeds(t, supervised(t, dir, compile(t, dir, "bad"))))
}

func TestNumbersOfSockets(t *testing.T) {
	dir := bench(t)
	path := compile(t, dir, "numbers")
	t.Log(succeeds(t, supervised(t, dir, path)))
	t.Log(succeeds(t, supervised(t, dir, "-high", path, "high")))
}

func TestProcesses(t *testing.T) {
	dir := bench(t)
	t.Log(succeeds(t, supervised(t, dir, compile(t, dir, "processes"))))
}

func TestSignalsAtEveryPoint(t *testing.T) {
	dir := bench(t)
	path := compile(t, dir, "storm")
	for _, restart := range []string{"0", "1"} {
		t.Log(succeeds(t, supervised(t, dir, path, restart, "500")))
	}
}

func TestAThousandThreads(t *testing.T) {
	dir := bench(t)
	t.Log(succeeds(t, supervised(t, dir, compile(t, dir, "threads"))))
}

func TestTCPProgramInC(t *testing.T) {
	dir := bench(t)
	t.Log(succeeds(t, supervised(t, dir, "-sctp=false", "-tcp", compile(t, dir, "tcp"))))
}

func TestGoPrograms(t *testing.T) {
	dir := bench(t)
	self := filepath.Join(dir, "self")
	succeeds(t, supervised(t, dir, self, "go-raw"))
	succeeds(t, supervised(t, dir, "-tcp", self, "go-net"))
}

func TestPythonProgram(t *testing.T) {
	dir := bench(t)
	succeeds(t, supervised(t, dir, require.Tool(t, "python3"), "checks.py"))
}

func TestUserIsToldOfSocketsOutOfReach(t *testing.T) {
	dir := bench(t)
	script := "import os, socket; s = socket.socket(2, 1, 132).detach(); os.dup2(s, 100); os.dup2(s, 1); os.dup2(s, 600)"
	for _, tt := range []struct {
		flags []string
		want  []string
	}{
		{nil, nil},
		{[]string{"-high"}, []string{"descriptor 100,"}},
		{[]string{"-high", "-stdio=false"}, []string{"descriptor 100,", "descriptor 1,"}},
	} {
		out := succeeds(t, supervised(t, dir, append(tt.flags, require.Tool(t, "python3"), "-c", script)...))
		if strings.Count(out, "\n") != len(tt.want) {
			t.Errorf("%v: %q", tt.flags, out)
		}
		for _, want := range tt.want {
			if !strings.Contains(out, want) {
				t.Errorf("%v: no %q in %q", tt.flags, want, out)
			}
		}
	}
}

func TestOnlyHighDescriptorsMayBeServed(t *testing.T) {
	dir := bench(t)
	t.Log(succeeds(t, supervised(t, dir, "-high", compile(t, dir, "checks"), "high")))
}

// The scheduler of Go interrupts threads with SIGURG, at any point of the supervisor's work.
func TestSupervisorUnderSignals(t *testing.T) {
	dir := bench(t)
	for _, args := range [][]string{
		{compile(t, dir, "storm"), "1", "500"},
		{"-tcp", filepath.Join(dir, "self"), "go-net"},
	} {
		cmd := supervised(t, dir, args...)
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		var err error
		for running := true; running; {
			tasks, _ := os.ReadDir("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/task")
			for _, task := range tasks {
				tid, _ := strconv.Atoi(task.Name())
				for range 50 {
					_ = unix.Tgkill(cmd.Process.Pid, tid, unix.SIGURG)
				}
			}
			select {
			case err = <-ended:
				running = false
			default:
			}
		}
		if err != nil {
			t.Errorf("%v: %v\n%s", args, err, out.String())
		}
	}
}

// orphans kills the supervisor of the program orphan, which has to notice.
func orphans(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	if line, err := out.ReadString('\n'); line != "waiting\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(out)
	if string(rest) != "recv: 38; poll: 1; socket: 38\n" { // ENOSYS
		t.Errorf("%q", rest)
	}
	_ = cmd.Wait()
}

func TestKilledSupervisorLeavesNobodyWaiting(t *testing.T) {
	dir := bench(t)
	orphans(t, supervised(t, dir, "-high", "-stdio=false", compile(t, dir, "orphan")))
}

func TestKilledProgramIsTold(t *testing.T) {
	dir := bench(t)
	cmd := supervised(t, dir, require.Tool(t, "sh"), "-c", "kill -KILL $$")
	_ = cmd.Run()
	if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); !ws.Signaled() || ws.Signal() != syscall.SIGKILL {
		t.Errorf("ended by SIGKILL: %v", ws)
	}
}

func TestSignalsArePassedOn(t *testing.T) {
	dir := bench(t)
	cmd := supervised(t, dir, require.Tool(t, "sh"), "-c", "trap 'exit 5' USR1; echo ready; while :; do read x; done")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(pipe).ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 5 {
		t.Errorf("exit code %d", got)
	}
}

func TestProtectedProgramIsRefusedAndTheUserTold(t *testing.T) {
	require.Root(t)
	dir := bench(t)
	path := compile(t, dir, "orphan")
	if err := os.Chmod(path, 0o711); err != nil { // not to be read by others
		t.Fatal(err)
	}
	cmd := supervised(t, dir, path)
	cmd.Dir = "/"
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	out, err := cmd.CombinedOutput()
	if _, ok := err.(*exec.ExitError); !ok || !strings.Contains(string(out), "cannot be served") || !strings.Contains(string(out), "Permission denied") {
		t.Errorf("%v: %s", err, out)
	}
}

// Programs in namespaces of their own, and with fewer rights than the supervisor.
func TestProgramsElsewhere(t *testing.T) {
	require.Root(t)
	dir := bench(t)
	checks := compile(t, dir, "checks")
	for name, how := range map[string][]string{
		"processes":       {require.Tool(t, "unshare"), "-p", "-f"},
		"users":           {require.Tool(t, "unshare"), "-U", "-r"},
		"rights given up": {require.Tool(t, "setpriv"), "--reuid", strconv.Itoa(nobody), "--clear-groups"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plainly := exec.Command(how[0], append(how[1:], require.Tool(t, "true"))...)
			require.That(t, plainly.Run() == nil, strings.Join(how, " "))
			cmd := supervised(t, dir, append(how, checks)...)
			cmd.Dir = "/"
			t.Log(succeeds(t, cmd))
		})
	}
}
