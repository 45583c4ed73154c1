// Package mono is the time of the protocol core: a reading of a monotonic clock that somebody else took.
//
// It has no Now on purpose. Every function of the core that depends on time takes it as its first argument, so that a
// test, a simulation and the engine drive the same code.
package mono

import "time"

// Time is a number of nanoseconds since an origin that the driver chose. The zero value means "unset": a driver starts
// its clock above zero.
type Time int64

// Add returns t+d. An unset time stays unset.
func (t Time) Add(d time.Duration) Time {
	if t == 0 {
		return 0
	}
	return t + Time(d)
}

// Sub returns t-u.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// IsZero reports whether t is unset.
func (t Time) IsZero() bool { return t == 0 }

// Before reports whether t is set and lies before u.
func (t Time) Before(u Time) bool { return t != 0 && t < u }

// Reached reports whether t is a deadline that has come by now; an unset one never has.
func (t Time) Reached(now Time) bool { return t != 0 && t <= now }

// Earliest returns the smaller of two deadlines, where an unset one counts as never.
func Earliest(t, u Time) Time {
	if t == 0 || (u != 0 && u < t) {
		return u
	}
	return t
}
