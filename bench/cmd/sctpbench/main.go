// Command sctpbench measures this module beside pion/sctp, usrsctp and the kernel's TCP: as root, on Linux, with gcc and
// libusrsctp-dev. README.md of this module says how to read what it prints.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/gosctp/sctp/bench/internal/report"
)

func main() {
	err := error(nil)
	if len(os.Args) > 1 && os.Args[1] == "side" {
		err = side(os.Args[2:])
	} else {
		err = runAll(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sctpbench:", err)
		os.Exit(1)
	}
}

// runAll measures the whole matrix and prints, or writes, the tables.
func runAll(args []string) error {
	f := flag.NewFlagSet("sctpbench", flag.ExitOnError)
	var o options
	f.IntVar(&o.repeat, "repeat", 5, "how often each figure is taken; the median counts")
	f.DurationVar(&o.time, "time", 2*time.Second, "how long each figure is taken for")
	f.DurationVar(&o.warm, "warm", 500*time.Millisecond, "how long each run warms up")
	f.Float64Var(&o.foreign, "foreign", 0.25, "repeat a run during which other processes used more than this share of a core")
	f.IntVar(&o.tries, "tries", 5, "how often such a run is taken at most; the last one counts")
	only := f.String("only", "", "a regular expression: measure only what matches, such as 'veth bulk 1024 tcp'")
	write := f.String("write", "", "a Markdown file to put the tables into, between its marks")
	if err := f.Parse(args); err != nil {
		return err
	}
	var err error
	if o.only, err = regexp.Compile(*only); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
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
