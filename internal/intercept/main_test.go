//go:build linux && (amd64 || arm64)

package intercept

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/sockets"
)

// superviseArg makes this test program a supervisor with the fake stack: Run reaps every child of its process, of which the tests have others.
const superviseArg = "supervise"

func TestMain(m *testing.M) {
	Launch()
	if len(os.Args) > 1 && os.Args[1] == superviseArg {
		supervise(os.Args[2:])
	}
	if len(os.Args) > 1 {
		become(os.Args[1])
	}
	os.Exit(m.Run())
}

// supervise runs what its arguments say under the fake stack.
func supervise(args []string) {
	f := flag.NewFlagSet(superviseArg, flag.ExitOnError)
	c := Config{Stack: newFakeStack(), Report: func(s string) { fmt.Fprintln(os.Stderr, "supervisor:", s) }}
	f.BoolVar(&c.SCTP, "sctp", true, "")
	f.BoolVar(&c.TCP, "tcp", false, "")
	f.BoolVar(&c.Stdio, "stdio", true, "")
	high := f.Bool("high", false, "")
	f.BoolVar(&c.Files, "files", true, "")
	trace := f.Bool("trace", false, "")
	network := f.String("network", "", "") // none is the fake
	_ = f.Parse(args)
	c.All = !c.TCP && !*high // as the commands do
	if *network != "" {
		stack, err := sockets.NewStack(sockets.Config{Network: *network, Polled: true})
		if err != nil {
			fmt.Fprintln(os.Stderr, "supervisor:", err)
			os.Exit(125)
		}
		c.Stack = Sockets(stack)
	}
	if *trace {
		c.Trace = io.Writer(os.Stderr)
	}
	path, err := exec.LookPath(f.Arg(0))
	if err == nil {
		c.Path, c.Args = path, f.Args()
		var status Status
		if status, err = Run(c); err == nil {
			status.Exit()
		}
	}
	fmt.Fprintln(os.Stderr, "supervisor:", strings.TrimSpace(err.Error()))
	os.Exit(125)
}
