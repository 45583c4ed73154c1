package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/cli/perf"
	"github.com/gosctp/sctp/transport/udpencap"
)

// perfCommand is the command perf.
type perfCommand struct {
	net            cli.Network
	scheduling     cli.Scheduling
	pr             cli.Reliability
	server         bool
	latency, setup bool
	json           bool
	control        string
	verbose        bool
	buffer         int
	opts           perf.Options
	busyPoll       time.Duration
	queues         int
}

func newPerf() *cobra.Command {
	pc := &perfCommand{}
	o := &pc.opts
	o.Duration, o.MessageBytes, o.Streams, o.Associations, o.Interval = 5*time.Second, 16<<10, 1, 1, time.Second
	pc.control = defaultControl
	c := &cobra.Command{
		Use:   "perf [-s] [flags] ADDR",
		Short: "measure throughput, latency and the rate of set-up",
		Long: `perf -s ADDR is the server of perf ADDR, which measures throughput, or with --latency the time of round trips, or with --setup
how many associations can be set up and shut down in a second.`,
		Args: cli.OneArg(cli.AddrHelp),
		RunE: pc.run,
	}
	f := c.Flags()
	f.BoolVarP(&pc.server, "server", "s", false, "be the server")
	f.BoolVarP(&pc.server, "listen", "l", false, "the same")
	f.BoolVar(&pc.latency, "latency", false, "measure round trips of one message at a time")
	f.BoolVar(&pc.setup, "setup", false, "measure set-up and shutdown of associations")
	cli.DurationVar(f, &o.Duration, "time", "t", time.Millisecond, 24*time.Hour, "measure for this time")
	cli.DurationVar(f, &o.Omit, "omit", "O", 0, time.Hour, "before that, warm up for this time")
	cli.DurationVar(f, &o.Interval, "interval", "i", 0, time.Hour, "tell so often what was measured since, 0 for never")
	cli.SizeVar(f, &o.Bytes, "total", "", 1, math.MaxInt, "end when so much was sent on each association, in place of --time")
	cli.IntVar(f, &o.Messages, "count", "k", 1, math.MaxInt, "end after so many messages on each association, in place of --time")
	f.BoolVarP(&o.Reverse, "reverse", "R", false, "have the server send")
	f.BoolVar(&o.Bidir, "bidir", false, "have both sides send at the same time")
	cli.RateVar(f, &o.Rate, "rate", "r", "send no more than this on each association")
	controlVar(f, &pc.control, "congestion control of this side; a server that sends has its own --cc")
	cli.SizeVar(f, &o.MessageBytes, "bytes", "b", 1, perf.MaxEcho, "size of a message")
	cli.IntVar(f, &o.Streams, "streams", "n", 1, 65535, "number of streams, which messages use in turn")
	cli.IntVar(f, &o.Associations, "parallel", "P", 1, 10000, "number of associations at the same time")
	f.BoolVar(&o.Unordered, "unordered", false, "send messages unordered")
	cli.SizeVar(f, &o.Load, "load", "", 1, 1<<30, "while round trips are measured, send messages of this size on a stream of their own")
	pc.pr.Flags(f)
	pc.scheduling.Flags(f)
	cli.SizeVar(f, &pc.buffer, "buffer", "", 4<<10, 1<<30, "size of the send and the receive buffer of an association")
	f.BoolVar(&pc.json, "json", false, "print the result as one line of JSON")
	f.BoolVarP(&pc.verbose, "verbose", "v", false, "describe each association, and at its end the ways to the peer, on standard error")
	cli.DurationVar(f, &pc.busyPoll, "busy-poll", "", 0, 10*time.Millisecond, "keep looking for packets for this time before sleeping, for the shortest round trips")
	cli.IntVar(f, &pc.queues, "queues", "", 1, udpencap.MaxQueues, "receive with so many sockets at one port, for many peers on several cores")
	pc.net.Flags(f)
	return c
}

// clientFlags are those that a server does not take.
var clientFlags = []string{
	"latency", "setup", "time", "omit", "interval", "total", "count", "reverse", "bidir", "rate", "bytes", "streams", "parallel", "unordered", "load", "lifetime", "max-retransmits", "priority", "weights", "json", "verbose",
}

