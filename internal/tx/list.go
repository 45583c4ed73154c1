package tx

// list is the messages queued on a stream, linked through themselves.
type list struct{ first, last *Message }

func (l *list) push(m *Message) {
	if l.last == nil {
		l.first = m
	} else {
		l.last.after = m
	}
	m.before, l.last = l.last, m
}

func (l *list) remove(m *Message) {
	if m.before == nil {
		l.first = m.after
	} else {
		m.before.after = m.after
	}
	if m.after == nil {
		l.last = m.before
	} else {
		m.after.before = m.before
	}
	m.before, m.after = nil, nil
}
