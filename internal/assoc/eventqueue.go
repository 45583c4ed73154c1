package assoc

// eventQueue has the events that the driver has not taken yet. The driver takes them after every input, so the few places that
// it needs are used again and again.
type eventQueue struct {
	events []Event
	taken  int
}

// keptEvents is how many places an empty queue keeps.
const keptEvents = 8

// push adds an event; there are a few at the beginning of an association.
func (q *eventQueue) push(e Event) {
	if q.events == nil {
		q.events = make([]Event, 0, keptEvents/2)
	}
	q.events = append(q.events, e)
}

func (q *eventQueue) pop() (Event, bool) {
	if q.taken == len(q.events) {
		return nil, false
	}
	e := q.events[q.taken]
	q.events[q.taken] = nil
	if q.taken++; q.taken == len(q.events) {
		q.events, q.taken = q.events[:0], 0
		if cap(q.events) > keptEvents {
			q.events = nil
		}
	}
	return e, true
}
