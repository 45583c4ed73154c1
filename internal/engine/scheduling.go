package engine

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/sched"
)

// SetScheduler changes which stream is next.
func (a *Assoc) SetScheduler(s sched.Scheduler) error {
	return a.control(func(mono.Time) error {
		a.core.SetScheduler(s)
		return nil
	})
}

// ChangeScheduler is SetScheduler that also takes the values of all streams away.
func (a *Assoc) ChangeScheduler(s sched.Scheduler) error {
	return a.control(func(mono.Time) error {
		a.core.ClearStreamValues()
		a.core.SetScheduler(s)
		return nil
	})
}

// SetStreamValue sets the priority or weight of a stream.
func (a *Assoc) SetStreamValue(stream, value uint16) error {
	return a.control(func(mono.Time) error { return a.core.SetStreamValue(stream, value) })
}

// StreamValue is the priority or weight of a stream.
func (a *Assoc) StreamValue(stream uint16) (uint16, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.core.StreamValue(stream)
}
