package sched

// priority is the scheduler of RFC 8260 section 3.4.
type priority struct{ heap }

// Priority returns the scheduler that lets no stream send while one with a lower Value has something to send. Streams with the same Value
// take turns.
func Priority() Scheduler { return new(priority) }

func (p *priority) Add(s *Stream) {
	s.key = uint64(s.Value)
	p.push(s)
}

func (p *priority) Sent(s *Stream, _ int, _ bool) { p.toBack(s) }
