package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/cli/demo"
	"github.com/gosctp/sctp/internal/ladder"
	"github.com/gosctp/sctp/transport"
)

// demoTime bounds a demo, which takes two to three seconds.
const demoTime = 30 * time.Second

func newDemo() *cobra.Command {
	var opts demo.Options
	var capture cli.Capture
	c := &cobra.Command{
		Use:   "demo [flags]",
		Short: "watch an association from set-up to shutdown, with a failover between",
		Long: `demo runs a daytime server and a client on two loopback addresses, over UDP, without privilege or set-up, and draws each packet
as it is sent: handshake, data on two streams, the cut of a path, failover and return, shutdown. It succeeds if every
message arrived exactly once, in order on its stream.`,
		Args: cli.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), demoTime)
			defer cancel()
			opts.Ladder.Color = cli.Color(c.OutOrStdout())
			return capture.Record(func(wrap func(transport.Transport) transport.Transport) error {
				opts.Wrap = wrap
				return demo.Run(ctx, c.OutOrStdout(), opts)
			})
		},
	}
	cli.IntVar(c.Flags(), &opts.Ladder.Width, "width", "", ladder.MinWidth, 1000, "width of the diagram in columns")
	c.Flags().BoolVar(&opts.Ladder.ASCII, "ascii", false, "draw with ASCII characters only")
	capture.Flag(c.Flags())
	return c
}
