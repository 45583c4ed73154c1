//go:build linux && (amd64 || arm64)

package intercept

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/require"
)

// terminal is a shell with job control in a terminal of its own.
type terminal struct {
	t      *testing.T
	master *os.File
	seen   bytes.Buffer
	shell  int // its process
}

// inFront waits until the shell has given the terminal to a program, which it does after it has told which: until then keys are the shell's.
func (x *terminal) inFront() {
	x.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; runtime.Gosched() {
		group, err := 0, error(nil)
		raw, rawErr := x.master.SyscallConn()
		if rawErr == nil {
			rawErr = raw.Control(func(fd uintptr) { group, err = unix.IoctlGetInt(int(fd), unix.TIOCGPGRP) })
		}
		switch {
		case rawErr != nil || err != nil || time.Now().After(deadline):
			x.t.Fatalf("the shell keeps the terminal: %v, %v", rawErr, err)
		case group != x.shell:
			return
		}
	}
}

// openTerminal starts the shell.
func openTerminal(t *testing.T, dir string) *terminal {
	t.Helper()
	bash := require.Tool(t, "bash")
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	require.That(t, err == nil, "a pseudo terminal")
	t.Cleanup(func() { _ = master.Close() })
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = unix.SetNonblock(int(master.Fd()), true) // Fd has made it blocking
	slave, err := os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	cmd := exec.CommandContext(t.Context(), bash, "--norc", "--noprofile", "--noediting", "-i")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PS1=ready> ", "PATH="+dir+":"+os.Getenv("PATH"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = master.Close() // hangs up, which ends what is left
		_ = cmd.Wait()
	})
	return &terminal{t: t, shell: cmd.Process.Pid, master: os.NewFile(uintptr(dupNonblocking(t, master)), "terminal")}
}

// dupNonblocking returns a descriptor that the runtime waits for with deadlines.
func dupNonblocking(t *testing.T, f *os.File) int {
	t.Helper()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

func (x *terminal) types(text string) {
	x.t.Helper()
	if _, err := x.master.WriteString(text); err != nil {
		x.t.Fatal(err)
	}
}

// shows waits until the terminal has shown something, and forgets what came before and that.
func (x *terminal) shows(want string) {
	x.t.Helper()
	if err := x.showsWithin(limit/3, want); err != nil {
		x.t.Fatalf("the terminal does not show %q but %q: %v", want, x.seen.Bytes(), err)
	}
}

func (x *terminal) showsWithin(patience time.Duration, want string) error {
	_ = x.master.SetReadDeadline(time.Now().Add(patience))
	for {
		if i := bytes.Index(x.seen.Bytes(), []byte(want)); i >= 0 {
			x.seen.Next(i + len(want))
			return nil
		}
		var b [1024]byte
		n, err := x.master.Read(b[:])
		if err != nil {
			return err
		}
		x.seen.Write(b[:n])
	}
}

// answers types a line until the program answers it. What is typed while the shell gives the terminal to the program waits for another line.
func (x *terminal) answers(line string) {
	x.t.Helper()
	for began := time.Now(); ; {
		x.types(line + "\n")
		err := x.showsWithin(500*time.Millisecond, "got "+line+"\r\n")
		if err == nil {
			return
		}
		if time.Since(began) > limit/3 {
			x.t.Fatalf("no answer to %q but %q: %v", line, x.seen.Bytes(), err)
		}
	}
}

func TestJobControl(t *testing.T) {
	dir := bench(t)
	require.Tool(t, "sed")
	if err := os.Symlink("self", filepath.Join(dir, "program")); err != nil {
		t.Fatal(err)
	}
	waits := compile(t, dir, "orphan")
	x := openTerminal(t, dir)
	const run = "program " + superviseArg + " "
	const suspend, interrupt, end = "\x1a", "\x03", "\x04"
	status := func(want string) {
		t.Helper()
		x.types("echo status $?.\n")
		x.shows("status " + want + ".")
		x.shows("ready> ")
	}
	x.shows("ready> ")

	x.types(run + "sed -u 's/^/got /'\n")
	x.answers("hello")
	x.types(suspend)
	x.shows("Stopped")
	x.shows("ready> ")
	x.types("fg\n")
	x.answers("again")
	x.types(end)
	x.shows("ready> ")
	status("0")

	x.types(run + "sh -c 'trap \"echo caught; exit 3\" INT; echo wait''ing; while :; do read x; done'\n")
	x.shows("waiting\r\n")
	x.types(interrupt)
	x.shows("caught\r\n")
	x.shows("ready> ")
	status("3")

	// A program that stops itself, and one that is in the background.
	x.types(run + "sh -c 'kill -TSTP $$; echo went'' on'\n")
	x.shows("Stopped")
	x.shows("ready> ")
	x.types("fg\n")
	x.shows("went on\r\n")
	x.shows("ready> ")

	x.types(run + "sed -u 's/^/got /' &\n")
	x.shows("ready> ")
	x.types("wait -n; jobs\n")
	x.shows("Stopped")
	x.shows("ready> ")
	x.types("fg\n")
	x.answers("in front")
	x.types(interrupt)
	x.shows("ready> ")
	status("130")

	// A program whose call the supervisor keeps.
	x.types(run + waits + "\n")
	x.shows("waiting\r\n")
	x.types(suspend)
	x.shows("Stopped")
	x.shows("ready> ")
	x.types("fg\n")
	x.shows(waits + "\r\n")
	x.inFront()
	x.types(interrupt)
	x.shows("ready> ")
	status("130")

	x.types("stty -a > natively; " + run + "stty -a > here; cmp natively here && echo the sa''me\n")
	x.shows("the same\r\n")
}
