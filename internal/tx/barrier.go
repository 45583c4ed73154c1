package tx

import "math"

// noBarrier is a serial number that no message has.
const noBarrier = math.MaxUint64

// Where messages wait for RFC 6525: behind the barrier of their stream (Pause) or of all streams (PauseAll), or because no message
// may begin (Hold).

// waits reports whether a message stands behind a barrier.
func (q *Queue) waits(m *Message) bool {
	arrival := m.whole.arrival
	return arrival >= q.pausedAt || m.stream.paused && arrival >= m.stream.pausedAt
}

// sendable reports whether the first message of a stream may be sent now.
func (q *Queue) sendable(s *stream) bool {
	m := s.queued.first
	return m != nil && !q.waits(m) && (!q.onHold || m.begun())
}

// Pause holds back the messages that are pushed on a stream from now on. One that was begun to be pushed before may be continued.
func (q *Queue) Pause(id uint16) {
	if s := q.streams.use(id); !s.paused {
		s.paused, s.pausedAt = true, q.arrivals
	}
}

// Resume ends Pause.
func (q *Queue) Resume(id uint16) {
	if s := q.streams.at(id); s != nil {
		s.paused = false
		q.schedule(s)
		q.streams.tidy(s)
	}
}

// PauseAll is Pause for all streams, those included that are first used later.
func (q *Queue) PauseAll() {
	if q.pausedAt == noBarrier {
		q.pausedAt = q.arrivals
	}
}

// ResumeAll ends PauseAll.
func (q *Queue) ResumeAll() {
	q.pausedAt = noBarrier
	q.streams.each(q.schedule)
}

// Hold lets no further message begin to be sent, on any stream; those of which a part was sent are sent to their end.
func (q *Queue) Hold() {
	q.onHold = true
	q.streams.each(q.schedule)
}

// Release ends Hold.
func (q *Queue) Release() {
	q.onHold = false
	q.streams.each(q.schedule)
}

// Settled reports whether the peer has all of a stream that was pushed before Pause or PauseAll, so that its sequence numbers may begin again.
func (q *Queue) Settled(id uint16) bool {
	s := q.streams.at(id)
	return s == nil || q.settled(s)
}

func (q *Queue) settled(s *stream) bool {
	return s.outstanding == 0 && s.cutting == nil && (s.queued.first == nil || q.waits(s.queued.first)) && (s.open == nil || q.waits(s.open))
}

// SettledAll is Settled for all streams.
func (q *Queue) SettledAll() bool { return q.all(q.settled) }

// Awaits reports whether nothing can be sent now, but more of the message that is open on a stream could.
func (q *Queue) Awaits(id uint16) bool {
	s := q.streams.at(id)
	return s != nil && s.open != nil && (q.current == nil || q.current == s) && q.Head() == nil &&
		!q.waits(s.open) && (!q.onHold || s.open.begun())
}

// Cutting reports whether a message has been sent in part.
func (q *Queue) Cutting() bool { return !q.all(func(s *stream) bool { return s.cutting == nil }) }

// fresh reports whether a stream is at its beginning: the next message has the sequence number 0, and the peer has all that came before.
func (s *stream) fresh() bool {
	return s.queued.first == nil && s.outstanding == 0 && s.ordered == 0 && s.unordered == 0 && s.cutting == nil && s.open == nil
}

// all reports whether f holds for every stream in use.
func (q *Queue) all(f func(*stream) bool) bool {
	ok := true
	q.streams.each(func(s *stream) { ok = ok && f(s) })
	return ok
}
