package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/ladder"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/pcap"
	"github.com/gosctp/sctp/transport/udpencap"
)

// dump is the command of that name.
type dump struct {
	port, udpPort uint16
	count         int
	assoc         int
	together      bool
	ladder        bool
	opts          ladder.Options
	capture       cli.Capture
	// copy is the file of -w, nil if there is none, and now the time of the packet that goes there.
	copy *pcap.Writer
	now  time.Time
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
	d.capture.Flag(f)
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
	err := d.capture.Write(d.clock, func(copy *pcap.Writer) error {
		d.copy = copy
		return d.show(in, c.OutOrStdout(), c.ErrOrStderr())
	})
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}

// show reads a capture from in and writes it to out.
func (d *dump) show(in io.Reader, out, warnings io.Writer) error {
	ports := []uint16{udpencap.DefaultPort}
	if d.udpPort != 0 {
		ports = append(ports, d.udpPort)
	}
	r, err := pcap.NewReader(in, ports...)
	if err != nil {
		return err
	}
	if !d.ladder {
		return d.print(r, out)
	}
	d.opts.Color = cli.Color(out)
	buffered := bufio.NewWriter(out)
	return errors.Join(d.draw(r, buffered, warnings), buffered.Flush())
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
		d.write(&p)
		lp := ladder.Packet{Time: p.Time, Src: p.Src, Dst: p.Dst, SrcUDP: p.SrcUDP, DstUDP: p.DstUDP, Data: p.Data, ECN: p.ECN}
		if err := f(lp); err != nil {
			return err
		}
	}
	return nil
}

// write copies p to the file of -w, if there is one.
func (d *dump) write(p *pcap.Packet) {
	if d.copy == nil {
		return
	}
	port := p.SrcUDP
	if p.Direction == pcap.In {
		port = p.DstUDP
	}
	d.now = p.Time
	d.copy.Record(p.Direction, &transport.Datagram{Path: p.Path(), Data: p.Data, ECN: p.ECN}, port)
}

// clock is the time in the capture.
func (d *dump) clock() time.Time { return d.now }

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
