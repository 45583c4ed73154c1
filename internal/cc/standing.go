package cc

import "time"

// standingShare is the part of the shortest round trip by which all round trips are longer when packets stand in a queue that is worth the name.
// Jitter lengthens some of them only.
const standingShare = 16

// standing watches whether packets of a path stand in a queue: whether all round trips of the last window took longer than the shortest that the
// path is known for.
type standing struct {
	// least is the shortest round trip of all, last that of the round before and current that of this one, zero if unknown.
	least, last, current time.Duration
	// left is what is still to be acknowledged before the round ends: what was in flight when it began.
	left int
}

// acked takes what a SACK says.
func (s *standing) acked(a Ack) {
	if a.RTT != 0 {
		s.least, s.current = shorter(s.least, a.RTT), shorter(s.current, a.RTT)
	}
	if s.left -= a.Bytes; s.left <= 0 {
		s.last, s.current = s.current, 0
		s.left = a.FlightBefore - a.Bytes
	}
}

// shorter is the shorter of two times, of which the first may be unknown.
func shorter(known, d time.Duration) time.Duration {
	if known == 0 {
		return d
	}
	return min(known, d)
}

// none reports whether there is no queue to speak of, in the last round and in this one. Where round trips are unknown there may be one.
func (s *standing) none() bool {
	return s.last != 0 && max(s.last, s.current)-s.least < s.least/standingShare
}
