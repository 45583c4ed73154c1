package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/gosctp/sctp/bench/internal/load"
	"github.com/gosctp/sctp/bench/internal/peer"
)

// side is one process of a run: "sctpbench side ROLE PEER ADDR" with the workload as flags. It prints "ready" if it
// listens, and the lines of package load if it measures.
func side(args []string) error {
	f := flag.NewFlagSet("side", flag.ExitOnError)
	var s load.Spec
	f.StringVar(&s.Work, "work", load.Bulk, "workload")
	f.IntVar(&s.Size, "size", 1024, "bytes of a message")
	f.IntVar(&s.Workers, "workers", 1, "connections that are set up at a time")
	f.DurationVar(&s.Warm, "warm", 0, "warm-up")
	f.DurationVar(&s.Time, "time", 0, "measuring time")
	f.IntVar(&s.Conns, "conns", 1, "connections")
	f.IntVar(&s.Window, "window", 1, "messages in flight on each connection")
	mtu := f.Int("mtu", 1452, "largest SCTP packet in UDP")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 3 {
		return errors.New("side takes ROLE PEER ADDR after its flags")
	}
	role, addr := f.Arg(0), f.Arg(2)
	p, err := peer.New(f.Arg(1), peer.Options{MTU: *mtu, OneWay: load.OneWay(s.Work), Conns: s.Conns})
	if err != nil {
		return err
	}
	reporter := load.Reporter{W: os.Stdout}
	if role == "client" {
		return load.Drive(p, addr, s, reporter)
	}
	l, err := p.Listen(addr)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return load.Serve(l, s, reporter)
}
