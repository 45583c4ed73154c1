package tx

import "github.com/gosctp/sctp/internal/seq"

// Queue holds the user messages that have not been sent whole, and cuts them into fragments. It knows streams and their sequence
// numbers, but no TSNs, paths or windows.
//
// Messages leave in the order in which they came (first come, first served); a message is cut to its end before the next one
// begins, because DATA chunks of one message have consecutive TSNs (RFC 9260 section 6.9).
type Queue struct {
	pool     pool
	messages fifo
	nextSSN  map[uint16]seq.SSN
	unsent   int // bytes not yet cut into fragments
	held     int // bytes of messages alive, sent or not
}

// NewQueue returns an empty queue.
func NewQueue() *Queue { return &Queue{nextSSN: make(map[uint16]seq.SSN)} }

// Push queues a message with a copy of data, to be filled in with its properties by the caller.
func (q *Queue) Push(data []byte) *Message {
	m := q.pool.message(data)
	q.messages.push(m)
	q.unsent += len(data)
	q.held += len(data)
	return m
}

// Empty reports whether everything has been cut into fragments.
func (q *Queue) Empty() bool { return q.messages.len() == 0 }

// Unsent is the number of bytes not yet cut into fragments.
func (q *Queue) Unsent() int { return q.unsent }

// Held is the number of bytes of all messages that are queued or outstanding: what the send buffer holds.
func (q *Queue) Held() int { return q.held }

// Head returns the message that the next fragment is cut from; nil if there is none.
func (q *Queue) Head() *Message {
	if q.Empty() {
		return nil
	}
	return q.messages.front()
}

// NextSize is the size of the fragment that Next would return.
func (q *Queue) NextSize(most int) int {
	m := q.Head()
	if m == nil {
		return 0
	}
	return min(most, len(m.Data)-m.taken)
}

// Next cuts off the next fragment, of at most most bytes. The queue must not be empty.
func (q *Queue) Next(most int) Fragment {
	m := q.messages.front()
	if m.taken == 0 && !m.Unordered {
		m.SSN = q.nextSSN[m.Stream]
		q.nextSSN[m.Stream] = m.SSN + 1
	}
	n := min(most, len(m.Data)-m.taken)
	f := Fragment{
		Message: m,
		Data:    m.Data[m.taken : m.taken+n],
		Begin:   m.taken == 0,
		End:     m.taken+n == len(m.Data),
	}
	m.taken += n
	m.held++
	q.unsent -= n
	if f.End {
		q.messages.pop()
	}
	return f
}

// Acked tells that one chunk of m needs no buffer any more; the message goes with its last one.
func (q *Queue) Acked(m *Message) {
	m.held--
	if m.held == 0 && m.taken == len(m.Data) {
		q.held -= len(m.Data)
		q.pool.release(m)
	}
}

// Pop removes and returns the first message that is queued, whole or in part; nil if there is none. It is for giving messages back
// to the user when the association ends.
func (q *Queue) Pop() *Message {
	if q.Empty() {
		return nil
	}
	m := q.messages.pop()
	q.unsent -= len(m.Data) - m.taken
	q.held -= len(m.Data)
	return m
}

// DropStreams removes the messages on streams from streams on of which nothing was sent, and hands them to f.
func (q *Queue) DropStreams(streams uint16, f func(*Message)) {
	for range q.messages.len() {
		m := q.messages.pop()
		if m.Stream < streams || m.Sent() {
			q.messages.push(m)
			continue
		}
		q.unsent -= len(m.Data)
		q.held -= len(m.Data)
		f(m)
	}
}

// Forget tells that m, which was cut to its end, went back to the user.
func (q *Queue) Forget(m *Message) { q.held -= len(m.Data) }

// Restart makes every stream begin with sequence number 0 again (RFC 9260 section 6.5).
func (q *Queue) Restart() { clear(q.nextSSN) }
