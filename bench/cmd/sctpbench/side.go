package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/gosctp/sctp/bench/internal/load"
	"github.com/gosctp/sctp/bench/internal/peer"
)

// side is one process of a run: "sctpbench side ROLE PEER ADDR" with the workload as flags. It prints "ready" if it
// listens, and one line of JSON if it measures.
func side(args []string) error {
	f := flag.NewFlagSet("side", flag.ExitOnError)
	var s load.Spec
	f.StringVar(&s.Work, "work", load.Bulk, "workload")
	f.IntVar(&s.Size, "size", 1024, "bytes of a message")
	f.IntVar(&s.Workers, "workers", 1, "connections that are set up at a time")
	f.DurationVar(&s.Warm, "warm", 0, "warm-up")
	f.DurationVar(&s.Time, "time", 0, "measuring time")
	mtu := f.Int("mtu", 1452, "largest SCTP packet in UDP")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 3 {
		return errors.New("side takes ROLE PEER ADDR after its flags")
	}
	role, addr := f.Arg(0), f.Arg(2)
	p, err := peer.New(f.Arg(1), *mtu)
	if err != nil {
		return err
	}
	report := func(r load.Result) {
		if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	if role == "client" {
		return load.Drive(p, addr, s, report)
	}
	l, err := p.Listen(addr)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return load.Serve(l, s, report)
}
