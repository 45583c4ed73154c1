package tx

// keyUses counts the messages that each key authenticates, so that a key which is not to be used any more goes when the last of them has. It is nil
// where nothing is authenticated.
type keyUses map[uint16]int

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

// recountKeys counts when nothing is outstanding.
func (q *Queue) recountKeys() {
	clear(q.keys)
	q.streams.each(func(s *stream) {
		for m := s.queued.first; m != nil; m = m.after {
			q.keys.add(m.Key)
		}
	})
}

// Uses reports whether a message that was not acknowledged whole has this key.
func (q *Queue) Uses(key uint16) bool { return q.keys[key] > 0 }
