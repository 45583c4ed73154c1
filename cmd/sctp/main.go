// Command sctp is SCTP at the command line: programs to try it with, and tools to look at it.
//
// Run "sctp demo" first; docs/commands.md describes every command. Called under another name, as through a symbolic
// link, it acts as the tool of that name.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/intercept"
)

func main() {
	intercept.Launch()
	// The first signal ends a command in an orderly way, the next one at once. Those that are ignored stay so, for the programs that are run.
	ends := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM}, signal.Ignored)
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process: args[0] is the name that the program was called by.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	name := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	if make, ok := otherNames[name]; ok {
		return cli.Run(ctx, make(), args[1:], stdin, stdout, stderr)
	}
	return cli.Run(ctx, newRoot(), args[1:], stdin, stdout, stderr)
}
