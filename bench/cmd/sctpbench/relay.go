package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/gosctp/sctp/bench/internal/relay"
)

// carry is the process between the two sides of a run with delay and loss: "sctpbench relay SPACE ADDR SPACE ADDR". It prints "ready",
// and a line of JSON when its input ends.
func carry(args []string) error {
	f := flag.NewFlagSet("relay", flag.ExitOnError)
	var c relay.Config
	f.IntVar(&c.MTU, "mtu", 1500, "largest IP packet")
	f.DurationVar(&c.Delay, "delay", 0, "how long a packet takes, each way")
	f.Float64Var(&c.Loss, "loss", 0, "probability that a packet is lost, each way")
	f.Uint64Var(&c.Seed, "seed", 0, "which packets are lost")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 4 {
		return fmt.Errorf("relay takes SPACE ADDR SPACE ADDR after its flags")
	}
	c.Ends = [2]relay.End{{Space: f.Arg(0), Addr: f.Arg(1)}, {Space: f.Arg(2), Addr: f.Arg(3)}}
	r, err := relay.Start(c)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r.Stats())
}
