package sim

import (
	"bytes"
	"slices"

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
	// damaged packets came and were not reported.
	damaged [][]byte
}

func newArrivals() arrivals { return arrivals{data: make(map[seq.TSN]struct{}), marks: newMarks()} }

// skipped reports whether the association was told not to wait for a TSN.
func (a *arrivals) skipped(t seq.TSN) bool { return a.forwarded && !a.forward.Less(t) }

// arrived notes what a packet brings to u, before u gets it. One with COOKIE ECHO may change u's tag.
func (u *user) arrived(d *transport.Datagram) {
	h, err := wire.ParseHeader(d.Data)
	if d.Kind == transport.Damaged {
		u.mon.came.damaged = append(u.mon.came.damaged, d.Data)
	}
	if err != nil || d.Kind != transport.Packet {
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
		switch c.Type {
		case wire.ChunkReConfig:
			u.mon.answersCame(c)
		case wire.ChunkSack, wire.ChunkNRSack:
			if s, err := parseSack(c); err == nil {
				u.mon.heard(s.CumTSN)
			}
		}
	}
	if d.ECN == transport.CE && lowest != nil {
		came.marks.marked[*lowest] = struct{}{}
		u.w.result.Marked++
	}
}

// judgeDrop judges a report of u: it quotes a packet that came damaged, and each one once.
func (a *arrivals) judgeDrop(u *user, c wire.Chunk) {
	d, err := wire.ParsePktDrop(c)
	i := slices.IndexFunc(a.damaged, func(p []byte) bool { return bytes.HasPrefix(p, d.Packet) })
	if err != nil || i < 0 {
		u.fail(RuleDamage, "PKTDROP quotes what did not come damaged (%v): %x", err, d.Packet)
		return
	}
	a.damaged = slices.Delete(a.damaged, i, i+1)
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
