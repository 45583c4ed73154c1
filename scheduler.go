package sctp

import "github.com/gosctp/sctp/internal/sched"

// Scheduler chooses whose fragment is sent next, among the streams that have something to send (RFC 8260 section 3). It
// serves one association, which never calls it from two goroutines at once; it must not call back. [Config].Scheduler and
// [Conn.SetScheduler] take those below, or one of your own.
//
// Without [Interleaving] in use, a message that has begun is finished before another begins, whatever the scheduler says. It
// chooses among what is in the send buffer, which all streams share: to a stream whose writer waits for room it gives nothing.
type Scheduler interface {
	// Add says that s has something to send now. It has not been added before, or was removed since.
	Add(s *SchedulerStream)
	// Remove says that s, which was added, has nothing more to send, or may not send now.
	Remove(s *SchedulerStream)
	// Next returns the stream whose fragment is next, one of those that were added, or nil for none. It changes nothing.
	Next() *SchedulerStream
	// Sent says that n bytes of user data of s were put into a packet; end: they ended a message.
	Sent(s *SchedulerStream, n int, end bool)
	// Packet says that a packet is complete.
	Packet()
}

// SchedulerStream is a stream as a [Scheduler] sees it: ID is its number, Value its priority or weight
// ([Conn.SetStreamValue]), Head what is left of its first message in bytes, Arrival a number that is the larger the later
// that message was written.
type SchedulerStream = sched.Stream

// FCFS is first come, first served: messages leave in the order in which they were written (RFC 8260 section 3.1). It is
// the default.
func FCFS() Scheduler { return sched.FCFS() }

// RoundRobin gives every stream a turn, of a message or, with interleaving, of a fragment (RFC 8260 section 3.2).
func RoundRobin() Scheduler { return sched.RoundRobin() }

// RoundRobinPacket gives every stream a turn of a packet, so that the loss of one delays one stream only (RFC 8260 section
// 3.3).
func RoundRobinPacket() Scheduler { return sched.RoundRobinPacket() }

// Priority lets no stream send while one with a lower value has something to send (RFC 8260 section 3.4). Streams of the
// same value take turns.
func Priority() Scheduler { return sched.Priority() }

// FairCapacity gives all streams the same number of bytes (RFC 8260 section 3.5).
func FairCapacity() Scheduler { return sched.FairCapacity() }

// WeightedFair gives streams bytes in proportion to their values; 0 counts as 1 (RFC 8260 section 3.6).
func WeightedFair() Scheduler { return sched.WeightedFair() }

// SetScheduler changes the scheduler of the association (SCTP_STREAM_SCHEDULER, RFC 8260 section 4.3.2). The values of
// streams stay. What is being sent is finished first where it must be. A Scheduler serves one association only; nil stands
// for [FCFS].
func (c *Conn) SetScheduler(s Scheduler) error {
	return c.wrap("set", c.assoc.SetScheduler(s))
}

// SetStreamValue sets what the scheduler knows of a stream (SCTP_STREAM_SCHEDULER_VALUE, RFC 8260 section 4.3.3): its
// priority for [Priority], where lower is more urgent, its weight for [WeightedFair]. The other schedulers ignore it. It is
// 0 at first. It fails with [ErrStream] if the association has no such stream.
func (c *Conn) SetStreamValue(stream, value uint16) error {
	return c.wrap("set", c.assoc.SetStreamValue(stream, value))
}

// StreamValue returns what SetStreamValue set.
func (c *Conn) StreamValue(stream uint16) (uint16, error) {
	v, err := c.assoc.StreamValue(stream)
	return v, c.wrap("get", err)
}
