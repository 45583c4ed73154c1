package assoc

import (
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// Explicit Congestion Notification is RFC 4960 appendix A and, where that says nothing, RFC 3168 section 6.1.

// ecnNote is the TSN of an ECNE or CWR chunk that this side owes the peer.
type ecnNote struct {
	owed bool
	tsn  seq.TSN
}

// owe notes a TSN; of several the latest counts.
func (n *ecnNote) owe(t seq.TSN) {
	if !n.owed || n.tsn.Less(t) {
		*n = ecnNote{true, t}
	}
}

// recvMark notes that the network marked a packet with DATA. ECNE tells the peer with every SACK until its CWR, the first time at once.
func (a *Association) recvMark(in *inbound) {
	if in.d.ECN != transport.CE || !in.data.userData || !a.extensions.Has(ECN) {
		return
	}
	a.incidents().MarksReceived++
	e := &a.receive.echo
	if !e.owed {
		a.receive.ack.due = true
	}
	e.owe(in.data.lowest)
}

// ecnChunkLen is the length of ECNE and CWR.
const ecnChunkLen = 8

// buildEcho adds the ECNE that is owed and says so; then the packet is complete, and the next one has the SACK that is due. ECNE is in front of that, since it
// may acknowledge the TSN in it, and nothing follows in its packet: usrsctp throws away what stands behind an ECNE of this length.
func (a *Association) buildEcho(k *builder) bool {
	e, ack := &a.receive.echo, &a.receive.ack
	if !ack.due || ack.echoed || a.opening != nil || k.path != a.sackPath() || k.room() < ecnChunkLen {
		return false
	}
	k.add(wire.AppendECNE(k.b, e.tsn))
	ack.echoed = true
	return true
}

// recvCWR ends the repetition of ECNE, unless a later packet was marked meanwhile.
func (a *Association) recvCWR(c wire.Chunk) {
	t, err := wire.ParseCWR(c)
	if err != nil {
		a.violation(err.Error())
		return
	}
	if e := &a.receive.echo; e.owed && e.tsn.LessEq(t) {
		e.owed = false
	}
}

// recvECNE reduces the congestion window of the path that the marked packet took, once for each window of data, and has every ECNE
// answered with CWR: when one comes again, the last CWR was lost. A TSN that was never sent means nothing.
func (a *Association) recvECNE(c wire.Chunk) {
	switch a.state {
	case StateEstablished, StateShutdownPending, StateShutdownReceived:
	default:
		return
	}
	t, err := wire.ParseECNE(c)
	if err != nil {
		a.violation(err.Error())
		return
	}
	s := &a.send
	if !t.Less(s.outstanding.NextTSN()) {
		return
	}
	p := a.dataPath()
	if c := s.outstanding.Find(t); c != nil {
		p = a.paths[c.Path]
	}
	p.Doubt.Close() // whatever became of the packets, the reduction is due
	if !p.Reduction.Covers(t, a.tsnsSent()) {
		p.CC.Marked()
		a.noteReduction(p, true)
		a.incidents().MarksAnswered++
	}
	s.cwr.owe(t)
}

// buildCWR adds the CWR that is owed.
func (a *Association) buildCWR(k *builder) {
	if n := &a.send.cwr; k.path == a.dataPath() && k.room() >= ecnChunkLen {
		k.add(wire.AppendCWR(k.b, n.tsn))
		n.owed = false
	}
}

// tsnsSent is how many TSNs were sent, in 64 bits.
func (a *Association) tsnsSent() uint64 { return a.stats.OrderedSent + a.stats.UnorderedSent }

// noteReduction records that the congestion window of p has just been reduced.
func (a *Association) noteReduction(p *path.Path, mark bool) {
	p.Reduction.Note(mark, a.send.outstanding.NextTSN()-1, a.tsnsSent())
}

// reduceForLoss reduces the window of a path for a loss, unless a mark in the same window of data has done so.
func (a *Association) reduceForLoss(p *path.Path) {
	if p.Reduction.ForMark(a.send.outstanding.CumTSNAck(), a.tsnsSent()) {
		return
	}
	a.beginDoubt(p, false)
	p.CC.Lost()
	a.noteReduction(p, false)
}

// ecnOf is the ECN field of a packet: ECT(0) for DATA that is sent for the first time. Retransmissions and window probes are not
// ECN-capable (RFC 3168 sections 6.1.5 and 6.1.6), nor is what has no DATA and so no congestion window (6.1.4), nor what
// the peer gets before it knows that ECN is in use.
func (a *Association) ecnOf(k *builder) transport.ECN {
	if a.extensions.Has(ECN) && k.data > 0 && !k.repeats && a.opening == nil {
		return transport.ECT0
	}
	return transport.NotECT
}
