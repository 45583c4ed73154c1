package ladder

import (
	"fmt"
	"strings"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// The labels of the chunks that extensions brought.

// idata completes the label of an I-DATA chunk: like DATA, and with the number of the fragment (RFC 8260 section 2.1).
func (l *label) idata(c wire.Chunk, b base) error {
	d, err := wire.ParseIData(c)
	number := fmt.Sprint("/", d.MID)
	if !d.Begin() {
		number += fmt.Sprint(".", d.FSN)
	}
	l.data(&wire.Data{TSN: d.TSN, StreamID: d.StreamID, PPID: d.PPID, Flags: d.Flags, UserData: d.UserData}, number, b)
	if d.Unordered() { // such messages have numbers too
		l.text = strings.Replace(l.text, " unordered", " unordered"+number, 1)
	}
	return err
}

// nrSack completes the label of an NR-SACK chunk: "keeps" is what the receiver will not drop any more.
func (l *label) nrSack(c wire.Chunk, b base) error {
	s, err := wire.ParseNRSack(c)
	if err != nil {
		return err
	}
	l.style = styleQuiet
	l.text += fmt.Sprintf(" %d", b.name(s.CumTSN))
	l.gaps(" has", b.name(s.CumTSN), s.Gaps)
	l.gaps(" keeps", b.name(s.CumTSN), s.NRGaps)
	l.dups(s.Dups, b)
	l.text += fmt.Sprintf(" rwnd %d", s.ARwnd)
	return nil
}

// maxShownItems is how many streams or messages a label names; the rest are counted.
const maxShownItems = 4

// list joins n items.
func list(n int, item func(i int) string) string {
	var items []string
	for i := range min(n, maxShownItems) {
		items = append(items, item(i))
	}
	if n > maxShownItems {
		items = append(items, fmt.Sprintf("+%d more", n-maxShownItems))
	}
	return strings.Join(items, " ")
}

// forward completes the label of a FORWARD TSN chunk: the TSN up to which nothing more comes, and the messages skipped.
func (l *label) forward(c wire.Chunk, b base) error {
	f, err := wire.ParseForwardTSN(c)
	l.skips(b.name(f.NewCumTSN), f.Streams.Len(), func(i int) string {
		s := f.Streams.At(i)
		return fmt.Sprintf("%d/%d", s.StreamID, s.SSN)
	})
	return err
}

// iForward is forward for I-FORWARD-TSN.
func (l *label) iForward(c wire.Chunk, b base) error {
	f, err := wire.ParseIForwardTSN(c)
	l.skips(b.name(f.NewCumTSN), f.Messages.Len(), func(i int) string {
		m := f.Messages.At(i)
		if m.Unordered {
			return fmt.Sprintf("%d/%dU", m.StreamID, m.MID)
		}
		return fmt.Sprintf("%d/%d", m.StreamID, m.MID)
	})
	return err
}

func (l *label) skips(cum uint32, n int, item func(int) string) {
	l.style = styleAgain
	l.text += fmt.Sprintf(" %d", cum)
	if n > 0 {
		l.text += " skips " + list(n, item)
	}
}

// reconfig completes the label of a RE-CONFIG chunk: "#1" is the first request of its sender.
func (l *label) reconfig(c wire.Chunk, there, back counting) error {
	l.style = styleControl
	rc, err := wire.ParseReConfig(c)
	if err != nil {
		return err
	}
	for _, p := range []wire.Param{rc.First, rc.Second} {
		if p.Raw == nil {
			continue
		}
		text, err := requestText(p, there, back)
		if err != nil {
			return err
		}
		l.text += text
	}
	return nil
}

// requestText is one request or response of a RE-CONFIG chunk.
func requestText(p wire.Param, there, back counting) (string, error) {
	number := func(n seq.TSN) uint32 { return there.request.name(n) }
	switch p.Type {
	case wire.ParamOutSSNReset:
		r, err := wire.ParseOutSSNReset(p)
		return fmt.Sprintf(" #%d reset out %s after %d", number(r.ReqSeq), streams(r.Streams), there.tsn.name(r.LastTSN)), err
	case wire.ParamInSSNReset:
		r, err := wire.ParseInSSNReset(p)
		return fmt.Sprintf(" #%d reset in %s", number(r.ReqSeq), streams(r.Streams)), err
	case wire.ParamSSNTSNReset:
		n, err := wire.ParseSSNTSNReset(p)
		return fmt.Sprintf(" #%d reset association", number(n)), err
	case wire.ParamAddOutStreams:
		r, err := wire.ParseAddStreams(p)
		return fmt.Sprintf(" #%d add %d out", number(r.ReqSeq), r.New), err
	case wire.ParamAddInStreams:
		r, err := wire.ParseAddStreams(p)
		return fmt.Sprintf(" #%d add %d in", number(r.ReqSeq), r.New), err
	case wire.ParamReconfigResponse:
		r, err := wire.ParseReconfigResponse(p)
		return fmt.Sprintf(" answer to #%d %q", back.request.name(r.RespSeq), r.Result), err
	default:
		return " " + p.Type.String(), nil
	}
}

// streams names the streams of a reset; none stands for all.
func streams(s wire.Uint16s) string {
	if s.Len() == 0 {
		return "all"
	}
	return list(s.Len(), func(i int) string { return fmt.Sprint(s.At(i)) })
}

// pktDrop completes the label of a PKTDROP chunk.
func (l *label) pktDrop(c wire.Chunk) error {
	l.style = styleBad
	d, err := wire.ParsePktDrop(c)
	if d.Flags&wire.FlagBadCRC != 0 {
		l.text += " bad checksum"
	}
	l.text += fmt.Sprintf(" %d B", len(d.Packet))
	if d.Flags&wire.FlagTruncated != 0 {
		l.text += fmt.Sprintf(" of %d", d.OriginalLen)
	}
	return err
}
