// Command sctpbench measures this module beside other transports: as root, on Linux, with gcc, ethtool, iproute2 and libusrsctp-dev.
// README.md of this module says how to read what it prints.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"github.com/gosctp/sctp/bench/internal/report"
)

func main() {
	args := os.Args[1:]
	f := runAll
	if len(args) > 0 {
		switch args[0] {
		case "side":
			f, args = side, args[1:]
		case "relay":
			f, args = carry, args[1:]
		}
	}
	err := f(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "sctpbench:", err)
		os.Exit(1)
	}
}

// runAll measures the whole matrix and prints, or writes, the tables.
func runAll(args []string) error {
	f := flag.NewFlagSet("sctpbench", flag.ExitOnError)
	var o options
	f.IntVar(&o.repeat, "repeat", 3, "how often each figure is taken; the median counts")
	f.DurationVar(&o.time, "time", time.Second, "how long each figure is taken for; four seconds at least where there is delay")
	f.DurationVar(&o.warm, "warm", 500*time.Millisecond, "how long each run warms up")
	f.Float64Var(&o.foreign, "foreign", 0.25, "repeat a run during which other processes used more than this share of a core")
	f.IntVar(&o.tries, "tries", 2, "how often such a run is taken at most; the last one counts")
	quick := f.Bool("quick", false, "take only the figures that targets are about, twice, or once where there is delay, for half the time")
	only := f.String("only", "", "a regular expression: measure only what matches, such as 'veth bulk 1024 tcp'")
	write := f.String("write", "", "a Markdown file to put the tables into, between its marks")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *quick {
		o.repeat, o.tries, o.targets = 2, 1, true
		o.time, o.warm = o.time/2, o.warm/2
	}
	var err error
	if o.only, err = regexp.Compile(*only); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	text, err := measure(ctx, o)
	if err != nil {
		return err
	}
	if *write == "" {
		fmt.Print(text)
		return nil
	}
	return report.Rewrite(*write, beginMark, endMark, text)
}
