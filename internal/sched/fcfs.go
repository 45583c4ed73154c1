package sched

// fcfs is the scheduler of RFC 8260 section 3.1.
type fcfs struct{ heap }

// FCFS returns the scheduler first come, first served: messages leave in the order in which they were given to the association.
func FCFS() Scheduler { return new(fcfs) }

func (f *fcfs) Add(s *Stream) {
	s.key = s.Arrival
	f.push(s)
}

func (f *fcfs) Sent(s *Stream, _ int, _ bool) {
	if s.key == s.Arrival {
		return
	}
	if s.key = s.Arrival; len(f.streams) > 1 {
		f.fix(s)
	}
}
