package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/spf13/cobra"
)

// newRoot returns a command with one below it, which fails with err.
func newRoot(err error) *cobra.Command {
	root := &cobra.Command{Use: "tool", Args: Subcommand, RunE: Subcommand}
	root.AddCommand(&cobra.Command{Use: "act", Short: "do it", RunE: func(*cobra.Command, []string) error { return err }})
	return root
}

func TestStatusTellsWrongUseFromFailure(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		status int
		stderr string
	}{
		{"success", nil, 0, ""},
		{"failure", errors.New("no luck"), 1, "tool act: no luck\n"},
		{"wrong use", Usagef("%d given; allowed: %d", 3, 2), 2, "tool act: 3 given; allowed: 2\n"},
		{"wrapped", errors.Join(Usagef("wrong"), errors.New("too")), 2, "tool act: wrong; too\n"},
	} {
		var out, err strings.Builder
		got := Run(t.Context(), newRoot(c.err), []string{"act"}, strings.NewReader(""), &out, &err)
		if got != c.status || err.String() != c.stderr || out.String() != "" {
			t.Errorf("%s: status %d, %q on stderr, %q on stdout", c.name, got, err.String(), out.String())
		}
	}
}

func TestStatusOfCommandsThatRunOthers(t *testing.T) {
	for _, c := range []struct {
		args   []string
		err    error
		status int
	}{
		{[]string{"act"}, errors.New("no luck"), StatusWrapper},
		{[]string{"act"}, Usagef("wrong"), StatusWrapper},
		{[]string{"act", "--wrong"}, nil, StatusWrapper},
		{[]string{"act"}, WithStatus(127, errors.New("not found")), 127},
		{[]string{"other"}, nil, StatusUsage},
	} {
		root := newRoot(c.err)
		Wrapper(root.Commands()[0])
		if got := Run(t.Context(), root, c.args, strings.NewReader(""), io.Discard, io.Discard); got != c.status {
			t.Errorf("%v, %v: status %d, want %d", c.args, c.err, got, c.status)
		}
	}
}

func TestHelpIsNoError(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"help"}, {"act", "-h"}, {"help", "act"}} {
		var out, err strings.Builder
		status := Run(t.Context(), newRoot(nil), args, strings.NewReader(""), &out, &err)
		if status != 0 || err.String() != "" || !strings.Contains(out.String(), "Usage:") {
			t.Errorf("%v: status %d, %q on stderr, %q on stdout", args, status, err.String(), out.String())
		}
		if strings.Contains(out.String(), "completion") {
			t.Errorf("%v speaks of completion:\n%s", args, out.String())
		}
	}
}

func TestLines(t *testing.T) {
	broken := errors.New("disk on fire")
	var got []string
	for line, err := range Lines(t.Context(), io.MultiReader(strings.NewReader("one\n\ntwo"), iotest.ErrReader(broken))) {
		if err != nil && !errors.Is(err, broken) {
			t.Errorf("error %v, want that of the reader", err)
		}
		got = append(got, line)
	}
	if want := []string{"one", "", "two", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q, the last with the error", got, want)
	}
	for line := range Lines(t.Context(), strings.NewReader("one\ntwo\n")) {
		if line != "one" {
			t.Errorf("%q after the loop ended", line)
		}
		break
	}
}

func TestLinesEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	silent, w := io.Pipe()
	defer w.Close()
	cancel()
	for _, err := range Lines(ctx, silent) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
	}
}

func TestNoColorsWhereNoneAreWanted(t *testing.T) {
	if Color(&strings.Builder{}) {
		t.Error("colours in a buffer")
	}
	f, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if Color(f) {
		t.Error("colours in a file")
	}
	if _, ok := Terminal(f); ok {
		t.Error("a file is taken for a terminal")
	}
}

func TestTableHasNoSpacesAtLineEnds(t *testing.T) {
	var b strings.Builder
	if err := PrintTable(&b, [][]string{{"a", "long cell"}, {"longer", ""}}); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "a       long cell\nlonger\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
