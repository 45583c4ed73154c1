package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/cli"
)

// The streams of the daytime protocol over SCTP, as articles about SCTP made them known.
const (
	localStream = 0
	gmtStream   = 1
)

// daytime is the command of that name.
type daytime struct {
	net    cli.Network
	listen bool
}

func newDaytime() *cobra.Command {
	d := &daytime{}
	c := &cobra.Command{
		Use:   "daytime [-l] [flags] ADDR",
		Short: "tell the time, local on stream 0 and GMT on stream 1",
		Long: `daytime -l ADDR sends whoever sets up an association the local time on stream 0 and Greenwich Mean Time on stream 1, and
shuts the association down. daytime ADDR prints what such a server sends.`,
		Args: cli.OneArg(cli.AddrHelp),
		RunE: func(c *cobra.Command, args []string) error {
			if d.listen {
				return d.net.Serve(c, args[0], tellTime)
			}
			return d.net.Talk(c, args[0], func(ctx context.Context, conn *sctp.Conn) error {
				return printTimes(ctx, conn, c.OutOrStdout())
			})
		},
	}
	c.Flags().BoolVarP(&d.listen, "listen", "l", false, "be the server")
	d.net.Flags(c.Flags())
	return c
}

// tellTime is one association of the server.
func tellTime(ctx context.Context, conn *sctp.Conn) error {
	now := time.Now()
	for _, m := range []struct {
		stream uint16
		t      time.Time
	}{{localStream, now}, {gmtStream, now.UTC()}} {
		text := m.t.Format(time.ANSIC)
		if _, err := conn.WriteMsgContext(ctx, []byte(text), &sctp.SndInfo{Stream: m.stream}); err != nil {
			return err
		}
	}
	return nil
}

func printTimes(ctx context.Context, conn *sctp.Conn, w io.Writer) error {
	for m, err := range conn.Messages(ctx) {
		if err != nil {
			return err
		}
		name := fmt.Sprintf("stream %d", m.Stream)
		switch m.Stream {
		case localStream:
			name = "Local"
		case gmtStream:
			name = "GMT"
		}
		if _, err := fmt.Fprintf(w, "%-5s  %s\n", name, m.Data); err != nil {
			return err
		}
	}
	return nil
}
