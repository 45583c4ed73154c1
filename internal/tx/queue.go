package tx

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/sched"
	"github.com/gosctp/sctp/internal/seq"
)

// Queue holds the user messages that have not been sent whole, and cuts them into fragments. It knows streams and their sequence
// numbers, but no TSNs, paths or windows.
//
// A [sched.Scheduler] says which stream is next. Without interleaving a message is cut to its end before the next one begins, because
// DATA chunks of one message have consecutive TSNs (RFC 9260 section 6.9); with it the scheduler is asked for every fragment (RFC 8260
// section 3).
type Queue struct {
	pool         pool
	streams      streams
	scheduler    sched.Scheduler
	interleaving bool
	// current is the stream of the message that has to be finished first.
	current *stream
	// picked is what the scheduler said, until something changes that it goes by; nil if it was not asked.
	picked *stream
	// latest was picked last; it may be unused by now.
	latest   *stream
	arrivals uint64
	messages int // queued, whole or in part
	unsent   int // bytes not yet cut into fragments
	held     int // bytes of messages alive, sent or not
	broken   int // streams that are broken
	// onHold: no message begins. pausedAt is the barrier of all streams: messages from it on wait.
	onHold   bool
	pausedAt uint64
	// mortal is nil as long as no message may be given up: see mortals.
	mortal *mortals
	keys   keyUses
	proven provenKey
}

// NewQueue returns an empty queue that serves first who comes first.
func NewQueue() *Queue {
	return &Queue{
		scheduler: sched.FCFS(), pausedAt: noBarrier,
	}
}

// SetScheduler changes the scheduler, for what is queued already too.
func (q *Queue) SetScheduler(s sched.Scheduler) {
	q.scheduler = s
	q.picked = nil
	q.streams.each(func(t *stream) {
		t.Stream = sched.Stream{ID: t.ID, Value: t.Value, Head: t.Head, Arrival: t.Arrival}
		if t.added {
			s.Add(&t.Stream)
		}
	})
}

// SetInterleaving says that messages are sent as I-DATA chunks.
func (q *Queue) SetInterleaving(on bool) {
	q.interleaving = on
	q.picked = nil
	if on {
		q.current = nil
	}
}

// Push queues a message with a copy of data, or more of the message that was pushed on the stream last and is not complete.
func (q *Queue) Push(now mono.Time, p *Properties, data []byte) *Message {
	s := q.streams.at(p.Stream)
	if s == nil {
		s = q.streams.use(p.Stream)
	}
	m := q.pool.message(data)
	m.Properties.set(p)
	m.stream = s
	m.arrival = q.arrivals
	q.arrivals++
	m.whole = m
	if w := s.open; w != nil {
		m.whole, m.PPID, m.Unordered, m.PR, m.Key = w, w.PPID, w.Unordered, w.PR, w.Key
	}
	m.whole.refs++
	m.whole.alive += len(data)
	if m.Partial || s.open != nil {
		q.setOpen(s, m)
	}
	q.keys.add(m.Key)
	s.queued.push(m)
	q.messages++
	q.unsent += len(data)
	q.held += len(data)
	if s.queued.first == m {
		q.schedule(s)
	}
	if m.PR.Policy != PRNone && m.whole == m {
		q.watch(now, m)
	} else if m.PR.Policy == PRPrio && m.whole.place == 0 {
		q.mortals().evictable.push(m.whole)
	}
	return m
}

// setOpen notes whether m is to be continued. An open message is kept even if nothing of it is alive.
func (q *Queue) setOpen(s *stream, m *Message) {
	switch {
	case m.Partial && s.open == nil:
		s.open = m
		m.refs++
	case !m.Partial && s.open != nil:
		q.unref(s.open)
		s.open = nil
	}
}

// unref drops a reference to the beginning of a user message.
func (q *Queue) unref(w *Message) {
	if w.refs--; w.refs == 0 {
		q.retire(w)
	}
}

// retire takes back the beginning of a user message that nothing refers to any more.
func (q *Queue) retire(w *Message) {
	if w.place > 0 {
		q.forget(w)
	}
	q.release(w)
}

// release takes back a message that nothing refers to any more.
func (q *Queue) release(m *Message) {
	q.keys.remove(m.Key)
	q.pool.release(m)
}

// Broken reports, once, that the message which the next Push on a stream would continue is no more.
func (q *Queue) Broken(id uint16) bool { return q.broken > 0 && q.mend(id) }

func (q *Queue) mend(id uint16) bool {
	s := q.streams.at(id)
	if s == nil || !s.broken {
		return false
	}
	s.broken = false
	q.broken--
	q.streams.tidy(s)
	return true
}

// breakOpen forgets the message that the next Push on a stream would continue.
func (q *Queue) breakOpen(s *stream) {
	s.open = nil
	if !s.broken {
		s.broken = true
		q.broken++
	}
}

