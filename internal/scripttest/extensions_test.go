package scripttest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// describeExtension names the chunks that extensions brought; false for others, and for what is malformed.
func (w *world) describeExtension(h *host, c wire.Chunk) (string, bool) {
	peer := w.peerOf(h)
	switch c.Type {
	case wire.ChunkIData:
		d, err := wire.ParseIData(c)
		part := ""
		if !d.Begin() || !d.End() {
			part = fmt.Sprintf(" message %d part %d", d.MID, d.FSN)
		}
		like := wire.Data{StreamID: d.StreamID, Flags: d.Flags, UserData: d.UserData}
		return fmt.Sprintf("I-DATA %d%s%s", w.count(h.name, d.TSN), part, describeData(&like)), err == nil
	case wire.ChunkNRSack:
		s, err := wire.ParseNRSack(c)
		return "NR-" + w.describeSack(h, &wire.Sack{CumTSN: s.CumTSN, ARwnd: s.ARwnd, Gaps: s.NRGaps, Dups: s.Dups}), err == nil && s.Gaps.Len() == 0
	case wire.ChunkForwardTSN:
		f, err := wire.ParseForwardTSN(c)
		text := fmt.Sprintf("FORWARD TSN %d", w.count(h.name, f.NewCumTSN))
		for i := range f.Streams.Len() {
			s := f.Streams.At(i)
			text += fmt.Sprintf(", stream %d up to %d", s.StreamID, s.SSN)
		}
		return text, err == nil
	case wire.ChunkIForwardTSN:
		f, err := wire.ParseIForwardTSN(c)
		text := fmt.Sprintf("I-FORWARD-TSN %d", w.count(h.name, f.NewCumTSN))
		for i := range f.Messages.Len() {
			m := f.Messages.At(i)
			text += fmt.Sprintf(", stream %d up to %d", m.StreamID, m.MID)
			if m.Unordered {
				text += " of the unordered"
			}
		}
		return text, err == nil
	case wire.ChunkAuth:
		a, err := wire.ParseAuth(c)
		return fmt.Sprintf("AUTH by key %d", a.KeyID), err == nil
	case wire.ChunkECNE:
		tsn, err := wire.ParseECNE(c)
		return fmt.Sprintf("ECNE %d", w.count(peer, tsn)), err == nil
	case wire.ChunkCWR:
		tsn, err := wire.ParseCWR(c)
		return fmt.Sprintf("CWR %d", w.count(h.name, tsn)), err == nil
	case wire.ChunkReConfig:
		rc, err := wire.ParseReConfig(c)
		if err != nil {
			return "", false
		}
		text := "RE-CONFIG " + w.describeReconfig(h, rc.First)
		if rc.Second.Raw != nil {
			text += " and " + w.describeReconfig(h, rc.Second)
		}
		return text, true
	}
	return "", false
}

// describeReconfig tells a request or an answer; requests are counted from 1 in either direction.
func (w *world) describeReconfig(h *host, p wire.Param) string {
	peer := w.peerOf(h)
	number := func(of string, n seq.TSN) string { return fmt.Sprintf("%d: ", w.request(of, n)) }
	switch p.Type {
	case wire.ParamOutSSNReset:
		if r, err := wire.ParseOutSSNReset(p); err == nil {
			return number(h.name, r.ReqSeq) + fmt.Sprintf("resets its %s after DATA %d", describeStreams(r.Streams), w.count(h.name, r.LastTSN))
		}
	case wire.ParamInSSNReset:
		if r, err := wire.ParseInSSNReset(p); err == nil {
			return number(h.name, r.ReqSeq) + fmt.Sprintf("asks to reset %s", describeStreams(r.Streams))
		}
	case wire.ParamSSNTSNReset:
		if n, err := wire.ParseSSNTSNReset(p); err == nil {
			return number(h.name, n) + "asks to reset the association"
		}
	case wire.ParamAddOutStreams, wire.ParamAddInStreams:
		if r, err := wire.ParseAddStreams(p); err == nil {
			who := "adds %d streams"
			if p.Type == wire.ParamAddInStreams {
				who = "asks for %d streams"
			}
			return number(h.name, r.ReqSeq) + fmt.Sprintf(who, r.New)
		}
	case wire.ParamReconfigResponse:
		if r, err := wire.ParseReconfigResponse(p); err == nil {
			text := "answers " + number(peer, r.RespSeq) + r.Result.String()
			if r.HasTSNs { // both sides count anew
				w.initial[h.name], w.initial[peer] = uint32(r.SenderNextTSN), uint32(r.ReceiverNextTSN)
			}
			return text
		}
	}
	return p.String()
}

// request is the number of a RE-CONFIG request, where the first one of its sender is 1.
func (w *world) request(sender string, n seq.TSN) int32 {
	return int32(uint32(n) - w.requests[sender] + 1)
}

func describeStreams(s wire.Uint16s) string {
	if s.Len() == 0 {
		return "all streams"
	}
	var names []string
	for i := range s.Len() {
		names = append(names, fmt.Sprint(s.At(i)))
	}
	if len(names) == 1 {
		return "stream " + names[0]
	}
	return "streams " + strings.Join(names, " ")
}

func (w *world) doReset(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("too few arguments")
	}
	r := assoc.ResetRequest{Outgoing: args[1] != "in", Incoming: args[1] != "out"}
	for _, word := range args[2:] {
		id, err := strconv.ParseUint(word, 10, 16)
		if err != nil {
			return err
		}
		r.Streams = append(r.Streams, uint16(id))
	}
	return w.withAssoc(args[0], func(_ *host, a *endpoint.Handle) error {
		_, err := a.Assoc.ResetStreams(w.now, r)
		return err
	})
}

func (w *world) doRenumber(args []string) error {
	return w.withAssoc(strings.Join(args, ""), func(_ *host, a *endpoint.Handle) error {
		_, err := a.Assoc.ResetAssociation(w.now)
		return err
	})
}

func (w *world) doAdd(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("too few arguments")
	}
	var n [2]uint16
	for i := range n {
		v, err := strconv.ParseUint(args[i+1], 10, 16)
		if err != nil {
			return err
		}
		n[i] = uint16(v)
	}
	return w.withAssoc(args[0], func(_ *host, a *endpoint.Handle) error {
		_, err := a.Assoc.AddStreams(w.now, n[0], n[1])
		return err
	})
}
