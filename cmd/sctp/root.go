package main

import (
	"github.com/spf13/cobra"

	"github.com/gosctp/sctp/internal/cli"
)

// otherNames are the tools that this program is when it is called by their name.
var otherNames = map[string]func() *cobra.Command{
	"checksctp": newChecksctp,
	"withsctp":  newWithsctp,
}

// newRoot returns the command sctp with all its commands.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "sctp COMMAND",
		Short: "SCTP for every program",
		Long: `sctp tries, uses, measures and shows SCTP (RFC 9260), with a stack of its own that needs no kernel support.

Addresses are HOST:PORT, several of one peer 192.0.2.1/198.51.100.1:PORT, IPv6 in brackets. Raw IP (--net sctp, the
default) takes CAP_NET_RAW; SCTP over UDP (--udp) works for everybody.`,
		Args: cli.Subcommand,
		RunE: cli.Subcommand,
	}
	root.AddCommand(
		newDemo(),
		newCheck(),
		newRun(),
		newWith(),
		newEcho(),
		newDaytime(),
		newCat(),
		newPerf(),
		newDump(),
	)
	return root
}