// schedule tells the scheduler whether a stream has something to send.
func (q *Queue) schedule(s *stream) {
	q.picked = nil
	ready := q.sendable(s)
	if ready == s.added {
		return
	}
	if s.added = ready; ready {
		s.describe()
		q.scheduler.Add(&s.Stream)
	} else {
		q.scheduler.Remove(&s.Stream)
	}
}

// describe fills in what the scheduler sees of the stream's first message.
func (s *stream) describe() {
	m := s.queued.first
	s.Head = m.Left()
	s.Arrival = m.whole.arrival
}

// Empty reports whether everything has been cut into fragments.
func (q *Queue) Empty() bool { return q.messages == 0 }

// Messages is the number of messages that were not cut to their end.
func (q *Queue) Messages() int { return q.messages }

// Unsent is the number of bytes not yet cut into fragments.
func (q *Queue) Unsent() int { return q.unsent }

// Trim gives back memory that is kept for use again because as much was in use at one time. It is for when nothing was sent for a while.
func (q *Queue) Trim() { q.pool.trim() }

// Held is the number of bytes of all messages that are queued or outstanding: what the send buffer holds.
func (q *Queue) Held() int { return q.held }

// pick finds out which stream the next fragment of what is queued comes from, and reports whether there is one now.
func (q *Queue) pick() bool {
	s := q.current
	if s == nil {
		t := q.scheduler.Next()
		if t == nil {
			return false
		}
		if s = q.latest; s == nil || t != &s.Stream {
			s = q.streams.at(t.ID)
		}
	}
	if s == nil || !s.added { // its message is to be continued, or the scheduler is wrong
		return false
	}
	q.picked, q.latest = s, s
	return true
}

// Head returns the message that the next fragment is cut from; nil if there is none now: everything was sent, the streams are paused, or
// the scheduler wants another packet.
func (q *Queue) Head() *Message {
	if q.picked == nil && (q.messages == 0 || !q.pick()) {
		return nil
	}
	return q.picked.queued.first
}

// NextSize is the size of the fragment that Next would return, 0 if there is none.
func (q *Queue) NextSize(most int) int {
	if m := q.Head(); m != nil {
		return min(most, m.Left())
	}
	return 0
}

// Next cuts off the next fragment, of at most most bytes, and fills in f. There must be a Head.
func (q *Queue) Next(most int, f *Fragment) {
	m := q.Head()
	s, w := m.stream, m.whole
	if m.taken == 0 {
		s.number(m)
	}
	begins := m == w && m.taken == 0
	n := min(most, m.Left())
	f.Message, f.Data, f.FSN = m, m.Data[m.taken:m.taken+n], w.fsn
	f.Begin, f.End = begins, m.taken+n == len(m.Data) && !m.Partial
	w.fsn++
	m.taken += n
	m.held++
	s.outstanding++
	q.unsent -= n
	if m.taken == len(m.Data) {
		s.queued.remove(m)
		q.messages--
	}
	s.cutting, q.current, q.picked = nil, nil, nil
	if !f.End {
		s.cutting = w
		if !q.interleaving {
			q.current, q.picked = s, s
		}
	}
	if s.queued.first != nil {
		s.describe()
	}
	if w.place > 0 {
		q.sentOf(w, f.End)
	}
	q.scheduler.Sent(&s.Stream, n, f.End)
	if !q.sendable(s) {
		q.schedule(s)
	}
}

// sentOf keeps a message that may be given up where it belongs: what is sent whole expires only if it is lost, and what was begun is given
// up after what was not.
func (q *Queue) sentOf(w *Message, end bool) {
	switch {
	case w.PR.Policy == PRPrio:
		q.mortal.evictable.fix(w)
	case end:
		q.mortal.timed.remove(w)
	}
}

// number gives a message its sequence numbers (RFC 9260 section 6.5, RFC 8260 section 2.1). As both count the ordered messages of a stream
// from 0, the SSN is the lower half of the MID.
func (s *stream) number(m *Message) {
	switch {
	case m != m.whole:
		m.SSN, m.MID = m.whole.SSN, m.whole.MID
	case m.Unordered:
		m.MID = s.unordered
		s.unordered++
	default:
		m.MID, m.SSN = s.ordered, seq.SSN(s.ordered)
		s.ordered++
	}
}

// Packet tells that a packet is complete.
func (q *Queue) Packet() {
	q.picked = nil
	q.scheduler.Packet()
}

// Acked tells that one chunk of m needs no buffer any more; the message goes with its last one.
func (q *Queue) Acked(m *Message) {
	q.proven = provenKey{m.Key, true}
	m.stream.outstanding--
	m.held--
	if m.held > 0 || m.taken < len(m.Data) {
		return
	}
	q.held -= len(m.Data)
	w := m.whole
	if w.alive -= len(m.Data); w.alive == 0 && w.PR.Policy == PRPrio {
		q.forget(w) // it makes no room for others
	}
	q.pool.releaseData(m)
	q.free(m)
}

// free takes back a message that has no data and no chunks any more.
func (q *Queue) free(m *Message) {
	w := m.whole
	if m != w {
		q.release(m)
	}
	q.unref(w)
}
