//go:build linux && (amd64 || arm64)

package intercept

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// orders is what the launcher is to do, as JSON in its first argument.
type orders struct {
	// Conn is the socket to the supervisor.
	Conn                  int
	Path                  string
	Base                  uint32
	SCTP, TCP, Stdio, All bool
	Files, Kernel         bool
}

// What goes over the socket: the listener comes with launcherReady, if all the kernel's help is there, or with launcherPlain; the supervisor
// answers launcherGo; text is why the launcher gave up.
const (
	launcherReady = 0x01
	launcherPlain = 0x02
	launcherGo    = 0x03
)

// Flags of seccomp(2).
const (
	setModeFilter    = 1
	newListener      = 1 << 3
	waitKillableRecv = 1 << 5
)

// Launch turns a process that the supervisor started into the program, and then does not return. Everywhere else it does nothing. It is the
// first thing in main, before anything is printed or opened.
func Launch() {
	if len(os.Args) < 3 || os.Args[0] != launcherName {
		return
	}
	var o orders
	if err := json.Unmarshal([]byte(os.Args[1]), &o); err != nil {
		os.Exit(1)
	}
	syscall.CloseOnExec(o.Conn)
	conn := os.NewFile(uintptr(o.Conn), "supervisor")
	if err := o.launch(conn); err != nil {
		_, _ = io.WriteString(conn, err.Error())
	}
	os.Exit(1)
}

// launch returns only if that failed. The filter is on one thread, which becomes the program; another one, without the filter, hands the
// listener over. Were it on all of them, the message that carries the listener would wait for somebody to serve it.
func (o *orders) launch(conn *os.File) error {
	f := filter{machine: machines[runtime.GOARCH], sctp: o.SCTP, tcp: o.TCP, base: o.Base, stdio: o.Stdio, all: o.All, files: o.Files, kernel: o.Kernel}
	program, err := assembled(f.program())
	if err != nil {
		return err
	}
	env := os.Environ()
	type result struct {
		listener int
		plain    bool
		err      error
	}
	installed, failed := make(chan result), make(chan error)
	start := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		l, plain, err := install(program)
		installed <- result{l, plain, err}
		if err != nil {
			return
		}
		<-start
		err = syscall.Exec(o.Path, os.Args[2:], env)
		failed <- fmt.Errorf("%s: %w", o.Path, err)
	}()
	r := <-installed
	if r.err != nil {
		return r.err
	}
	kind := byte(launcherReady)
	if r.plain {
		kind = launcherPlain
	}
	if err := unix.Sendmsg(o.Conn, []byte{kind}, unix.UnixRights(r.listener), nil, 0); err != nil {
		return fmt.Errorf("handing over the listener: %w", err)
	}
	_ = unix.Close(r.listener)
	var b [1]byte
	if n, _ := conn.Read(b[:]); n != 1 || b[0] != launcherGo {
		return errors.New("the supervisor is gone")
	}
	close(start)
	return <-failed
}

// assembled returns a program as the kernel takes it.
func assembled(program []bpf.Instruction) ([]unix.SockFilter, error) {
	raw, err := bpf.Assemble(program)
	if err != nil {
		return nil, err
	}
	all := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		all[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	return all, nil
}

// errNested is for a program that is under a supervisor already: the kernel has one listener in a line of filters.
var errNested = errors.New("another supervisor serves this program already, ours or that of a container")

// install puts the filter on this thread and returns the listener. A process that may does it without giving up that programs with
// another owner run as that owner; plain says that the kernel is one before 5.19.
func install(program []unix.SockFilter) (listener int, plain bool, err error) {
	p := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	try := func(flags uintptr) (int, syscall.Errno) {
		fd, _, e := syscall.RawSyscall(unix.SYS_SECCOMP, setModeFilter, flags, uintptr(unsafe.Pointer(&p)))
		return int(fd), e
	}
	flags := uintptr(newListener | waitKillableRecv)
	fd, e := try(flags)
	if e == unix.EINVAL {
		flags, plain = newListener, true
		fd, e = try(flags)
	}
	if e == unix.EACCES {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return 0, plain, fmt.Errorf("giving up new privileges: %w", err)
		}
		if fd, e = try(flags); e == unix.EINVAL && !plain {
			plain = true
			fd, e = try(newListener)
		}
	}
	switch e {
	case 0:
		return fd, plain, nil
	case unix.EBUSY:
		return 0, plain, errNested
	}
	return 0, plain, fmt.Errorf("the kernel does not let socket calls be intercepted: seccomp: %w", e)
}

// receiveListener takes the listener from the launcher, or learns why there is none.
func receiveListener(conn *os.File, p *problems) (listener, error) {
	var text [1024]byte
	rights := make([]byte, unix.CmsgSpace(4))
	var n, nRights int
	var err error
	for {
		n, nRights, _, _, err = unix.Recvmsg(int(conn.Fd()), text[:], rights, unix.MSG_CMSG_CLOEXEC)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return 0, fmt.Errorf("the launcher: %w", err)
	}
	if messages, err := unix.ParseSocketControlMessage(rights[:nRights]); err == nil && len(messages) == 1 {
		if fds, err := unix.ParseUnixRights(&messages[0]); err == nil && len(fds) == 1 {
			if text[0] == launcherPlain {
				p.tell("this kernel is older than 5.19: a signal that comes while a program receives may lose or double a message")
			}
			return listener(fds[0]), nil
		}
	}
	if n == 0 {
		return 0, errors.New("the launcher ended without a word")
	}
	return 0, errors.New(string(text[:n]))
}

// readAll returns what the launcher says before its socket closes, which is nothing if it became the program.
func readAll(conn *os.File) string {
	b, _ := io.ReadAll(conn)
	return string(b)
}
