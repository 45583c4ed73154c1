package tx

import "slices"

// What the user and RFC 6525 do with streams.

// SetValue sets the priority or weight of a stream.
func (q *Queue) SetValue(id, value uint16) {
	s := q.streams.use(id)
	if s.added {
		q.scheduler.Remove(&s.Stream)
	}
	s.Value = value
	q.picked = nil
	if s.added {
		q.scheduler.Add(&s.Stream)
	}
	q.streams.tidy(s)
}

// ClearValues sets the values of all streams to 0.
func (q *Queue) ClearValues() {
	q.streams.each(func(s *stream) {
		if s.Value != 0 {
			q.SetValue(s.ID, 0)
		}
	})
}

// Value is the priority or weight of a stream.
func (q *Queue) Value(id uint16) uint16 {
	if s := q.streams.at(id); s != nil {
		return s.Value
	}
	return 0
}

// HasData reports whether something is queued on a stream, or about to be continued, paused or not.
func (q *Queue) HasData(id uint16) bool {
	s := q.streams.at(id)
	return s != nil && (s.queued.first != nil || s.open != nil)
}

// Outstanding is the number of chunks of a stream that the peer has not acknowledged cumulatively.
func (q *Queue) Outstanding(id uint16) int {
	if s := q.streams.at(id); s != nil {
		return s.outstanding
	}
	return 0
}

// ResetSSN makes streams, all if the list is nil, begin with sequence number 0 again (RFC 6525 section 5.1.2).
func (q *Queue) ResetSSN(ids []uint16) {
	reset := func(s *stream) {
		s.ordered, s.unordered = 0, 0
		q.streams.tidy(s)
	}
	if ids == nil {
		q.streams.each(reset)
	}
	for _, id := range ids {
		if s := q.streams.at(id); s != nil {
			reset(s)
		}
	}
}

// DropStreams removes the messages on streams from streams on of which nothing was sent, and hands them to f.
func (q *Queue) DropStreams(streams uint16, f func(*Message)) {
	q.drop(f, func(m *Message) bool { return m.Stream >= streams && !m.begun() })
}

// DropUnsent removes the messages of which nothing was sent, and hands them to f.
func (q *Queue) DropUnsent(f func(*Message)) { q.drop(f, func(m *Message) bool { return !m.begun() }) }

// DropSent empties o and removes every message of which a part was sent, and hands them to f: those that are outstanding in order of TSN,
// then those of which only the rest is missing. It is for when the association ends or begins anew.
func (q *Queue) DropSent(o *Outstanding, f func(*Message)) {
	o.drain(func(m *Message) {
		if m.gone {
			return
		}
		if m.taken < len(m.Data) {
			q.unqueue(m)
		}
		q.giveBack(m, f)
	})
	q.drop(f, (*Message).begun)
	q.streams.each(func(s *stream) { s.outstanding = 0 })
	q.recountKeys()
}

// Drain removes all messages that are queued and hands them to f, in the order in which they came.
func (q *Queue) Drain(f func(*Message)) { q.drop(f, func(*Message) bool { return true }) }

// drop removes the queued messages that match and hands them to f in the order in which they came.
func (q *Queue) drop(f func(*Message), matches func(*Message) bool) {
	var dropped []*Message
	q.streams.each(func(s *stream) {
		for m := s.queued.first; m != nil; {
			after := m.after
			if matches(m) {
				q.unqueue(m)
				q.keys.remove(m.Key)
				dropped = append(dropped, m)
			}
			m = after
		}
		if s.open != nil && matches(s.open) {
			q.breakOpen(s)
		}
		if s.cutting != nil && matches(s.cutting) {
			s.cutting = nil
			if q.current == s {
				q.current = nil
			}
		}
		q.reschedule(s)
		q.streams.tidy(s)
	})
	slices.SortFunc(dropped, func(m, n *Message) int { return int(int64(m.arrival - n.arrival)) })
	for _, m := range dropped {
		q.giveBack(m, f)
	}
}

// unqueue takes a message, or what is left of it, out of its stream's list. The caller reschedules the stream.
func (q *Queue) unqueue(m *Message) {
	m.stream.queued.remove(m)
	q.messages--
	q.unsent -= m.Left()
}

// reschedule tells the scheduler that the first message of a stream may be another one.
func (q *Queue) reschedule(s *stream) {
	q.picked = nil
	if s.added {
		q.scheduler.Remove(&s.Stream)
		s.added = false
	}
	q.schedule(s)
}

// giveBack hands a message to the user, with its buffer.
func (q *Queue) giveBack(m *Message, f func(*Message)) {
	m.gone = true
	q.pool.part(m)
	q.pool.own(m)
	q.held -= len(m.Data)
	m.whole.alive -= len(m.Data)
	q.forget(m.whole)
	f(m)
}

// Restart makes every stream begin with sequence number 0 again (RFC 9260 section 6.5), and lets go what was held back.
func (q *Queue) Restart() {
	q.onHold, q.pausedAt = false, noBarrier
	q.streams.each(func(s *stream) {
		s.paused = false
		q.schedule(s)
	})
	q.ResetSSN(nil)
}
