// Package scripttest runs the scripts in testdata: stories of hosts on a network, with every packet and event that they lead to.
//
// A script is prose to be read. A line that begins with "> " is a command, and the indented lines below it are its output; the
// rest is for the reader. Run with -update to write what the commands say now, and read the difference before you keep it. The commands are in
// commands_test.go.
//
// What a packet line shows is made for reading: TSNs count from 1 in either direction, and tags are left out.
package scripttest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the scripts' output into testdata")

func TestScripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script := string(b)
			got := run(t, script)
			switch {
			case got == script:
			case *update:
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			default:
				t.Errorf("%s", firstDifference(script, got))
			}
		})
	}
}

const (
	prompt = "> "
	indent = "    "
)

// run returns the script with the output that its commands have now.
func run(t *testing.T, script string) string {
	t.Helper()
	w := newWorld()
	var b strings.Builder
	for line := range strings.Lines(script) {
		if strings.HasPrefix(line, indent) {
			continue
		}
		b.WriteString(line)
		command, ok := strings.CutPrefix(strings.TrimSpace(line), prompt)
		if !ok {
			continue
		}
		if err := w.do(command); err != nil {
			t.Errorf("%s: %v", command, err)
		}
		for out := range strings.Lines(w.out.String()) {
			b.WriteString(indent + out)
		}
		w.out.Reset()
	}
	return b.String()
}

func TestWrongCommandsAreRefused(t *testing.T) {
	w := newWorld()
	for _, line := range []string{"host A 192.0.2.1", "host Z 192.0.2.2", "listen Z 2000", "connect A Z"} {
		if err := w.do(line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	for _, line := range []string{
		"", "fly", "host", "host B", "host B 192.0.2", "delay soon", "listen", "listen Z port", "listen Z 2000", "listen B 2000",
		"listen Z 2001 window", "connect A", "connect A B", "connect Z A", "connect A Z", "send", "send A", "send Z hello", "send A stream=x y",
		"reset A", "reset A out x", "renumber B", "add A 1", "add A x 1", "send A lifetime=x y", "value A 1", "value A 1 x", "value A x 1", "value A 99 1", "read", "state B", "shutdown", "abort", "abort Z", "reboot B", "stray A Z", "stray A Z NONSENSE", "lose next", "lose some DATA", "lose next XYZ", "mark next", "listen A 2001 enable=flying", "listen A 2001 scheduler=none", "listen A 2001 window=wide",
		"cut here", "mend there", "advance", "advance 1",
	} {
		if err := w.do(line); err == nil {
			t.Errorf("%q was taken", line)
		}
	}
}

// firstDifference shows where two texts part, with the lines before.
func firstDifference(want, got string) string {
	const before = 6
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	i := 0
	for i < min(len(w), len(g)) && w[i] == g[i] {
		i++
	}
	common := strings.Join(w[max(0, i-before):i], "\n")
	rest := func(lines []string) string { return strings.Join(lines[i:min(i+before, len(lines))], "\n") }
	return "after\n" + common + "\nthe script has\n" + rest(w) + "\nbut now it is\n" + rest(g)
}

func TestDifferenceIsShownWhereTheTextsPart(t *testing.T) {
	got := firstDifference("a\nb\nc\n", "a\nb\nd\n")
	if want := "after\na\nb\nthe script has\nc\n\nbut now it is\nd\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
