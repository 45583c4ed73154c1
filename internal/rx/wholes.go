package rx

import (
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// Wholes is what AddWholes has taken: so many messages with so many bytes of user data. Immediate: one of them had the I bit.
type Wholes struct {
	Messages, Bytes int
	Immediate       bool
}

// AddWholes takes DATA chunks off the beginning of chunks as long as there is nothing to decide about them: each is a whole message, next in line on
// its stream and by TSN, from tsn on, and there is memory for it. It returns what is left, with which [Inbound.Add] goes on, and does what that
// would have done, but what concerns all of them once.
func (q *Inbound) AddWholes(tsn seq.TSN, chunks []byte) (w Wholes, rest []byte) {
	if !q.nothingOpen(tsn) {
		return w, chunks
	}
	var d wire.Data
	first := tsn
	room := q.config.MaxBytes - q.Bytes()
	for {
		n := d.ParseWhole(chunks)
		if n == 0 || d.TSN != tsn || int(d.StreamID) >= q.config.Streams || uint32(d.SSN) != q.order.lines.next(d.StreamID) {
			break
		}
		if room -= len(d.UserData) + ChunkOverhead; room < 0 {
			break
		}
		r := q.pool.run(key{stream: d.StreamID, id: uint32(d.SSN)}, uint32(tsn))
		r.append(q.pool.chunk(tsn, q.source, d.UserData), uint32(tsn))
		r.begins, r.ends, r.ppid = true, true, d.PPID
		q.ready.push(r, placeReady)
		q.order.lines.set(d.StreamID, uint32(d.SSN+1))
		w.Bytes += len(d.UserData)
		w.Immediate = w.Immediate || d.Immediate()
		tsn++
		chunks = chunks[n:]
	}
	if w.Messages = tsn.Diff(first); w.Messages > 0 {
		q.refused, q.last = false, len(q.ready.tail.tail.data)
		q.payload += w.Bytes
		q.chunks += w.Messages
		q.pool.inUse(q.payload, q.chunks)
		q.seams.noteWholes(first, tsn-1)
	}
	return w, chunks
}

// nothingOpen reports whether no message waits for anything, those included that end before tsn, which is the next TSN: so a whole one that comes
// next can be read next.
func (q *Inbound) nothingOpen(tsn seq.TSN) bool {
	if q.interleaved || !q.seams.started || q.seams.holes != 0 || q.seams.highest+1 != tsn ||
		len(q.order.held) != 0 || q.partial.busy() {
		return false
	}
	x := q.seams.at(tsn - 1)
	return x != nil && x.has(seamEnd)
}

// busy reports whether an incomplete message is in partial delivery or might be next.
func (p *partials) busy() bool { return p.possible() || p.one.current != nil || len(p.byStream) > 0 }

// noteWholes is note for whole messages in the TSNs from first to last, which follow the highest. Only the last one will have a neighbour.
func (s *seams) noteWholes(first, last seq.TSN) {
	s.at(first - 1).flags |= seamAfter
	s.highest = last
	s.put(seam{tsn: last, flags: seamHeld | seamBegin | seamEnd | seamBefore})
}
