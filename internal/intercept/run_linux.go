//go:build linux && (amd64 || arm64)

package intercept

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Run runs a program and serves its socket calls and those of its children, until the last of them has ended; it returns how the program
// itself ended. The program has the caller's standard descriptors, terminal and process group. While Run runs, it reaps every child
// of the process, orphans of the program among them.
func Run(c Config) (Status, error) {
	if c.Report == nil {
		c.Report = func(string) {}
	}
	p := newProblems(c.Report)
	s, err := newSupervisor(&c, p)
	if err != nil {
		return Status{}, err
	}
	// Daemons stay descendants, which the kernel's rules about looking into programs ask for.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return Status{}, fmt.Errorf("becoming the reaper of orphans: %w", err)
	}
	stop := passSignals()
	pid, conn, err := startLauncher(&c, s)
	if err != nil {
		stop(0)
		return Status{}, err
	}
	defer conn.Close()
	defer stop(0)
	l, err := receiveListener(conn, p)
	if err != nil {
		_, _ = unix.Wait4(pid, nil, 0, nil)
		return Status{}, err
	}
	stop(pid)
	s.start(l)
	if _, err := conn.Write([]byte{launcherGo}); err != nil {
		return Status{}, fmt.Errorf("starting the program: %w", err)
	}
	if failed := readAll(conn); failed != "" {
		_, _ = unix.Wait4(pid, nil, 0, nil)
		return Status{}, errors.New(failed)
	}
	status := waitAll(pid, l)
	s.stop()
	return status, nil
}

// orphanRound is how often a supervisor whose program has ended looks whether there are orphans of it.
const orphanRound = 20 * time.Millisecond

// waitAll waits for the program and then for all others under the filter.
func waitAll(pid int, l listener) Status {
	var status Status
	for running := true; running; {
		var ws unix.WaitStatus
		got, err := unix.Wait4(-1, &ws, unix.WUNTRACED, nil)
		switch {
		case err == unix.EINTR:
		case err != nil:
			running = false
		case got == pid && ws.Stopped():
			stopWith(pid, ws.StopSignal())
		case got == pid:
			running = false
			if ws.Signaled() {
				status.Signal = ws.Signal()
			} else {
				status.Code = ws.ExitStatus()
			}
		}
	}
	for !l.abandoned() {
		for {
			if got, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); got <= 0 || err != nil {
				break
			}
		}
		time.Sleep(orphanRound)
	}
	return status
}

// stopGrace is how long a program has to be stopped before the supervisor stops too.
const stopGrace = 20 * time.Millisecond

// stopWith stops the supervisor after the program, as the terminal or the program itself has stopped that: the shell waits for the supervisor
// and shall have the terminal back, but not before the program reads from it no more. So the supervisor does not heed the terminal's
// signals itself. Without a terminal nobody would let it go on. When both go on at once, a stop that is over may be seen late; hence the
// grace.
func stopWith(pid int, sig syscall.Signal) {
	time.Sleep(stopGrace)
	status, _ := os.ReadFile(procPath(pid, "status"))
	if !strings.HasPrefix(statusField(status, "State"), "T") {
		return
	}
	switch front, terminal := inForeground(); {
	case front, terminal && (sig == unix.SIGTSTP || sig == unix.SIGTTIN || sig == unix.SIGTTOU):
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		_ = unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGSTOP) // to this thread, which stops here then
		_ = unix.Kill(pid, unix.SIGCONT)
	}
}

// passSignals keeps signals from ending the supervisor before the program. Once it is told the program's process, it passes on those that
// were sent to the supervisor. SIGINT, SIGQUIT and SIGTSTP from the keyboard reach the program without help, and twice would be too often: they
// are passed on only where the supervisor is not in the foreground of a terminal. SIGTTIN and SIGTTOU are for who reads and writes there. The function that is returned sets the process, and
// with 0 ends it.
func passSignals() func(pid int) {
	arrived := make(chan os.Signal, 16)
	program := make(chan int, 1)
	ended := make(chan struct{})
	for _, sig := range []os.Signal{unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP, unix.SIGUSR1, unix.SIGUSR2, unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU} {
		if !signal.Ignored(sig) { // as under nohup: the program shall inherit that
			signal.Notify(arrived, sig)
		}
	}
	go func() {
		pid := 0
		for {
			select {
			case pid = <-program:
			case sig := <-arrived:
				if pid > 0 && passedOn(sig) {
					_ = unix.Kill(pid, sig.(syscall.Signal))
				}
			case <-ended:
				return
			}
		}
	}()
	over := false
	return func(pid int) {
		switch {
		case pid > 0:
			program <- pid
		case !over:
			over = true
			signal.Stop(arrived)
			close(ended)
		}
	}
}

// passedOn reports whether the program needs to be sent a signal that has reached the supervisor.
func passedOn(sig os.Signal) bool {
	switch sig {
	case unix.SIGTTIN, unix.SIGTTOU:
		return false
	case unix.SIGINT, unix.SIGQUIT, unix.SIGTSTP:
		front, _ := inForeground()
		return !front
	}
	return true
}

// inForeground reports whether this process is in the foreground of its terminal, and whether it has one.
func inForeground() (front, terminal bool) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY|unix.O_NOCTTY, 0)
	if err != nil {
		return false, false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp(), true
}

// signalGrace is how long a signal may take to end this process.
const signalGrace = time.Second

// Exit ends this process as the program ended: with its code, or by its signal, without another core dump.
func (s Status) Exit() {
	if s.Signal == 0 {
		os.Exit(s.Code)
	}
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	forgetHandler(s.Signal)
	_ = unix.Kill(unix.Getpid(), s.Signal)
	time.Sleep(signalGrace)      // another thread may take it
	os.Exit(128 + int(s.Signal)) // as shells do, if the signal is blocked
}

// kernelAction is the kernel's struct sigaction, and kernelSignals the size of its set of signals.
type kernelAction struct{ handler, flags, restorer, mask uint64 }

const kernelSignals = 8

// forgetHandler has a signal do what it does to a process without a handler. signal.Reset would leave Go's for those that are faults, and
// this process would end with traces of its goroutines for a fault of the program.
func forgetHandler(sig syscall.Signal) {
	signal.Reset(sig) // or Go would set its own again
	_, _, _ = syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&kernelAction{})), 0, kernelSignals, 0, 0)
}

// startLauncher starts this program anew as the launcher, with a socket to it that no program inherits by number: the numbers that the
// caller's own caller left open are the program's.
func startLauncher(c *Config, s *supervisor) (pid int, conn *os.File, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, err
	}
	conn = os.NewFile(uintptr(pair[0]), "launcher")
	defer unix.Close(pair[1])
	orders, err := json.Marshal(orders{
		Conn: pair[1], Path: c.Path, Base: uint32(s.base), SCTP: c.SCTP, TCP: c.TCP, Stdio: c.Stdio, All: c.All,
		Files: s.tree != nil, Kernel: c.Kernel,
	})
	if err != nil {
		return 0, nil, err
	}
	env := c.Env
	if env == nil {
		env = os.Environ()
	}
	if _, err := unix.FcntlInt(uintptr(pair[1]), unix.F_SETFD, 0); err != nil {
		return 0, nil, err
	}
	pid, err = syscall.ForkExec("/proc/self/exe", append([]string{launcherName, string(orders)}, c.Args...), &syscall.ProcAttr{
		Env: env, Files: []uintptr{0, 1, 2},
	})
	if err != nil {
		_ = conn.Close()
		return 0, nil, fmt.Errorf("starting the launcher: %w", err)
	}
	return pid, conn, nil
}
