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

// base is what numbers of one direction are counted from: the first one is called base+1.
type base seq.TSN

func (b base) name(n seq.TSN) uint32 { return uint32(n) - uint32(b) }

// counting has the bases of one direction: of its TSNs, and of its RE-CONFIG requests, which begin with the same number (RFC
// 6525 section 4.1) and go on when TSNs are reset.
type counting struct{ tsn, request base }

// counting returns how the numbers of f are counted.
func (d *Diagram) counting(f *flow) counting {
	if d.opts.AbsoluteTSN || !f.initialKnown {
		return counting{}
	}
	return counting{tsn: base(f.initial - 1), request: base(f.firstRequest - 1)}
}

// describe names a chunk and its key fields. there counts the numbers of its direction, back those of the other.
func describe(c wire.Chunk, there, back counting) label {
	l := label{text: c.Type.String()}
	var err error
	switch c.Type {
	case wire.ChunkData:
		var d wire.Data
		d, err = wire.ParseData(c)
		l.data(&d, fmt.Sprint("/", d.SSN), there.tsn)
	case wire.ChunkIData:
		err = l.idata(c, there.tsn)
	case wire.ChunkInit, wire.ChunkInitAck:
		err = l.init(c)
	case wire.ChunkSack:
		err = l.sack(c, back.tsn)
	case wire.ChunkNRSack:
		err = l.nrSack(c, back.tsn)
	case wire.ChunkForwardTSN:
		err = l.forward(c, there.tsn)
	case wire.ChunkIForwardTSN:
		err = l.iForward(c, there.tsn)
	case wire.ChunkReConfig:
		err = l.reconfig(c, there, back)
	case wire.ChunkECNE:
		err = l.number(c, wire.ParseECNE, back.tsn)
		l.style = styleAgain
	case wire.ChunkCWR:
		err = l.number(c, wire.ParseCWR, there.tsn)
		l.style = styleQuiet
	case wire.ChunkPktDrop:
		err = l.pktDrop(c)
	case wire.ChunkShutdown:
		err = l.number(c, wire.ParseShutdown, back.tsn)
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

// number completes the label of a chunk that holds a TSN, which b counts.
func (l *label) number(c wire.Chunk, parse func(wire.Chunk) (seq.TSN, error), b base) error {
	tsn, err := parse(c)
	l.text += fmt.Sprintf(" %d", b.name(tsn))
	return err
}

// data completes the label of a DATA chunk; number is what tells its message from others of the stream, if anything does.
func (l *label) data(d *wire.Data, number string, b base) {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %d stream %d", l.text, b.name(d.TSN), d.StreamID)
	if d.Unordered() {
		s.WriteString(" unordered")
	} else {
		s.WriteString(number)
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
	l.text += fmt.Sprintf(" %d", b.name(s.CumTSN))
	l.gaps(" has", b.name(s.CumTSN), s.Gaps)
	l.dups(s.Dups, b)
	l.text += fmt.Sprintf(" rwnd %d", s.ARwnd)
	return nil
}

// gaps adds what was received beyond cum.
func (l *label) gaps(verb string, cum uint32, gaps wire.Gaps) {
	n := gaps.Len()
	if n == 0 {
		return
	}
	l.style = styleAgain
	l.text += verb
	for i := range min(n, maxShownGaps) {
		g := gaps.At(i)
		l.text += fmt.Sprintf(" %d", cum+uint32(g.Start))
		if g.End != g.Start {
			l.text += fmt.Sprintf("–%d", cum+uint32(g.End))
		}
	}
	l.text += more(n)
}

// dups adds what was received more than once.
func (l *label) dups(dups wire.TSNs, b base) {
	n := dups.Len()
	if n == 0 {
		return
	}
	l.text += " dup"
	for i := range min(n, maxShownGaps) {
		l.text += fmt.Sprintf(" %d", b.name(dups.At(i)))
	}
	l.text += more(n)
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
