package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/cli"
)

// maxText bounds the messages that echo and daytime print, in bytes.
const maxText = 1 << 20

// echo is the command of that name.
type echo struct {
	net    cli.Network
	listen bool
	stream uint16
	times  bool
	// verbose says what happens to associations and their streams.
	verbose bool
}

func newEcho() *cobra.Command {
	e := &echo{}
	c := &cobra.Command{
		Use:   "echo [-l] [flags] ADDR [MESSAGE...]",
		Short: "send messages back, or send some and print what comes back",
		Long: `echo -l ADDR sends every message back on the stream that it came on, until it is interrupted. echo ADDR sends its
arguments, or else the lines of standard input, as one message each and prints the replies.`,
		Args: cli.AtLeastOneArg(cli.AddrHelp),
		RunE: e.run,
	}
	c.Flags().BoolVarP(&e.listen, "listen", "l", false, "be the server")
	cli.IntVar(c.Flags(), &e.stream, "stream", "s", 0, 65534, "send on this stream")
	c.Flags().BoolVarP(&e.times, "times", "t", false, "print the round-trip time before each reply")
	c.Flags().BoolVarP(&e.verbose, "verbose", "v", false, "describe associations, and what happens to their streams, on standard error")
	e.net.Flags(c.Flags())
	return c
}

func (e *echo) run(c *cobra.Command, args []string) error {
	if e.listen {
		if err := cli.ForClients(c, "stream", "times"); err != nil {
			return err
		}
		if len(args) > 1 {
			return cli.Usagef("unexpected argument %q; allowed: a server (-l) takes an address only", args[1])
		}
		e.net.Config.OutStreams = math.MaxUint16 // to answer on whatever stream is used
		return e.net.Serve(c, args[0], func(ctx context.Context, conn *sctp.Conn) error { return e.serve(ctx, conn, c.ErrOrStderr()) })
	}
	e.net.Config.OutStreams = max(e.stream+1, 10)
	return e.net.Talk(c, args[0], func(ctx context.Context, conn *sctp.Conn) error {
		if e.verbose {
			cli.PrintUp(c.ErrOrStderr(), conn)
			go cli.PrintNews(ctx, c.ErrOrStderr(), conn)
			defer cli.PrintPaths(c.ErrOrStderr(), conn)
		}
		if len(args) > 1 {
			for _, m := range args[1:] {
				if err := e.exchange(ctx, conn, c.OutOrStdout(), m); err != nil {
					return err
				}
			}
			return nil
		}
		for line, err := range cli.Lines(ctx, c.InOrStdin()) {
			if err == nil {
				err = e.exchange(ctx, conn, c.OutOrStdout(), line)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// exchange sends text and prints the reply.
func (e *echo) exchange(ctx context.Context, conn *sctp.Conn, w io.Writer, text string) error {
	if text == "" {
		return nil // a DATA chunk carries at least one byte (RFC 9260 section 3.3.1)
	}
	start := time.Now()
	if _, err := conn.WriteMsgContext(ctx, []byte(text), &sctp.SndInfo{Stream: e.stream}); err != nil {
		return err
	}
	m, err := conn.ReadMessage(ctx, maxText)
	if err != nil {
		return err
	}
	if e.times {
		fmt.Fprintf(w, "%9.3f ms  ", float64(time.Since(start).Microseconds())/1e3)
	}
	_, err = fmt.Fprintf(w, "%s\n", m.Data)
	return err
}

// serve is one association of the server.
func (e *echo) serve(ctx context.Context, conn *sctp.Conn, log io.Writer) error {
	if e.verbose {
		cli.PrintUp(log, conn)
	} else {
		log = io.Discard
	}
	go followResets(ctx, conn, log)
	for m, err := range conn.Messages(ctx) {
		if err != nil {
			return err
		}
		info := sctp.SndInfo{Stream: m.Stream, PPID: m.PPID, Unordered: m.Unordered}
		if _, err := conn.WriteMsgContext(ctx, m.Data, &info); err != nil {
			return err
		}
	}
	return nil
}

// followResets resets the streams that the peer resets, so that messages and their echoes go on having the same numbers.
func followResets(ctx context.Context, conn *sctp.Conn, log io.Writer) {
	for {
		n, err := conn.NextNotification(ctx)
		if err != nil {
			return
		}
		switch n := n.(type) {
		case sctp.StreamReset:
			fmt.Fprintln(log, n)
			if n.Incoming && !n.Outgoing && !n.Denied && !n.Failed {
				// What the peer thinks of that is its business.
				_ = conn.ResetStreams(ctx, sctp.ResetRequest{Outgoing: true, Streams: n.Streams})
			}
		case sctp.AssocReset, sctp.StreamChange, sctp.PartialDeliveryEvent, sctp.PeerAddrChange, sctp.LocalAddrChange:
			fmt.Fprintln(log, n)
		}
	}
}
