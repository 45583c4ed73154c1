package rx

import (
	"cmp"
	"slices"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// SkipTSNs gives up the TSNs from first to last, of which none has come, as [TSNMap.NextMissing] finds them. Messages to which one of
// them belongs are thrown away; NextCut tells of which a part has been read. Once that is done for all, Skip follows.
func (q *Inbound) SkipTSNs(first, last seq.TSN) {
	if q.interleaved { // TSNs tell nothing of messages
		q.seams.horizon.skip(first, last)
		return
	}
	if x := q.seams.at(first - 1); x != nil && !x.has(seamEnd) {
		q.drop(x.run)
	}
	if x := q.seams.at(last + 1); x != nil && !x.has(seamBegin) {
		q.drop(x.run)
	}
	q.seams.skip(first, last)
}

// Skip does what the list in f, a FORWARD TSN, says (RFC 3758 section 3.6): messages that waited for those given up become readable.
func (q *Inbound) Skip(f *wire.ForwardTSN) {
	sweep := false
	for i := range f.Streams.Len() {
		s := f.Streams.At(i)
		sweep = !q.giveUp(key{stream: s.StreamID, id: uint32(s.SSN)}) || sweep
	}
	if sweep {
		q.sweepStale()
	}
	for i := range f.Streams.Len() {
		q.resume(f.Streams.At(i).StreamID, 0)
	}
	q.beginPartial()
}

// SkipInterleaved is Skip for I-FORWARD-TSN, which names unordered messages too (RFC 8260 section 2.3.1). Messages named that are not
// complete are thrown away.
func (q *Inbound) SkipInterleaved(f *wire.IForwardTSN) {
	sweep := false
	for i := range f.Messages.Len() {
		m := f.Messages.At(i)
		k := key{stream: m.StreamID, id: uint32(m.MID), kind: interleaved}
		if m.Unordered {
			k.kind |= unordered
		}
		sweep = !q.giveUp(k) || sweep
	}
	if sweep {
		q.sweepStale()
	}
	for i := range f.Messages.Len() {
		q.resume(f.Messages.At(i).StreamID, interleaved)
	}
	q.beginPartial()
}

// maxWalk is how many numbers of a stream are looked up one by one when they are given up. More of them are found in a sweep over all
// messages, which takes a look at each, but once for a chunk. The number is a guess.
const maxWalk = 64

// giveUp moves the line of a stream on, past the message k, and deals with those that are no longer ahead of it; false leaves that to
// sweepStale. Nonsense is ignored: a stream that does not exist, a number of the past, one half the number space away.
func (q *Inbound) giveUp(k key) (done bool) {
	if int(k.stream) >= q.config.Streams || q.order.stale(&k) {
		return true
	}
	from, n := q.order.giveUp(&k)
	if n > maxWalk {
		return false
	}
	for k.id = from; n > 0; n-- {
		if r := q.message(k); r != nil {
			q.strand(r)
		}
		k.id = following(k.id, k.kind)
	}
	return true
}

// message returns the message k, or a part of it, if it is held or open.
func (q *Inbound) message(k key) *run {
	if m := q.assemblies.open[k]; m != nil {
		return cmp.Or(m.begun, m.loose.head)
	}
	return q.order.held[k]
}

// sweepStale looks at all messages that are held or open, and deals with those that were given up. It takes time for each of them,
// but once for a chunk however many streams that names.
func (q *Inbound) sweepStale() {
	q.collect(func(k key) bool { return q.order.stale(&k) })
	for _, r := range q.sweep {
		q.strand(r)
	}
}

// collect puts into q.sweep the messages held or open that match, in the order of streams and numbers.
func (q *Inbound) collect(match func(key) bool) {
	q.sweep = q.sweep[:0]
	// order: sorted below.
	for k, r := range q.order.held {
		if match(k) && (!q.interleaved || r.complete()) {
			q.sweep = append(q.sweep, r)
		}
	}
	// order: sorted below.
	for k, m := range q.assemblies.open {
		if match(k) {
			q.sweep = append(q.sweep, cmp.Or(m.begun, m.loose.head))
		}
	}
	slices.SortFunc(q.sweep, func(r, s *run) int {
		a, b := &r.key, &s.key
		if c := cmp.Or(cmp.Compare(a.stream, b.stream), cmp.Compare(a.kind, b.kind)); c != 0 {
			return c
		}
		if before(a.id, b.id, a.kind) {
			return -1
		}
		return 1
	})
}

// strand makes r readable if it is complete, and throws it away otherwise. It has been given up, or what it waited for has.
func (q *Inbound) strand(r *run) {
	if !r.complete() {
		q.drop(r)
		return
	}
	delete(q.order.held, r.key)
	q.finish(r)
}

// resume makes readable what has become next in line in a stream.
func (q *Inbound) resume(stream uint16, kind kind) {
	if r := q.order.held[key{stream: stream, id: q.order.lines.next(stream), kind: kind}]; r != nil && r.place == placeWaiting {
		q.advance(r)
	}
}
