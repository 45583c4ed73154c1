package assoc

import (
	"errors"

	"github.com/gosctp/sctp/internal/rx"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

var errForwardKind = errors.New("FORWARD TSN and I-DATA, or I-FORWARD-TSN and DATA, in one association (RFC 8260 section 2.3.1)")

// recvForward handles FORWARD TSN and I-FORWARD-TSN: the peer gives up messages of its own (RFC 3758 section 3.6, RFC 8260 section
// 2.3.1). It reports whether the rest of the packet counts.
func (a *Association) recvForward(in *inbound, c wire.Chunk) bool {
	wrong := a.extensions.Has(Interleaving) != (c.Type == wire.ChunkIForwardTSN)
	reliable := !a.extensions.Has(PartialReliability)
	if c.Type == wire.ChunkForwardTSN && reliable {
		return a.recvUnknown(c) // RFC 3758 section 3.3.1: as if there were no such chunk
	}
	if !a.takesData() {
		return true
	}
	if wrong || reliable {
		a.violation(errForwardKind.Error())
		return false
	}
	var err error
	if c.Type == wire.ChunkForwardTSN {
		var f wire.ForwardTSN
		if f, err = wire.ParseForwardTSN(c); err == nil && a.forward(in, f.NewCumTSN) {
			a.intake().Skip(&f)
		}
	} else {
		var f wire.IForwardTSN
		if f, err = wire.ParseIForwardTSN(c); err == nil && a.forward(in, f.NewCumTSN) {
			a.intake().SkipInterleaved(&f)
		}
	}
	if err != nil {
		a.violation(err.Error())
		return false
	}
	a.reportCuts()
	return true
}

// forward moves the cumulative TSN to cum, and reports whether that counts. It is acknowledged by the rules for DATA: at once if it is out of
// date, because the last SACK may have been lost, or fills a gap.
func (a *Association) forward(in *inbound, cum seq.TSN) bool {
	in.data.any = true
	switch a.receive.tsns.Status(cum) {
	case rx.TSNTooFar:
		in.data.dropped = true
		a.incidents().Dropped++
		return false
	case rx.TSNDuplicate, rx.TSNNew:
	}
	if cum.Diff(a.receive.tsns.CumTSN()) <= 0 { // half the number space back too: a TSN from before an SSN/TSN reset (RFC 6525 section 5.2.4)
		in.data.duplicate = true
		return false
	}
	in.data.fresh = true
	tsns := a.receive.tsns
	in.data.outOfOrder = in.data.outOfOrder || tsns.HasGaps()
	for first, last, ok := tsns.NextMissing(tsns.CumTSN(), cum); ok; first, last, ok = tsns.NextMissing(last, cum) {
		a.intake().SkipTSNs(first, last)
	}
	tsns.Advance(cum)
	return true
}
