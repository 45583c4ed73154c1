package ladder

import (
	"fmt"
	"strings"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// label is what is written on an arrow about one chunk.
type label struct {
	text  string
	style style
}

// base is what TSNs of one direction are counted from: the first one is called base+1.
type base seq.TSN

// base returns the number that is subtracted from the TSNs of f.
func (d *Diagram) base(f *flow) base {
	if d.opts.AbsoluteTSN || !f.initialKnown {
		return 0
	}
	return base(f.initial - 1)
}

func (b base) name(tsn seq.TSN) uint32 { return uint32(tsn) - uint32(b) }

// describe names a chunk and its key fields. there counts the TSNs of its direction, back those of the other.
func describe(c wire.Chunk, there, back base) label {
	l := label{text: c.Type.String()}
	var err error
	switch c.Type {
	case wire.ChunkData:
		var d wire.Data
		d, err = wire.ParseData(c)
		l.data(&d, d.SSN, there)
	case wire.ChunkIData:
		var d wire.IData
		d, err = wire.ParseIData(c)
		l.data(&wire.Data{TSN: d.TSN, StreamID: d.StreamID, PPID: d.PPID, Flags: d.Flags, UserData: d.UserData}, d.MID, there)
	case wire.ChunkInit, wire.ChunkInitAck:
		err = l.init(c)
	case wire.ChunkSack:
		err = l.sack(c, back)
	case wire.ChunkShutdown:
		var cum seq.TSN
		cum, err = wire.ParseShutdown(c)
		l.text += fmt.Sprintf(" %d", back.name(cum))
		l.style = styleControl
	case wire.ChunkHeartbeat, wire.ChunkHeartbeatAck:
		l.style = styleQuiet
	case wire.ChunkAbort, wire.ChunkError:
		l.text += causes(c.Value)
		l.style = styleBad
	case wire.ChunkCookieEcho:
		l.text += fmt.Sprintf(" %d bytes", len(c.Value))
		l.style = styleControl
	default:
		l.style = styleControl
	}
	if err != nil {
		return label{text: err.Error(), style: styleBad}
	}
	return l
}

// data completes the label of a DATA or I-DATA chunk; number is the SSN or MID of its message.
func (l *label) data(d *wire.Data, number any, b base) {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %d stream %d", l.text, b.name(d.TSN), d.StreamID)
	if d.Unordered() {
		s.WriteString(" unordered")
	} else {
		fmt.Fprintf(&s, "/%d", number)
	}
	switch {
	case !d.Begin() && !d.End():
		s.WriteString(" middle")
	case !d.End():
		s.WriteString(" first")
	case !d.Begin():
		s.WriteString(" last")
	}
	if d.PPID != 0 {
		fmt.Fprintf(&s, " ppid %d", d.PPID)
	}
	fmt.Fprintf(&s, " %d B", len(d.UserData))
	if d.Immediate() {
		s.WriteString(" I")
	}
	l.text = s.String()
}

func (l *label) init(c wire.Chunk) error {
	init, err := wire.ParseInit(c)
	if err != nil {
		return err
	}
	l.style = styleControl
	l.text += fmt.Sprintf(" tag %08x streams %d/%d rwnd %d", init.Tag, init.OutStreams, init.InStreams, init.ARwnd)
	addrs := 0
	for rest := init.Params; len(rest) > 0; {
		p, next, err := wire.NextParam(rest)
		if err != nil {
			return err
		}
		rest = next
		if p.Type == wire.ParamIPv4 || p.Type == wire.ParamIPv6 {
			addrs++
		}
	}
	if addrs > 0 {
		l.text += fmt.Sprintf(" addrs %d", addrs)
	}
	return nil
}

// maxShownGaps is how many Gap Ack Blocks and duplicates a label spells out; the rest are counted.
const maxShownGaps = 4

func (l *label) sack(c wire.Chunk, b base) error {
	s, err := wire.ParseSack(c)
	if err != nil {
		return err
	}
	l.style = styleQuiet
	cum := b.name(s.CumTSN)
	l.text += fmt.Sprintf(" %d", cum)
	if n := s.Gaps.Len(); n > 0 {
		l.style = styleAgain
		l.text += " has"
		for i := range min(n, maxShownGaps) {
			g := s.Gaps.At(i)
			l.text += fmt.Sprintf(" %d", cum+uint32(g.Start))
			if g.End != g.Start {
				l.text += fmt.Sprintf("–%d", cum+uint32(g.End))
			}
		}
		l.text += more(n)
	}
	if n := s.Dups.Len(); n > 0 {
		l.text += " dup"
		for i := range min(n, maxShownGaps) {
			l.text += fmt.Sprintf(" %d", b.name(s.Dups.At(i)))
		}
		l.text += more(n)
	}
	l.text += fmt.Sprintf(" rwnd %d", s.ARwnd)
	return nil
}

func more(n int) string {
	if n <= maxShownGaps {
		return ""
	}
	return fmt.Sprintf(" +%d more", n-maxShownGaps)
}

// causes names the error causes of an ABORT or ERROR, with the upper layer's reason as it wrote it.
func causes(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		c, rest, err := wire.NextCause(b)
		if err != nil {
			fmt.Fprintf(&s, " (%v)", err)
			break
		}
		fmt.Fprintf(&s, " %q", c.Code.String())
		if c.Code == wire.CauseUserAbort && len(c.Value) > 0 {
			fmt.Fprintf(&s, " %q", c.Value)
		}
		b = rest
	}
	return s.String()
}
