package tx

// lent is about buffers that packets refer to in place of a copy. Such packets are written after the association was let go of, and meanwhile
// their messages may be acknowledged (a packet may be a repetition, or the peer may lie) or given up: their buffers must not have new content
// until the packets are gone.
//
// Packets are built and written in rounds, one round after another, so that with the next one those of the last are gone.
type lent struct {
	round uint32   // 0: nothing was ever lent
	back  [][]byte // buffers of messages that were lent in this round and released since
}

// has reports whether the buffer of m is lent in this round.
func (l *lent) has(m *Message) bool { return m.round == l.round && l.round != 0 }

// Lend notes that a packet will refer to the data of m, until Written.
func (q *Queue) Lend(m *Message) {
	l := &q.pool.lent
	if l.round == 0 {
		l.round = 1
	}
	m.round = l.round
}

// Written tells that no packet refers to the data of any message any more.
func (q *Queue) Written() {
	l := &q.pool.lent
	if l.round == 0 {
		return
	}
	// When the count begins anew, messages that wait since its last beginning are taken for lent once more, and come back a round later.
	l.round = max(1, l.round+1)
	for i, b := range l.back {
		q.pool.put(b)
		l.back[i] = nil
	}
	l.back = l.back[:0]
}

// own makes sure that nobody else refers to the data of m, which goes to the user.
func (p *pool) own(m *Message) {
	if p.lent.has(m) {
		m.Data = append([]byte(nil), m.Data...)
	}
}
