// Command programbench measures iperf3, unmodified, over SCTP under sctp run and over TCP under sctp with, beside itself over the kernel's TCP:
// as root, on Linux. README.md of this module says how to read what it prints.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gosctp/sctp/bench/internal/lab"
	"github.com/gosctp/sctp/bench/internal/report"
)

// Lines of a Markdown file between which the tables are.
const (
	beginMark = "<!-- figures: make bench-programs -->"
	endMark   = "<!-- end of figures of programs -->"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "programbench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	f := flag.NewFlagSet("programbench", flag.ExitOnError)
	repeat := f.Int("repeat", 5, "how often each figure is taken; the median counts")
	seconds := f.Int("seconds", 2, "how long each figure is taken for")
	only := f.String("only", "", "a regular expression: measure only what matches, such as '-R sctp run$'")
	write := f.String("write", "", "a Markdown file to put the tables into, between its marks")
	if err := f.Parse(args); err != nil {
		return err
	}
	match, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := os.MkdirTemp("", "programbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	command := filepath.Join(dir, "sctp")
	if err := build(ctx, command); err != nil {
		return fmt.Errorf("building the command: %w", err)
	}
	space, err := lab.NewSpace("programs")
	if err != nil {
		return err
	}
	defer space.Close()
	b := bench{space: space, command: command, seconds: *seconds}
	for range *repeat {
		for _, w := range workloads {
			for _, by := range ways {
				if !match.MatchString(w.name + " " + by.name) {
					continue
				}
				if err := b.measure(ctx, w, by); err != nil {
					return fmt.Errorf("%s, %s: %w", w.name, by.name, err)
				}
			}
		}
	}
	text := b.tables(*repeat)
	if *write == "" {
		fmt.Print(text)
		return nil
	}
	return report.Rewrite(*write, beginMark, endMark, text)
}

// build makes the command of the module that this one measures, within which alone its dependencies are known.
func build(ctx context.Context, command string) error {
	dir, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gosctp/sctp").Output()
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, "go", "build", "-o", command, "./cmd/sctp")
	c.Dir, c.Stderr = strings.TrimSpace(string(dir)), os.Stderr
	return c.Run()
}
