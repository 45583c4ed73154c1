package with

import (
	"fmt"
	"os/exec"

	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/intercept"
)

// Backend is who has the SCTP sockets.
type Backend string

// Backends.
const (
	User   Backend = "user"   // this stack
	Kernel Backend = "kernel" // the kernel, which has to have SCTP
	Auto   Backend = "auto"   // the kernel if it has SCTP, and otherwise this stack
)

// Backends are their names.
func Backends() []string { return []string{string(User), string(Kernel), string(Auto)} }

// Decide returns the backend that b stands for here: User or Kernel.
func (b Backend) Decide() (Backend, error) {
	if b == User {
		return User, nil
	}
	err := intercept.KernelHasSCTP()
	switch {
	case err == nil:
		return Kernel, nil
	case b == Auto:
		return User, nil
	}
	return "", cli.WithStatus(cli.StatusWrapper, fmt.Errorf("--backend=%s: %w; --backend=%s does without", b, err, User))
}

// RunOnKernel runs a program whose sockets the kernel has. Where no TCP sockets are to become SCTP ones this process becomes the program.
func RunOnKernel(o Options, args []string) (intercept.Status, error) {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return intercept.Status{}, notFound(args[0], err)
	}
	c := intercept.Config{Kernel: true, TCP: o.TCP, Path: path, Args: args, Trace: o.Trace, Report: o.Report}
	if !o.TCP {
		return intercept.Status{}, intercept.Exec(c)
	}
	status, err := intercept.Run(c)
	if err != nil {
		err = fmt.Errorf("running %s: %w", path, err)
	}
	return status, err
}
