// Package sched has the stream schedulers of RFC 8260 section 3: which of the streams with something to send is next.
//
// A [Scheduler] sees streams, sizes and an order of arrival, and nothing else of the association. The sender tells it which
// streams have something to send, asks for the next one as often as it likes, and tells what was sent. Without interleaving
// (RFC 8260 section 2) a message that has begun is finished first, whatever the scheduler would say; with it the scheduler is
// asked for every chunk. One scheduler serves one association.
package sched

// Stream is an outgoing stream with something to send.
type Stream struct {
	ID uint16
	// Value is the priority of the stream, where less is more urgent, or its weight (RFC 8260 section 3.4 and 3.6).
	Value uint16
	// Head is the number of bytes that are left of the stream's first message.
	Head int
	// Arrival orders the first messages of all streams by the time when they were given to the association.
	Arrival uint64

	// What the schedulers of this package note: an order in a heap, or neighbours in a ring.
	key, turn     uint64
	place         int
	before, after *Stream
}

// Scheduler decides which stream is next. A stream is known to it from Add to Remove.
type Scheduler interface {
	// Add tells of a stream that has something to send now.
	Add(*Stream)
	// Remove tells that an added stream has nothing more, or may not send now.
	Remove(*Stream)
	// Next is the stream whose fragment is next; nil if none is added, or none may add to the packet that is being filled. It changes
	// nothing.
	Next() *Stream
	// Sent tells that n bytes of user data of an added stream left, and whether they ended a message. Head and Arrival are
	// those of what is next in the stream already.
	Sent(s *Stream, n int, end bool)
	// Packet tells that a packet is complete.
	Packet()
}
