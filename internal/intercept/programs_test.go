//go:build linux && (amd64 || arm64)

package intercept

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/require"
)

// limit is how long a program may take: what hangs is ended, with all its children.
const limit = 90 * time.Second

// nobody is a user without rights, if the tests run as root.
const nobody = 65534

// bench is a directory with this test program and others, which everybody may run.
func bench(t testing.TB) string {
	t.Helper()
	require.That(t, seccompWorks(), "seccomp user notification")
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := copyFile(filepath.Join(dir, "self"), self); err != nil {
		t.Fatal(err)
	}
	return dir
}

// seccompWorks asks whether the kernel knows the action, without installing anything.
func seccompWorks() bool {
	sizes := [3]uint16{}
	const getNotifSizes = 3
	_, _, e := syscall.Syscall(unix.SYS_SECCOMP, getNotifSizes, 0, uintptr(pointer(&sizes)))
	return e == 0
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// compile makes a program of testdata/name.c.
func compile(t testing.TB, dir, name string, flags ...string) string {
	t.Helper()
	gcc := require.Tool(t, "gcc")
	_, err := os.Stat("/usr/include/netinet/sctp.h")
	require.That(t, err == nil, "libsctp-dev")
	out := filepath.Join(dir, name+strings.Join(flags, ""))
	args := append([]string{"-O1", "-w", "-o", out, filepath.Join("testdata", name+".c")}, flags...)
	if b, err := exec.Command(gcc, append(args, "-lsctp", "-lpthread")...).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, b)
	}
	return out
}

// supervised prepares a run of a program under the fake stack. Its process group is its own, and ended with the test.
func supervised(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "self"), append([]string{superviseArg}, args...)...)
	cmd.Dir = "testdata"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
	cmd.WaitDelay = time.Second
	return cmd
}

// succeeds runs the program and fails the test if it did.
func succeeds(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func TestChecks(t *testing.T) {
	dir := bench(t)
	for _, link := range []string{"-pie", "-static"} {
		path := compile(t, dir, "checks", link)
		t.Run("checks"+link, func(t *testing.T) {
			t.Parallel()
			t.Log(succeeds(t, supervised(t, dir, path)))
		})
		t.Run("checks"+link+" as nobody", func(t *testing.T) {
			t.Parallel()
			require.Root(t)
			cmd := supervised(t, dir, path)
			cmd.Dir = "/"
			cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
			t.Log(succeeds(t, cmd))
		})
	}
}

func TestStatusIsTheProgramsOwn(t *testing.T) {
	dir := bench(t)
	sh := require.Tool(t, "sh")
	run := func(script string) *os.ProcessState {
		t.Helper()
		cmd := supervised(t, dir, sh, "-c", script)
		if out, _ := cmd.CombinedOutput(); len(out) > 0 {
			t.Errorf("%s: there is output:\n%.300s", script, out)
		}
		return cmd.ProcessState
	}
	if got := run("exit 7").ExitCode(); got != 7 {
		t.Errorf("exit code %d", got)
	}
	for _, sig := range []syscall.Signal{
		unix.SIGTERM, unix.SIGKILL, unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGABRT, unix.SIGQUIT, unix.SIGPIPE, unix.SIGUSR1,
	} {
		if ws := run(fmt.Sprintf("kill -%d $$", sig)).Sys().(syscall.WaitStatus); !ws.Signaled() || ws.Signal() != sig {
			t.Errorf("ended by %v: %#x", sig, ws)
		}
	}
}

// As under nohup.
func TestIgnoredHangUpStaysIgnored(t *testing.T) {
	dir := bench(t)
	sh := require.Tool(t, "sh")
	cmd := supervised(t, dir, sh, "-c", "kill -HUP $$; echo alive")
	cmd.Args = append([]string{sh, "-c", `trap "" HUP; exec "$@"`}, cmd.Args...)
	cmd.Args = append(cmd.Args[:3], append([]string{"sh"}, cmd.Args[3:]...)...)
	cmd.Path = sh
	if out := succeeds(t, cmd); out != "alive\n" {
		t.Errorf("%q", out)
	}
}

func TestStandardStreamsAreTheProgramsOwn(t *testing.T) {
	dir := bench(t)
	cmd := supervised(t, dir, require.Tool(t, "sh"), "-c", "cat; echo err >&2; echo $#", "name", "a", "b c")
	cmd.Stdin = strings.NewReader("from stdin\n")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if out.String() != "from stdin\n2\n" || errs.String() != "err\n" {
		t.Errorf("%q, %q", &out, &errs)
	}
}

func TestInheritedDescriptorsKeepTheirNumbers(t *testing.T) {
	dir := bench(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	script := []string{require.Tool(t, "sh"), "-c", "echo on three >&3; ls /proc/self/fd | tr '\\n' ' '"}
	natively, cmd := exec.Command(script[0], script[1:]...), supervised(t, dir, script...)
	natively.ExtraFiles, cmd.ExtraFiles = []*os.File{w}, []*os.File{w}
	if want, got := succeeds(t, natively), succeeds(t, cmd); got != want {
		t.Errorf("the program has %s, and without the supervisor %s", got, want)
	}
	_ = w.Close()
	if b, _ := io.ReadAll(r); string(b) != "on three\non three\n" {
		t.Errorf("3 got %q", b)
	}
}

func TestWhatCannotBeStarted(t *testing.T) {
	dir := bench(t)
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, []byte("no program"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, want string }{
		{"a file that is none", plain, "exec format error"},
		{"a supervisor under a supervisor", filepath.Join(dir, "self"), "serves this program already"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := []string{tt.path}
			if tt.path != plain {
				args = append(args, superviseArg, require.Tool(t, "true"))
			}
			out, err := supervised(t, dir, args...).CombinedOutput()
			if err == nil || !strings.Contains(string(out), tt.want) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

func TestTraceShowsCallsAndAnswers(t *testing.T) {
	dir := bench(t)
	out, _ := supervised(t, dir, "-trace", compile(t, dir, "checks")).CombinedOutput()
	for _, want := range []string{
		"socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP) = 3",
		"connect(3, 127.0.0.1:7) = 0",
		"sendmsg(3, 5 bytes, 0, SCTP_SNDRCV) = 5",
		"recvmsg(3, 100 bytes, 0, 127.0.0.1:7, got MSG_EOR, SCTP_SNDRCV) = 5",
		"recvfrom(3, room for 10, MSG_DONTWAIT) = -1 EAGAIN",
		", 127.0.0.1:10) = -1 EINPROGRESS",
		"getsockopt(3, SOL_SOCKET, SO_ERROR",
		"shutdown(3, SHUT_WR) = 0",
		"= ? (interrupted by a signal)",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q", want)
		}
	}
}
