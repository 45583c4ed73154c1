package assoc

import (
	"fmt"

	"github.com/gosctp/sctp/internal/sched"
)

// SetScheduler changes which stream is next, for what is queued too (RFC 8260 section 4.3.2); nil is first come, first served. The scheduler
// is this association's from now on.
func (a *Association) SetScheduler(s sched.Scheduler) {
	if s == nil {
		s = sched.FCFS()
	}
	a.send.queue.SetScheduler(s)
	a.send.burst = max(a.send.burst, a.cfg.MaxBurst) // the old one may have held something up
}

// SetStreamValue sets the priority or weight of a stream (RFC 8260 section 4.3.3). It stays with the stream whatever the scheduler is.
func (a *Association) SetStreamValue(stream, value uint16) error {
	if err := a.checkStream(stream); err != nil {
		return err
	}
	a.send.queue.SetValue(stream, value)
	return nil
}

// ClearStreamValues takes the values of all streams away.
func (a *Association) ClearStreamValues() { a.send.queue.ClearValues() }

// StreamValue is the priority or weight of a stream, 0 unless it was set.
func (a *Association) StreamValue(stream uint16) (uint16, error) {
	if err := a.checkStream(stream); err != nil {
		return 0, err
	}
	return a.send.queue.Value(stream), nil
}

// checkStream reports that there is no such stream to send on.
func (a *Association) checkStream(stream uint16) error {
	if stream >= a.outStreams {
		return fmt.Errorf("%w: stream %d of %d", ErrBadStream, stream, a.outStreams)
	}
	return nil
}
