package check

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gosctp/sctp/internal/intercept"
	"github.com/gosctp/sctp/internal/sockets"
)

// SocketFlag is the flag of the command check for the program that the probe interception runs, which is this one: it uses SCTP sockets,
// whoever has them, and says nothing.
const SocketFlag = "socket"

// Socket uses SCTP sockets as any program does: it sets an association up with itself.
func Socket() error { return talk() }

// interception serves the SCTP sockets of a program.
func interception(ctx context.Context, wrap wrapFunc) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	stack, err := sockets.NewStack(sockets.Config{Network: "sctp/udp", Wrap: wrap})
	if err != nil {
		return "", err
	}
	defer stack.Close()
	var problems []string
	start := time.Now()
	status, err := intercept.Run(intercept.Config{
		Stack: intercept.Sockets(stack), SCTP: true,
		Path: "/proc/self/exe", Args: []string{"sctp", "check", "--" + SocketFlag},
		Report: func(problem string) { problems = append(problems, problem) },
	})
	switch {
	case err != nil:
		return "", err
	case len(problems) > 0:
		return "", errors.New(strings.Join(problems, "; "))
	case status != intercept.Status{}:
		return "", errors.New("a program that used SCTP sockets failed")
	}
	return fmt.Sprintf("a program used SCTP sockets, in %v", time.Since(start).Round(time.Millisecond)), nil
}