func (pc *perfCommand) run(c *cobra.Command, args []string) error {
	o := &pc.opts
	sctp.SetBusyPoll(pc.busyPoll)
	sctp.SetQueues(pc.queues)
	if pc.latency && pc.setup {
		return cli.Usagef("--latency and --setup given; allowed: one of them")
	}
	pc.net.Config.CongestionControl = controls[pc.control]
	pc.net.Config.SendBuffer, pc.net.Config.RecvBuffer = pc.buffer, pc.buffer
	if err := pc.setStreams(c); err != nil {
		return err
	}
	if pc.server {
		if err := cli.ForClients(c, clientFlags...); err != nil {
			return err
		}
		pc.net.Config.OutStreams = math.MaxUint16 // to answer on whatever stream is used
		return pc.net.Serve(c, args[0], perf.Serve)
	}
	var err error
	if o.PR, err = pc.pr.PR(); err != nil {
		return err
	}
	if err := pc.checkBulk(c); err != nil {
		return err
	}
	if o.PR != (sctp.PRInfo{}) && (pc.latency || pc.setup) {
		return cli.Usagef("messages may be given up (%v); allowed: when throughput is measured", o.PR)
	}
	if o.Mode = perf.Bulk; pc.latency {
		o.Mode = perf.PingPong
	} else if pc.setup {
		o.Mode = perf.Connect
	}
	o.Network, o.Peer, o.CongestionControl, o.Timeout = pc.net.Name(), args[0], pc.control, pc.net.Timeout()
	o.Dial = func(ctx context.Context) (*sctp.Conn, error) {
		conn, err := pc.net.Dial(ctx, args[0])
		if err != nil {
			return nil, err
		}
		if err := pc.scheduling.Apply(conn); err != nil {
			conn.Abort("")
			return nil, err
		}
		if pc.verbose {
			cli.PrintUp(c.ErrOrStderr(), conn)
		}
		return conn, nil
	}
	if pc.verbose {
		o.Finish = func(conn *sctp.Conn) { cli.PrintPaths(c.ErrOrStderr(), conn) }
	}
	if !pc.json {
		first := true
		o.Progress = func(i *perf.Interval) {
			if first {
				fmt.Fprintln(c.ErrOrStderr(), i.Head())
			}
			first = false
			fmt.Fprintln(c.ErrOrStderr(), i)
		}
	}
	return pc.net.Record(func() error {
		r, err := perf.Run(c.Context(), *o)
		if err != nil && (!r.Interrupted || r.Seconds == 0) {
			return err
		}
		return cmp.Or(pc.print(c.OutOrStdout(), r), err) // what was measured until it was interrupted
	})
}

// checkBulk refuses flags that contradict each other.
func (pc *perfCommand) checkBulk(c *cobra.Command) error {
	changed := c.Flags().Changed
	for _, name := range []string{"reverse", "bidir", "rate", "total", "count"} {
		if changed(name) && (pc.latency || pc.setup) {
			return cli.Usagef("--%s given; allowed: when throughput is measured", name)
		}
	}
	for _, pair := range [][2]string{{"reverse", "bidir"}, {"total", "count"}, {"total", "time"}, {"count", "time"}, {"total", "omit"}, {"count", "omit"}, {"setup", "omit"}} {
		if changed(pair[0]) && changed(pair[1]) {
			return cli.Usagef("--%s and --%s given; allowed: one of them", pair[0], pair[1])
		}
	}
	return nil
}

// setStreams makes room for all streams that the flags speak of.
func (pc *perfCommand) setStreams(c *cobra.Command) error {
	o := &pc.opts
	beside := 0
	if o.Load > 0 {
		beside = 1
	}
	if o.Load > 0 && !pc.latency {
		return cli.Usagef("--load is for round trips; allowed: with --latency")
	}
	n := pc.scheduling.Weights() - beside
	if !c.Flags().Changed("streams") {
		o.Streams = max(o.Streams, n)
	} else if n > o.Streams {
		return cli.Usagef("--weights has %d; allowed: as many as there are streams, %d", n+beside, o.Streams+beside)
	}
	if o.Streams+beside > math.MaxUint16 {
		return cli.Usagef("--streams %d and one for --load; allowed: 65535 in all", o.Streams)
	}
	pc.scheduling.Configure(&pc.net.Config)
	pc.net.Config.OutStreams = uint16(o.Streams + beside)
	return nil
}

func (pc *perfCommand) print(w io.Writer, r *perf.Result) error {
	if pc.json {
		return r.PrintJSON(w)
	}
	return r.Print(w)
}
