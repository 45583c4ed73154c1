package sim

import (
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// arrivals is what packets have brought to an association, as the network delivered them; whether it took them is its own affair.
type arrivals struct {
	// data are the TSNs that came and that it has not acknowledged cumulatively.
	data map[seq.TSN]struct{}
	// forward is the highest New Cumulative TSN that came, if any did.
	forward   seq.TSN
	forwarded bool
	marks     marks
}

func newArrivals() arrivals { return arrivals{data: make(map[seq.TSN]struct{}), marks: newMarks()} }

// skipped reports whether the association was told not to wait for a TSN.
func (a *arrivals) skipped(t seq.TSN) bool { return a.forwarded && !a.forward.Less(t) }

// arrived notes what a packet brings to u, before u gets it. One with COOKIE ECHO may change u's tag.
func (u *user) arrived(d *transport.Datagram) {
	h, err := wire.ParseHeader(d.Data)
	if err != nil || d.Kind != transport.Packet || !wire.ChecksumOK(d.Data) && h.Checksum != 0 {
		return
	}
	if h.Tag != u.a.LocalTag() && chunkOf(d.Data, wire.ChunkCookieEcho) == nil {
		return
	}
	came := &u.mon.came
	var lowest *seq.TSN
	for rest := d.Data[wire.HeaderLen:]; len(rest) > 0; {
		var c wire.Chunk
		if c, rest, err = wire.NextChunk(rest); err != nil {
			break
		}
		if t := came.take(c); t != nil && (lowest == nil || t.Less(*lowest)) {
			lowest = t
		}
	}
	if d.ECN == transport.CE && lowest != nil {
		came.marks.marked[*lowest] = struct{}{}
		u.w.result.Marked++
	}
}

// take notes a chunk that came, and returns the TSN of one with user data.
func (a *arrivals) take(c wire.Chunk) *seq.TSN {
	switch c.Type {
	case wire.ChunkData, wire.ChunkIData:
		if d, err := parseData(c); err == nil {
			a.data[d.tsn] = struct{}{}
			return &d.tsn
		}
	case wire.ChunkForwardTSN, wire.ChunkIForwardTSN:
		if f, err := parseForward(c); err == nil && (!a.forwarded || a.forward.Less(f.cum)) {
			a.forward, a.forwarded = f.cum, true
		}
	case wire.ChunkECNE, wire.ChunkCWR:
		a.marks.take(c)
	}
	return nil
}
