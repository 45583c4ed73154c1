package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"

	"github.com/gosctp/sctp/bench/internal/lab"
	"github.com/gosctp/sctp/bench/internal/report"
)

// options are the flags of runAll.
type options struct {
	repeat     int
	tries      int
	time, warm time.Duration
	foreign    float64
	only       *regexp.Regexp
	targets    bool // only what targets are about
}

// linkMTU is Ethernet's: the SCTP packet in UDP is 1,472 bytes long.
const linkMTU = 1500

// slowWarm and slowTime are how long a run takes at least where a round trip is 20 ms: a hundred of them to find its pace, and two
// hundred that count.
const (
	slowWarm = 2 * time.Second
	slowTime = 4 * time.Second
)

// bench is what a whole run finds.
type bench struct {
	options
	lab     *lab.Lab
	usbench string

	table   report.Table
	noisy   int
	failed  []string // runs, with why
	dropped map[string]float64
}

// measure runs everything and returns the report. Within a repetition the transports take turns, so that a slow drift of
// the machine meets all of them alike. A run that fails is told, and leaves the others their figures.
func measure(ctx context.Context, o options) (string, error) {
	scratch, err := os.MkdirTemp("", "sctpbench")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(scratch)
	b := &bench{options: o, dropped: make(map[string]float64)}
	if b.usbench, err = buildUsrsctp(scratch); err != nil {
		return "", err
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if b.lab, err = lab.Open(linkMTU, self, "relay"); err != nil {
		return "", err
	}
	defer b.lab.Close()
	for n := range o.repeat {
		for _, s := range suites() {
			if s.repeat > 0 && n >= s.repeat || s.slow && o.targets && n > 0 {
				continue
			}
			if err := b.repetition(ctx, s, n); err != nil {
				return "", err
			}
		}
	}
	return b.report(), nil
}

// repetition takes each figure of a suite once; it fails only if it is told to end.
func (b *bench) repetition(ctx context.Context, s suite, n int) error {
	for _, c := range s.cells {
		for _, transport := range c.transports {
			name := runName(c.Cell, transport)
			if !b.only.MatchString(name) || b.targets && !wanted(c.Cell, transport) {
				continue
			}
			link := b.lab.Link(c.Link)
			if transport == segments {
				link = b.lab.Link(lab.Segments)
			}
			r := run{link, c.Cell, transport, b.warm, b.time, uint64(n), b.usbench}
			if s.slow {
				r.warm, r.time = max(r.warm, slowWarm), max(r.time, slowTime)
			}
			result, err := b.quietly(ctx, r)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				fmt.Fprintf(os.Stderr, "%d/%d %s: %v\n", n+1, b.repeat, name, err)
				b.failed = append(b.failed, fmt.Sprintf("%s (%v)", name, firstLine(err)))
				continue
			}
			fmt.Fprintf(os.Stderr, "%d/%d %-40s %10.2f %-5s %s\n", n+1, b.repeat, name, c.Value(result), c.Unit(), result.Costs())
			b.table.Add(c.Cell, transport, result)
			b.dropped[name] += result.Unwanted()
		}
	}
	return nil
}

// quietly takes a figure, again while other processes disturb it; the last one counts.
func (b *bench) quietly(ctx context.Context, r run) (result report.Result, err error) {
	for range b.tries {
		if result, err = r.once(ctx); err != nil || result.Foreign <= b.foreign {
			return result, err
		}
	}
	b.noisy++
	return result, nil
}

// wanted says whether a target is about the transport at this cell.
func wanted(c report.Cell, transport string) bool {
	for _, t := range targets() {
		t.Cell.Figure = report.Main
		if t.Cell == c && (t.Ours == transport || t.Theirs == transport) {
			return true
		}
	}
	return false
}

// buildUsrsctp compiles the usrsctp side into dir; the source is found from this module's directory.
func buildUsrsctp(dir string) (string, error) {
	program := filepath.Join(dir, "usbench")
	out, err := exec.Command("gcc", "-O2", "-o", program, filepath.Join("c", "usbench.c"), "-lusrsctp", "-lpthread").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("usrsctp's side takes gcc and libusrsctp-dev, and bench/ as working directory: %w: %s", err, bytes.TrimSpace(out))
	}
	return program, nil
}
