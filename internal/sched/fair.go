package sched

// fair is start-time fair queueing: every stream has a clock that its bytes move on, and the stream whose clock is behind is next. So
// among streams that always have something to send the clocks differ by one chunk at most.
type fair struct {
	heap
	// now is where the clocks of streams stand that have just got something to send: they have no claim to what they missed.
	now uint64
	// weighted: the clock of a stream goes the slower the larger its Value is.
	weighted bool
}

// FairCapacity returns the scheduler that gives all streams the same number of bytes (RFC 8260 section 3.5).
func FairCapacity() Scheduler { return new(fair) }

// WeightedFair returns the scheduler that gives streams bytes in proportion to their Value; 0 counts as 1 (RFC 8260 section 3.6).
func WeightedFair() Scheduler { return &fair{weighted: true} }

// clockUnit is the time that a byte takes on the clock of a stream of weight 1. Weights divide it.
const clockUnit = 1 << 16

func (f *fair) Add(s *Stream) {
	if int64(s.key-f.now) < 0 {
		s.key = f.now
	}
	f.push(s)
}

func (f *fair) Sent(s *Stream, n int, _ bool) {
	weight := 1
	if f.weighted && s.Value > 0 {
		weight = int(s.Value)
	}
	s.key += uint64(n) * clockUnit / uint64(weight)
	f.toBack(s)
	f.now = f.streams[0].key
}

// Remove takes a stream out. Its clock stands still from now on.
func (f *fair) Remove(s *Stream) {
	f.heap.Remove(s)
	if len(f.streams) > 0 {
		f.now = f.streams[0].key
	}
}
