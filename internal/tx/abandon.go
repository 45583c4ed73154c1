package tx

import (
	"slices"

	"github.com/gosctp/sctp/internal/mono"
)

// Giving messages up (RFC 3758 section 3.5, RFC 7496). A message of which nothing was sent just goes: it has no sequence numbers yet. Of
// one that was sent all chunks are skipped by a FORWARD TSN; what was never sent of it is not sent any more, and one TSN stands for
// that: the peer may have, and have acknowledged, all that was sent, and only a TSN that is skipped tells it that the message has ended.

// mortals are the messages that may be given up, and what became of others.
type mortals struct {
	// timed has the messages with a lifetime that were not sent whole, evictable those that a more important one may drive out.
	timed, evictable order
	abandoned        tally
	pieces           []*Message // scratch of abandon
}

// mortals come with the first of them: most associations have none.
func (q *Queue) mortals() *mortals {
	if q.mortal == nil {
		q.mortal = &mortals{timed: order{before: byDeadline}, evictable: order{before: byUnimportance}}
	}
	return q.mortal
}

// NextDeadline is when Expire has something to do; unset if nothing that is queued has a lifetime.
func (q *Queue) NextDeadline() mono.Time {
	if q.mortal == nil {
		return 0
	}
	if m := q.mortal.timed.first(); m != nil {
		return m.deadline
	}
	return 0
}

// Expire gives up the messages whose lifetime ends before all of them was sent, and hands them to f.
func (q *Queue) Expire(now mono.Time, o *Outstanding, f func(*Message)) {
	for q.NextDeadline().Reached(now) {
		q.giveUp(q.mortal.timed.first(), o, f)
	}
}

// Evict makes room for needed bytes of a message with policy p, by giving up less important ones. It reports whether it could; if not,
// nothing was given up.
func (q *Queue) Evict(needed int, p PRInfo, o *Outstanding, f func(*Message)) bool {
	room, evictable := 0, &q.mortals().evictable
	for _, m := range evictable.messages {
		if room >= needed {
			break
		}
		if m.PR.lessImportant(p) {
			room += m.alive
		} else if m.place == 1 {
			return false // the others are as important
		}
	}
	if room < needed {
		return false
	}
	for target := q.held - needed; q.held > target; {
		q.giveUp(evictable.first(), o, f)
	}
	return true
}

// GiveUpLost gives up the messages of which a chunk would have to be retransmitted though its lifetime has ended, or too often, and hands
// them to f.
func (q *Queue) GiveUpLost(now mono.Time, o *Outstanding, f func(*Message)) {
	if !o.giveUpAt.Reached(now) {
		return
	}
	o.giveUpAt = 0
	for c := o.NextLost(); c != nil; c = o.NextLostAfter(c.TSN) {
		at := c.giveUpAt()
		if at.Reached(now) {
			q.giveUp(c.Message.whole, o, f)
		} else {
			o.giveUpAt = mono.Earliest(o.giveUpAt, at)
		}
	}
}

// MakeReliable takes back what was asked for messages that are queued, because the peer cannot be told that something is skipped (RFC 3758
// section 3.3.1).
func (q *Queue) MakeReliable() {
	q.streams.each(func(s *stream) {
		for m := s.queued.first; m != nil; m = m.after {
			q.forget(m.whole)
			m.PR, m.whole.PR = PRInfo{}, PRInfo{}
		}
		if s.open != nil {
			q.forget(s.open)
			s.open.PR = PRInfo{}
		}
	})
}

// watch notes when a user message may have to be given up.
func (q *Queue) watch(now mono.Time, w *Message) {
	w.deadline = w.PR.deadlineFrom(now)
	switch w.PR.Policy {
	case PRTTL:
		q.mortals().timed.push(w)
	case PRPrio:
		q.mortals().evictable.push(w)
	case PRNone, PRRTX, PRAll:
	}
}

// forget is the reverse of watch.
func (q *Queue) forget(w *Message) {
	switch {
	case w.place == 0:
	case w.PR.Policy == PRTTL:
		q.mortal.timed.remove(w)
	default:
		q.mortal.evictable.remove(w)
	}
}

