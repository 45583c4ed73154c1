package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gosctp/sctp/internal/cli"
	"github.com/gosctp/sctp/internal/ladder"
	"github.com/gosctp/sctp/transport/pcap"
)

// maxDrawn bounds the packets that are held in memory to be drawn as ladders. Nobody reads that far.
const maxDrawn = 100_000

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
