package engine

import "github.com/gosctp/sctp/transport"

// replyQueue is a ring of stateless answers (RFC 9260 sections 5.1.3 and 8.4) that wait. Its buffers are
// used again, so that a flood of forged packets allocates nothing.
type replyQueue struct {
	ring        []reply
	first, size int
}

type reply struct {
	path transport.Path
	data []byte
}

func (q *replyQueue) len() int { return q.size }

// push copies an answer into the queue; a full queue loses it.
func (q *replyQueue) push(path transport.Path, data []byte) {
	if q.size == maxReplies {
		return
	}
	if q.ring == nil {
		q.ring = make([]reply, maxReplies)
	}
	r := &q.ring[(q.first+q.size)%maxReplies]
	r.path = path
	r.data = append(r.data[:0], data...)
	q.size++
}

func (q *replyQueue) pop() *reply {
	r := &q.ring[q.first]
	q.first = (q.first + 1) % maxReplies
	q.size--
	return r
}

// reply queues an answer for the way back along path.
func (w *writer) reply(path transport.Path, data []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replies.push(path, data)
}

// pullReplies moves as many answers as fit to the front of the batch.
func (w *writer) pullReplies() (n, used int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for n < len(w.batch) && w.replies.len() > 0 && len(w.arena)-used >= maxPacket {
		r := w.replies.pop()
		w.replied++
		size := copy(w.arena[used:], r.data)
		w.batch[n] = transport.Datagram{Path: r.path, Data: w.arena[used : used+size : used+size]}
		n++
		used += size
	}
	return n, used
}
