package ladder

import (
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// maxUnacked bounds the TSNs that a flow remembers as sent and not acknowledged; beyond it retransmissions go unmarked.
const maxUnacked = 1 << 16

// flow is one direction of an association: what tells a first transmission from a later one.
type flow struct {
	// initial is the first TSN, if the INIT or INIT ACK that names it was seen, or the first one after a reset of the TSNs;
	// firstRequest is the number of the first RE-CONFIG request.
	initial, firstRequest seq.TSN
	initialKnown          bool
	// cum is the highest cumulative TSN that the peer has acknowledged.
	cum      seq.TSN
	cumKnown bool
	// sent holds TSNs seen and not yet covered by cum.
	sent map[seq.TSN]struct{}
	// control holds, for each control chunk that a timer repeats, the number that tells a repetition from a new one.
	control map[wire.ChunkType]uint32
	// last holds the latest chunk of each type of which only all bytes tell a repetition from a new one.
	last map[wire.ChunkType]string
}

// flows is every direction of a diagram.
type flows map[pair]*flow

func newFlows() flows { return make(flows) }

func (fs flows) of(src, dst int) *flow {
	f := fs[pair{src, dst}]
	if f == nil {
		f = &flow{sent: make(map[seq.TSN]struct{}), control: make(map[wire.ChunkType]uint32), last: make(map[wire.ChunkType]string)}
		fs[pair{src, dst}] = f
	}
	return f
}

// note takes a chunk of this direction into account and reports whether it repeats an earlier one. back is the opposite
// direction, whose TSNs the chunk may acknowledge.
func (f *flow) note(c wire.Chunk, back *flow) (again bool) {
	switch c.Type {
	case wire.ChunkData:
		d, err := wire.ParseData(c)
		return err == nil && f.noteTSN(d.TSN)
	case wire.ChunkIData:
		d, err := wire.ParseIData(c)
		return err == nil && f.noteTSN(d.TSN)
	case wire.ChunkInit, wire.ChunkInitAck:
		init, err := wire.ParseInit(c)
		return err == nil && f.noteInit(c.Type, init)
	case wire.ChunkSack:
		if s, err := wire.ParseSack(c); err == nil {
			back.acknowledge(s.CumTSN)
		}
	case wire.ChunkNRSack:
		if s, err := wire.ParseNRSack(c); err == nil {
			back.acknowledge(s.CumTSN)
		}
	case wire.ChunkReConfig:
		f.noteReconfig(c, back)
		return f.repeatsBytes(c)
	case wire.ChunkForwardTSN, wire.ChunkIForwardTSN, wire.ChunkECNE:
		return f.repeatsBytes(c)
	case wire.ChunkShutdown:
		cum, err := wire.ParseShutdown(c)
		if err != nil {
			return false
		}
		back.acknowledge(cum)
		return f.repeats(c.Type, uint32(cum))
	case wire.ChunkCookieEcho, wire.ChunkShutdownAck:
		return f.repeats(c.Type, 0)
	}
	return false
}

func (f *flow) noteInit(t wire.ChunkType, init wire.Init) (again bool) {
	if f.repeats(t, init.Tag) {
		return true
	}
	clear(f.sent)
	clear(f.control)
	f.control[t] = init.Tag
	f.initial, f.firstRequest, f.initialKnown, f.cumKnown = init.InitialTSN, init.InitialTSN, true, false
	return false
}

// noteReconfig begins both directions anew where a response says that TSNs were reset (RFC 6525 section 5.2.4).
func (f *flow) noteReconfig(c wire.Chunk, back *flow) {
	rc, err := wire.ParseReConfig(c)
	if err != nil || rc.First.Type != wire.ParamReconfigResponse {
		return
	}
	r, err := wire.ParseReconfigResponse(rc.First)
	if err != nil || !r.HasTSNs || r.Result != wire.ReconfigPerformed {
		return
	}
	f.beginAnew(r.SenderNextTSN)
	back.beginAnew(r.ReceiverNextTSN)
}

func (f *flow) beginAnew(tsn seq.TSN) {
	if f.initial == tsn {
		return // the same answer once more
	}
	clear(f.sent)
	f.initial, f.cumKnown = tsn, false
}

func (f *flow) noteTSN(tsn seq.TSN) (again bool) {
	if f.cumKnown && !f.cum.Less(tsn) {
		return true
	}
	if _, ok := f.sent[tsn]; ok {
		return true
	}
	if len(f.sent) < maxUnacked {
		f.sent[tsn] = struct{}{}
	}
	return false
}

func (f *flow) repeats(t wire.ChunkType, number uint32) bool {
	old, ok := f.control[t]
	f.control[t] = number
	return ok && old == number
}

func (f *flow) repeatsBytes(c wire.Chunk) bool {
	old, ok := f.last[c.Type]
	f.last[c.Type] = string(c.Value)
	return ok && old == f.last[c.Type]
}

// acknowledge forgets the TSNs up to cum: they need not be known one by one any more.
func (f *flow) acknowledge(cum seq.TSN) {
	if f.cumKnown && !f.cum.Less(cum) {
		return
	}
	f.cum, f.cumKnown = cum, true
	for tsn := range f.sent {
		if !cum.Less(tsn) {
			delete(f.sent, tsn)
		}
	}
}
