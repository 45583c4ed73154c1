package main

import (
	"math"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/cli/cat"
)

// catCommand is the command cat.
type catCommand struct {
	net     cli.Network
	listen  bool
	control string
	pr      cli.Reliability
	pipe    cat.Pipe
}

func newCat() *cobra.Command {
	cc := &catCommand{control: defaultControl}
	p := &cc.pipe
	p.MessageBytes = 16 << 10
	c := &cobra.Command{
		Use:   "cat [-l] [flags] ADDR",
		Short: "join standard input and output, or files, with an association",
		Long: `cat sends standard input and prints what it receives. At the end of the input it shuts the association down, after everything
has arrived; with --wait it leaves that to the peer. With -l it waits for an association instead of setting one up, and
leaves the shutdown to the peer unless it sends a file. --send and --receive take files, and show their progress on a terminal.`,
		Args: cli.OneArg(cli.AddrHelp),
		RunE: cc.run,
	}
	f := c.Flags()
	f.BoolVarP(&cc.listen, "listen", "l", false, "wait for an association")
	f.BoolVar(&p.Lines, "lines", false, "send each line, without its end, as a message, and end each message received with a line end")
	cli.SizeVar(f, &p.MessageBytes, "size", "b", 1, 1<<20, "send messages of this many `BYTES`")
	f.BoolVar(&p.One, "one", false, "send all of the input as one message, of any size")
	cli.IntVar(f, &p.Stream, "stream", "s", 0, 65534, "send on this stream")
	cli.IntVar(f, &p.PPID, "ppid", "", 0, math.MaxUint32, "send with this payload protocol identifier")
	f.BoolVar(&p.Unordered, "unordered", false, "send messages unordered")
	controlVar(f, &cc.control, "congestion control of this side")
	cc.pr.Flags(f)
	f.BoolVar(&p.Reset, "reset", false, "reset the stream after each message, so that all have number 0")
	f.StringVar(&p.SendFile, "send", "", "send this `FILE` instead of standard input")
	f.StringVar(&p.ReceiveFile, "receive", "", "write what is received to this `FILE` instead of standard output")
	f.BoolVar(&p.Wait, "wait", false, "after the end of the input, wait for the peer to shut down")
	f.BoolVarP(&p.Verbose, "verbose", "v", false, "describe the association, and each message received, on standard error")
	cc.net.Flags(f)
	return c
}

func (cc *catCommand) run(c *cobra.Command, args []string) error {
	p := &cc.pipe
	p.Wait = p.Wait || cc.listen && p.SendFile == ""
	if p.One && p.Lines {
		return cli.Usagef("--one and --lines given; allowed: one of them")
	}
	var err error
	if p.PR, err = cc.pr.PR(); err != nil {
		return err
	}
	defer p.Close()
	if err := p.Open(c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()); err != nil {
		return err
	}
	cc.net.Config.CongestionControl = controls[cc.control]
	cc.net.Config.OutStreams = max(p.Stream+1, 10)
	p.Whole = cc.net.Interleaves()
	if cc.listen {
		return cc.net.ServeOnce(c, args[0], p.Run)
	}
	return cc.net.Talk(c, args[0], p.Run)
}
