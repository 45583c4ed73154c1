package path

import "github.com/gosctp/sctp/internal/seq"

// TailProbe is the last tail-loss probe (RFC 8985 section 7).
type TailProbe struct {
	// Out: nothing is known yet of what became of it.
	Out bool
	// Again: it was sent before. End is its highest TSN.
	Again bool
	// Unmeasured: no round trip was measured since. Then there is no other probe.
	Unmeasured bool
	End        seq.TSN
}

// Duplicate takes the peer's report that a TSN came twice: if that was the probe, nothing was lost (section 7.4.2).
func (t *TailProbe) Duplicate(tsn seq.TSN) {
	if t.Out && t.Again && tsn == t.End {
		t.Out = false
	}
}

// Acked takes a Cumulative TSN Ack and reports whether the probe has repaired a loss: then what followed it is acknowledged, and the peer has not
// said that it came twice.
func (t *TailProbe) Acked(cum seq.TSN) (repaired bool) {
	if !t.Out || cum.Less(t.End) || t.Again && cum == t.End {
		return false
	}
	t.Out = false
	return t.Again
}
