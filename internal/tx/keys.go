package tx

// keyUses counts the messages that each key authenticates, so that a key which is not to be used any more goes when the last of them has. It is nil
// where nothing is authenticated.
type keyUses map[uint16]int

// provenKey is the key of the last chunk that the peer has acknowledged.
type provenKey struct {
	key   uint16
	known bool
}

func (u keyUses) add(key uint16) {
	if u != nil {
		u[key]++
	}
}

func (u keyUses) remove(key uint16) {
	if u == nil {
		return
	}
	if u[key]--; u[key] == 0 {
		delete(u, key)
	}
}

// CountKeys has the queue, which is to be empty, count what Uses tells.
func (q *Queue) CountKeys() { q.keys = make(keyUses) }

// Proven reports whether the last chunk that the peer has acknowledged had this key.
func (q *Queue) Proven(key uint16) bool { return q.proven == provenKey{key, true} }

// recountKeys counts when nothing is outstanding.
func (q *Queue) recountKeys() {
	clear(q.keys)
	q.proven = provenKey{}
	q.streams.each(func(s *stream) {
		for m := s.queued.first; m != nil; m = m.after {
			q.keys.add(m.Key)
		}
	})
}

// Uses reports whether a message that was not acknowledged whole has this key.
func (q *Queue) Uses(key uint16) bool { return q.keys[key] > 0 }
