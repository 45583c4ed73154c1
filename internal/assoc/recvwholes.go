package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
)

// recvWholes takes whole messages off the beginning of what is left of a packet, as long as they come in order and nothing out of the ordinary goes
// on, and returns the rest. It does what deliverChunk would do with each of them, but once what concerns all.
func (a *Association) recvWholes(now mono.Time, in *inbound, rest []byte) []byte {
	r := &a.receive
	if in.path == nil || a.auth != nil || a.reconfig != nil || !a.takesData() || r.advertised == 0 || r.tsns.HasGaps() {
		return rest
	}
	a.intake().SetSource(r.sourceOf(in.d.Path.Remote))
	first := r.tsns.CumTSN() + 1
	w, rest := r.inbound.AddWholes(first, rest)
	if w.Messages == 0 {
		return rest
	}
	if !in.learnt {
		in.learnt = true
		a.learn(now, in, wire.ChunkData)
	}
	in.data.note(first)
	in.data.fresh = true
	in.data.immediate = in.data.immediate || w.Immediate
	r.tsns.Advance(first.Add(w.Messages - 1))
	a.stats.BytesReceived += uint64(w.Bytes)
	a.stats.OrderedRcvd += uint64(w.Messages)
	return rest
}
