package rx

import "slices"

// ResetStreams makes streams, all if the list is nil, begin with number 0 again (RFC 6525 section 5.2.2). The list is sorted. The peer has sent all
// that there is of them before: what still lacks something will never be complete and goes, and NextCut tells where a part of it had been read.
func (q *Inbound) ResetStreams(streams []uint16) {
	q.collect(func(k key) bool {
		_, listed := slices.BinarySearch(streams, k.stream)
		return streams == nil || listed
	})
	for _, r := range q.sweep {
		q.drop(r)
	}
	if streams == nil {
		q.order.lines, q.order.given = lines{}, lines{}
	}
	for _, s := range streams {
		q.order.lines.set(s, 0)
		q.order.given.set(s, 0)
	}
	q.beginPartial()
}

// SkipAll gives up everything that has not come (RFC 6525 section 5.2.4 G4). What is complete becomes readable, whatever it waited for. Reset
// and Start follow.
func (q *Inbound) SkipAll() {
	q.collect(func(key) bool { return true })
	for _, r := range q.sweep {
		q.strand(r)
	}
}

// Passed reports whether a message with this SSN or MID cannot be in turn any more in its stream: others have been passed on already, or it was
// given up.
func (q *Inbound) Passed(stream uint16, number uint32, unorderedMessage bool) bool {
	k := key{stream: stream, id: number}
	if q.interleaved {
		k.kind = interleaved
	}
	if unorderedMessage {
		k.kind |= unordered
	}
	return q.order.stale(&k)
}
