// Package with is what "sctp run" and "sctp with" do: it opens a stack, runs a program, and answers the socket calls of the program and of
// all its children from that stack.
package with

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/intercept"
	"github.com/gosctp/sctp/internal/sockets"
	"github.com/gosctp/sctp/transport"
)

// Exit statuses of a command that runs another one, as env and timeout have them, besides [cli.StatusWrapper].
const (
	statusNotExecutable = 126
	statusNotFound      = 127
)

// Options say how to run a program.
type Options struct {
	// Network is "sctp" or "sctp/udp".
	Network string
	// Wrap, if not nil, has the stack use what it makes of its carrier.
	Wrap func(transport.Transport) transport.Transport
	// Sysctls are what sockets begin with.
	Sysctls linux.Sysctls
	// TCP makes TCP sockets SCTP ones.
	TCP bool
	// All serves SCTP sockets on all descriptors; otherwise they have high ones, and Stdio serves them on 0 to 2 too.
	Stdio, All bool
	// Files shows programs the files of /proc that tell about SCTP.
	Files bool
	// Trace, if not nil, gets a line for every call that was answered.
	Trace io.Writer
	// Report is told, a sentence at a time, what keeps programs from being served.
	Report func(problem string)
}

// Run runs the program args[0] with the arguments that follow, and returns how it ended, when it and all its children have, and their
// associations are shut down.
func Run(o Options, args []string) (intercept.Status, error) {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return intercept.Status{}, notFound(args[0], err)
	}
	stack, err := sockets.NewStack(sockets.Config{Network: o.Network, Polled: true, Wrap: o.Wrap, Sysctls: &o.Sysctls})
	if err != nil {
		return intercept.Status{}, err
	}
	status, err := intercept.Run(intercept.Config{
		Stack: intercept.Sockets(stack), Path: path, Args: args,
		SCTP: true, TCP: o.TCP, Stdio: o.Stdio, All: o.All, Files: o.Files, Trace: o.Trace, Report: o.Report,
	})
	if left := stack.Close(); left != nil && err == nil {
		o.Report(left.Error())
	}
	if err != nil {
		err = fmt.Errorf("running %s: %w", path, err)
	}
	return status, err
}

// notFound gives the error of exec.LookPath the exit status that shells have for it.
func notFound(name string, err error) error {
	status := statusNotFound
	if errors.Is(err, fs.ErrPermission) {
		status = statusNotExecutable
	}
	var wrapped *exec.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return cli.WithStatus(status, fmt.Errorf("%s: %w", name, err))
}
