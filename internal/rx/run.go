package rx

import (
	"math"

	"github.com/gosctp/sctp/internal/seq"
)

// key names a message of those that are on their way. Unordered DATA has no name: all of a stream share one.
type key struct {
	id     uint32 // the SSN of DATA, 0 if unordered (RFC 9260 section 6.6); the MID of I-DATA
	stream uint16
	kind   kind
}

// kind tells messages with the same stream and number apart.
type kind uint16

const (
	unordered   kind = 1 << iota
	interleaved      // it comes in I-DATA chunks
)

func (k *key) ordered() bool { return k.kind&unordered == 0 }

// fragment is what a chunk says about the message that it belongs to.
type fragment struct {
	key  key
	ppid uint32
	tsn  seq.TSN
	// pos is its place among the fragments of the message: the TSN of DATA, the FSN of I-DATA.
	pos        uint32
	begin, end bool
}

// chunk holds the user data of one DATA chunk.
type chunk struct {
	next *chunk
	data []byte // its capacity is the pool's buffer
	tsn  seq.TSN
	read uint16 // how much of data, of which a packet has room for less than 64 KiB, has been handed out
	// source is what SetSource said.
	source uint8
}

// unread is what has not been handed out.
func (c *chunk) unread() []byte { return c.data[c.read:] }

// place says where a run is.
type place uint8

const (
	// placeLoose: known to the seams or the assembly only. Its message has not begun.
	placeLoose place = iota
	// placeWaiting: in the order's map, because messages of its stream have to come first.
	placeWaiting
	// placeBegun: in partial.begun. Next in line and incomplete.
	placeBegun
	// placeRipe: in partial.ripe. As placeBegun, and large enough to be handed out in parts.
	placeRipe
	// placeHeldUp: in a lane's ripe list. As placeRipe, but another message of its stream is being handed out in parts.
	placeHeldUp
	// placeBehind: in a lane's behind list. It is due when the message in partial delivery there has ended.
	placeBehind
	// placeReady: in the ready list, complete or in partial delivery.
	placeReady
	// placeDrained: in partial delivery, and everything of it that has come is read.
	placeDrained
)

// run is an unbroken part of a message, in the end the whole of it.
type run struct {
	prev, next  *run // the list that place names
	head, tail  *chunk
	key         key
	ppid        uint32 // of the first fragment
	first, last uint32 // places of the first and the last fragment in it, as in fragment
	unread      uint32 // bytes in the chunks
	begins      bool   // its first chunk is the first fragment
	ends        bool   // its last chunk is the last fragment
	handedOut   bool   // a part of it has been read
	place       place
}

// These two stand for others and are told by their address. They never have a chunk, and nothing changes them.
var (
	// lostRun is all messages that will never be complete.
	lostRun run
	// discardedRun is all messages on streams that do not exist. No message has its key: Config.Streams is at most 65535.
	discardedRun = run{key: key{stream: math.MaxUint16}}
)

// complete reports whether r is a whole message.
func (r *run) complete() bool { return r.begins && r.ends }

// takes reports whether f can belong to the same message.
func (r *run) takes(f *fragment) bool { return r.key == f.key }

func (r *run) append(c *chunk, pos uint32) {
	if r.tail == nil {
		r.head = c
	} else {
		r.tail.next = c
	}
	r.tail, r.last = c, pos
	r.unread += uint32(len(c.data))
}

func (r *run) prepend(c *chunk, pos uint32) {
	c.next, r.head, r.first = r.head, c, pos
	r.unread += uint32(len(c.data))
}

// absorb moves the chunks of s, which follows on r, to the end of r.
func (r *run) absorb(s *run) {
	r.tail.next = s.head
	r.tail, r.last = s.tail, s.last
	r.unread += s.unread
	r.ends = s.ends
	s.head, s.tail = nil, nil
}

// runList is a queue of runs that allows removal from the middle.
type runList struct {
	head, tail *run
	pushed     uint64 // how often one was added
}

func (l *runList) push(r *run, p place) {
	r.prev, r.next, r.place = l.tail, nil, p
	if l.tail == nil {
		l.head = r
	} else {
		l.tail.next = r
	}
	l.tail = r
	l.pushed++
}

func (l *runList) remove(r *run) {
	if r.prev == nil {
		l.head = r.next
	} else {
		r.prev.next = r.next
	}
	if r.next == nil {
		l.tail = r.prev
	} else {
		r.next.prev = r.prev
	}
	r.prev, r.next = nil, nil
}
