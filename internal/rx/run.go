package rx

import "github.com/gosctp/sctp/internal/seq"

// key names a message that needs an order: its stream, and its place there. For DATA the place is the SSN.
type key struct {
	stream uint16
	id     uint32
}

// fragment is what a chunk says about the message that it belongs to.
type fragment struct {
	key        key // id is 0 for unordered DATA, whose SSN has no significance (RFC 9260 section 6.6)
	ppid       uint32
	tsn        seq.TSN
	unordered  bool
	begin, end bool
}

// chunk holds the user data of one DATA chunk.
type chunk struct {
	next *chunk
	data []byte // its capacity is the pool's buffer
	read uint32 // how much of data has been handed out
	tsn  seq.TSN
}

// unread is what has not been handed out.
func (c *chunk) unread() []byte { return c.data[c.read:] }

// place says where a run is.
type place uint8

const (
	// placeLoose: known to the seams only. Its message has not begun.
	placeLoose place = iota
	// placeWaiting: in the order's map, because messages of its stream have to come first.
	placeWaiting
	// placeBegun: in partial.begun. Next in line and incomplete.
	placeBegun
	// placeRipe: in partial.ripe. As placeBegun, and large enough to be handed out in parts.
	placeRipe
	// placeReady: in the ready list, complete or in partial delivery.
	placeReady
)

// run is an unbroken part of a message, in the end the whole of it.
type run struct {
	prev, next *run // the list that place names
	head, tail *chunk
	key        key
	ppid       uint32 // of the first fragment
	last       seq.TSN
	unread     int // bytes in the chunks
	unordered  bool
	begins     bool // its first chunk is the first fragment
	ends       bool // its last chunk is the last fragment
	handedOut  bool // a part of it has been read
	place      place
}

// complete reports whether r is a whole message.
func (r *run) complete() bool { return r.begins && r.ends }

// takes reports whether f can belong to the same message.
func (r *run) takes(f *fragment) bool { return r.key == f.key && r.unordered == f.unordered }

func (r *run) append(c *chunk) {
	if r.tail == nil {
		r.head = c
	} else {
		r.tail.next = c
	}
	r.tail, r.last = c, c.tsn
	r.unread += len(c.data)
}

func (r *run) prepend(c *chunk) {
	c.next, r.head = r.head, c
	r.unread += len(c.data)
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
type runList struct{ head, tail *run }

func (l *runList) push(r *run, p place) {
	r.prev, r.next, r.place = l.tail, nil, p
	if l.tail == nil {
		l.head = r
	} else {
		l.tail.next = r
	}
	l.tail = r
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
