package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/ladder"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport/pcap"
)

// maxDrawn bounds the packets that are held in memory to be drawn as ladders. Nobody reads that far.
const maxDrawn = 100_000

// dump is the command of that name.
type dump struct {
	port, udpPort uint16
	count         int
	assoc         int
	together      bool
	ladder        bool
	opts          ladder.Options
}

func newDump() *cobra.Command {
	d := &dump{}
	c := &cobra.Command{
		Use:   "dump [flags] FILE",
		Short: "show a capture as text or as a ladder diagram",
		Long: `dump prints the SCTP packets of a pcap or pcapng file (- is standard input), found in IP and in UDP: a line for each packet
and an indented one for each of its chunks, or with --ladder a diagram of each association. In a diagram ↻ marks what was
sent again and ✗ what is known to be lost; TSNs count from 1 in each direction if the INIT was captured.`,
		Args: cli.OneArg("a pcap or pcapng file, or - for standard input"),
		RunE: d.run,
	}
	f := c.Flags()
	f.BoolVarP(&d.ladder, "ladder", "L", false, "draw ladder diagrams")
	cli.IntVar(f, &d.port, "port", "p", 1, 65535, "show only packets from or to this SCTP port")
	cli.IntVar(f, &d.udpPort, "udp-port", "", 1, 65535, "look for SCTP in UDP on this port too, besides 9899 and where the checksum fits")
	cli.IntVar(f, &d.count, "count", "n", 1, 1<<30, "stop after this many packets")
	cli.IntVar(f, &d.assoc, "assoc", "a", 1, 1<<30, "draw only this association, counted from 1")
	f.BoolVar(&d.together, "together", false, "draw all associations in one diagram")
	cli.IntVar(f, &d.opts.Width, "width", "", ladder.MinWidth, 1000, "width of a diagram in columns")
	f.BoolVar(&d.opts.ASCII, "ascii", false, "draw with ASCII characters only")
	f.BoolVar(&d.opts.AbsoluteTSN, "absolute", false, "draw TSNs as they are in the packets")
	return c
}

func (d *dump) run(c *cobra.Command, args []string) error {
	if !d.ladder {
		for _, name := range []string{"assoc", "together", "width", "ascii", "absolute"} {
			if c.Flags().Changed(name) {
				return cli.Usagef("--%s is for diagrams; allowed: with --ladder", name)
			}
		}
	}
	in := c.InOrStdin()
	if args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	r, err := pcap.NewReader(in, 9899, d.udpPort)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	out := bufio.NewWriter(c.OutOrStdout())
	if d.ladder {
		d.opts.Color = cli.Color(c.OutOrStdout())
		err = d.draw(r, out, c.ErrOrStderr())
	} else {
		err = d.print(r, out)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", args[0], err)
	}
	return errors.Join(err, out.Flush())
}

// each calls f for the packets to be shown, whose data is f's for the duration of the call.
func (d *dump) each(r *pcap.Reader, f func(ladder.Packet) error) error {
	for n := 0; d.count == 0 || n < d.count; {
		p, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if h, err := wire.ParseHeader(p.Data); d.port != 0 && (err != nil || h.SrcPort != d.port && h.DstPort != d.port) {
			continue
		}
		n++
		lp := ladder.Packet{Time: p.Time, Src: p.Src, Dst: p.Dst, SrcUDP: p.SrcUDP, DstUDP: p.DstUDP, Data: p.Data}
		if err := f(lp); err != nil {
			return err
		}
	}
	return nil
}

// print writes packets as text as they are read.
func (d *dump) print(r *pcap.Reader, w io.Writer) error {
	var start time.Time
	var line []byte
	return d.each(r, func(p ladder.Packet) error {
		if start.IsZero() {
			start = p.Time
		}
		line = ladder.AppendText(line[:0], p, start)
		_, err := w.Write(line)
		return err
	})
}

// draw sorts the packets into associations, and then draws these one after the other.
func (d *dump) draw(r *pcap.Reader, w, warnings io.Writer) error {
	var assocs [][]ladder.Packet
	var sp ladder.Splitter
	held := 0
	err := d.each(r, func(p ladder.Packet) error {
		i := 0
		if !d.together {
			i = sp.Index(p)
		}
		if i == len(assocs) {
			assocs = append(assocs, nil)
		}
		if held++; held > maxDrawn {
			return errFull
		}
		p.Data = slices.Clone(p.Data)
		assocs[i] = append(assocs[i], p)
		return nil
	})
	if errors.Is(err, errFull) {
		fmt.Fprintf(warnings, "sctp dump: only the first %d packets are drawn; --port and --count choose others\n", maxDrawn)
		err = nil
	}
	if err != nil {
		return err
	}
	if d.assoc > len(assocs) {
		return cli.Usagef("--assoc %d: the capture has %d; allowed: 1 to %d", d.assoc, len(assocs), len(assocs))
	}
	for i, packets := range assocs {
		if d.assoc != 0 && d.assoc != i+1 {
			continue
		}
		if len(assocs) > 1 {
			fmt.Fprintf(w, "\nassociation %d of %d\n", i+1, len(assocs))
		}
		if err := drawOne(w, d.opts, packets); err != nil {
			return err
		}
	}
	return nil
}

// errFull ends the reading of a capture that is too long to be drawn.
var errFull = errors.New("too many packets")

// drawOne draws packets as one diagram.
func drawOne(w io.Writer, opts ladder.Options, packets []ladder.Packet) error {
	diagram := ladder.New(w, opts)
	for _, p := range packets {
		if err := diagram.Learn(p); err != nil {
			return err
		}
	}
	for _, p := range packets {
		if err := diagram.Add(p); err != nil {
			return err
		}
	}
	return nil
}
