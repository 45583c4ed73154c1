package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gosctp/sctp/internal/intercept"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestMain(m *testing.M) {
	intercept.Launch()
	testscript.Main(m, map[string]func(){"sctp": main, "checksctp": main, "withsctp": main})
}

// TestScripts runs the scripts of testdata/script. Their commands are those of package testscript, and
//
//	status N sctp ARG...
//
// which runs a program that has to end with that exit status. Each finds testdata/demo.pcapng, recorded by sctp demo -w, as
// recorded.pcapng.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"status": runForStatus},
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			capture, err := os.ReadFile("testdata/demo.pcapng")
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "recorded.pcapng"), capture, 0o644)
		},
	})
}

func runForStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program [arg...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status is %d, want %d", got, want)
	}
}
