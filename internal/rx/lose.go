package rx

import "github.com/gosctp/sctp/internal/seq"

// lose throws away f, which belongs to a message that will never be complete, with what it continues. Its TSN counts as received.
func (q *Inbound) lose(f *fragment, n neighbours) {
	if q.interleaved { // the rest of it went when it was given up
		q.seams.reach(f.tsn)
		return
	}
	for _, r := range [...]*run{n.left, n.right, n.over} {
		if r != nil {
			q.drop(r)
		}
	}
	q.seams.note(f, &lostRun)
	q.beginPartial()
}

// drop throws away r, which is not readable as a whole, and what else there is of its message.
func (q *Inbound) drop(r *run) {
	if r == &lostRun || r == &discardedRun {
		return
	}
	k := r.key
	if q.interleaved {
		if m := q.assemblies.open[k]; m != nil {
			for l := m.loose.head; l != nil; l = m.loose.head {
				m.loose.remove(l)
				q.assemblies.forget(k, l.first, l.last)
				q.release(l)
			}
			begun := m.begun
			q.assemblies.remove(k, m)
			if begun == nil {
				return
			}
			r = begun
		}
	} else {
		q.seams.attach(seq.TSN(r.first), &lostRun)
		q.seams.attach(seq.TSN(r.last), &lostRun)
	}
	if q.order.held[k] == r {
		delete(q.order.held, k)
	}
	q.noteCut(r)
	switch r.place {
	case placeReady:
		q.ready.remove(r)
	case placeLoose, placeWaiting, placeBegun, placeRipe, placeHeldUp, placeBehind, placeDrained:
		q.partial.withdraw(r)
	}
	if q.partial.current(k.stream) == r {
		q.partial.release(k.stream, &q.ready)
	}
	q.release(r)
}

// release gives back r, which is in no list, with its chunks.
func (q *Inbound) release(r *run) {
	for r.head != nil {
		q.free(r)
	}
	q.pool.putRun(r)
}