// abandon gives up a user message, all pieces of it, and hands them to f in order. They are f's with their data until it returns; the data
// stays f's.
func (q *Queue) abandon(w *Message, o *Outstanding, f func(*Message)) {
	s := w.stream
	sent := w.taken > 0
	q.forget(w)
	pieces := q.mortals().pieces[:0]
	w.refs++ // until the end
	if sent {
		pieces = o.abandon(w, pieces)
		if s.cutting == w {
			o.addAbandoned(q.phantom(w))
		}
	}
	for m := s.firstOf(w); m != nil && m.whole == w; {
		after := m.after
		if len(pieces) == 0 || pieces[len(pieces)-1] != m {
			pieces = append(pieces, m)
		}
		q.unqueue(m)
		m = after
	}
	if s.cutting == w {
		s.cutting = nil
		if q.current == s {
			q.current = nil
		}
	}
	if s.open == w {
		q.breakOpen(s)
		q.unref(w)
	}
	q.reschedule(s)
	for _, m := range pieces {
		q.giveBack(m, f)
		m.Data, m.taken = nil, 0
		if m.held == 0 {
			q.free(m)
		}
	}
	clear(pieces)
	q.mortal.pieces = pieces
	q.unref(w)
	q.streams.tidy(s)
}

// firstOf is the first piece of a user message that is queued: one of which something was sent is at the front.
func (s *stream) firstOf(w *Message) *Message {
	if w.taken > 0 {
		return s.queued.first
	}
	return w
}

// giveUp abandons a user message as its policy asks, and counts it.
func (q *Queue) giveUp(w *Message, o *Outstanding, f func(*Message)) {
	s := w.stream
	if s.abandoned == nil {
		s.abandoned = new(tally)
	}
	s.abandoned.add(w.PR.Policy, w.taken > 0)
	q.mortals().abandoned.add(w.PR.Policy, w.taken > 0)
	q.abandon(w, o, f)
}

// Open reports whether the next Push on a stream would continue a message, and whether a part of that was sent.
func (q *Queue) Open(id uint16) (begun, open bool) {
	if s := q.streams.at(id); s != nil && s.open != nil {
		return s.open.begun(), true
	}
	return false, false
}

// OpenStreams are the streams with a message that is to be continued.
func (q *Queue) OpenStreams() (ids []uint16) {
	q.streams.each(func(s *stream) {
		if s.open != nil {
			ids = append(ids, s.ID)
		}
	})
	return ids
}

// AbandonOpen gives up the message that the next Push on a stream would continue: that one begins another.
func (q *Queue) AbandonOpen(id uint16, o *Outstanding, f func(*Message)) {
	if s := q.streams.at(id); s != nil && s.open != nil {
		q.abandon(s.open, o, f)
		q.Broken(id)
	}
}

// phantom is what stands for the part of a user message that is never sent.
func (q *Queue) phantom(w *Message) *Message {
	m := q.pool.get()
	m.Stream, m.Unordered, m.SSN, m.MID = w.Stream, w.Unordered, w.SSN, w.MID
	m.stream, m.whole, m.refs = w.stream, m, 1
	m.gone = true
	m.held++
	m.stream.outstanding++
	return m
}

// giveUpAt is when a lost chunk is not to be retransmitted any more; unset if that is never.
func (c *Chunk) giveUpAt() mono.Time {
	w := c.Message.whole
	switch {
	case w.PR.Policy == PRTTL:
		return w.deadline
	case w.PR.Policy == PRRTX && c.Transmissions > int(w.PR.Value):
		return 1 // at once
	}
	return 0
}

// abandon marks the chunks of a user message, and appends the pieces that they belong to to pieces, in order.
func (o *Outstanding) abandon(w *Message, pieces []*Message) []*Message {
	for t := w.last; o.cum.Less(t); {
		c := o.at(t)
		switch c.fate {
		case inFlight:
			o.outOfFlight(c)
		case lost:
			o.lost--
		case acked, abandoned:
		}
		c.fate = abandoned
		c.Data = nil
		if p := &o.paths[c.Path]; p.timed == t {
			p.timedAt = 0 // its acknowledgement may be one of the FORWARD TSN
		}
		if c.Message != nil && (len(pieces) == 0 || pieces[len(pieces)-1] != c.Message) {
			pieces = append(pieces, c.Message)
		}
		if c.back == 0 {
			break
		}
		t = t.Add(-int(c.back))
	}
	slices.Reverse(pieces)
	return pieces
}

// addAbandoned assigns a TSN to what is never sent.
func (o *Outstanding) addAbandoned(m *Message) {
	if o.Len() == len(o.ring) {
		o.grow()
	}
	*o.at(o.next) = Chunk{TSN: o.next, Fragment: Fragment{Message: m, End: true}, fate: abandoned}
	o.next++
}
