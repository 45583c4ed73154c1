package rx

import (
	"cmp"
	"slices"
)

// ResetStreams makes streams, all if the list is nil, begin with number 0 again (RFC 6525 section 5.2.2). The list is sorted. The peer has sent all
// that there is of them before: what still lacks something will never be complete and goes, and NextCut tells where a part of it had been read.
func (q *Inbound) ResetStreams(streams []uint16) {
	listed := func(stream uint16) bool {
		_, ok := slices.BinarySearch(streams, stream)
		return streams == nil || ok
	}
	var left []*run
	// order: sorted below.
	for k, r := range q.order.held {
		if listed(k.stream) && q.assemblies.open[k] == nil {
			left = append(left, r)
		}
	}
	// order: sorted below.
	for k, m := range q.assemblies.open {
		if listed(k.stream) {
			left = append(left, cmp.Or(m.begun, m.loose.head))
		}
	}
	slices.SortFunc(left, func(a, b *run) int {
		return cmp.Or(cmp.Compare(a.key.stream, b.key.stream), cmp.Compare(a.key.kind, b.key.kind), cmp.Compare(a.key.id, b.key.id))
	})
	for _, r := range left {
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
