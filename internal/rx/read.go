package rx

import "github.com/gosctp/sctp/internal/seq"

// Info describes what Read handed out.
type Info struct {
	Stream uint16
	SSN    seq.SSN // zero for unordered DATA; with I-DATA the low bits of the MID (RFC 8260 section 4.1)
	MID    seq.MID // zero for DATA
	PPID   uint32
	TSN    seq.TSN // of the chunk with the first byte handed out
	// Source is where that chunk came from.
	Source uint8
	// Unordered: the message had the U bit.
	Unordered bool
	// Begin: the message begins here. EOR: it ends here.
	Begin, EOR bool
}

// Readable reports whether Read would return something.
func (q *Inbound) Readable() bool { return q != nil && q.ready.head != nil }

// Arrived counts the messages that have become readable since the beginning, those in partial delivery when their first part did.
func (q *Inbound) Arrived() uint64 {
	if q == nil {
		return 0
	}
	return q.ready.pushed - q.again
}

// Peek describes what Read would return, given a buffer of size bytes.
func (q *Inbound) Peek() (size int, info Info, ok bool) {
	if !q.Readable() {
		return 0, Info{}, false
	}
	return q.ready.head.peek()
}

// PeekSecond is Peek for what Read would return after the whole of what it returns now.
func (q *Inbound) PeekSecond() (size int, info Info, ok bool) {
	if !q.Readable() || q.ready.head.next == nil {
		return 0, Info{}, false
	}
	return q.ready.head.next.peek()
}

// peek describes the part of r that can be read.
func (r *run) peek() (size int, info Info, ok bool) {
	info = r.info()
	info.TSN, info.Source, info.EOR = r.head.tsn, r.head.source, r.complete()
	return int(r.unread), info, true
}

// Copy is Read that leaves everything as it was.
func (q *Inbound) Copy(p []byte) (n int, info Info, ok bool) {
	size, info, ok := q.Peek()
	if !ok {
		return 0, info, false
	}
	for c := q.ready.head.head; c != nil && n < len(p); c = c.next {
		n += copy(p[n:], c.unread())
	}
	info.EOR = info.EOR && n == size
	return n, info, true
}

// Consume is Read of size bytes that are not wanted, or not any more.
func (q *Inbound) Consume(size int, info *Info) (n int, ok bool) { return q.read(nil, size, info) }

// Read hands out a message, or as much of it as has arrived and fits: then EOR is false, and the next Read continues it.
func (q *Inbound) Read(p []byte, info *Info) (n int, ok bool) { return q.read(p, len(p), info) }

// read takes up to size bytes off the next message, and copies them to p unless that is nil.
func (q *Inbound) read(p []byte, size int, info *Info) (n int, ok bool) {
	if !q.Readable() {
		*info = Info{}
		return 0, false
	}
	r := q.ready.head
	r.describe(info)
	info.TSN, info.Source = r.head.tsn, r.head.source
	for r.head != nil && n < size {
		k := min(len(r.head.unread()), size-n)
		if p != nil {
			copy(p[n:], r.head.unread()[:k])
		}
		r.head.read += uint16(k)
		n += k
		if len(r.head.unread()) == 0 {
			q.free(r)
		}
	}
	r.unread -= uint32(n)
	r.handedOut = r.handedOut || n > 0
	if r.unread == 0 {
		q.ready.remove(r)
		if r.complete() {
			info.EOR = true
			q.pool.putRun(r)
		} else {
			r.place = placeDrained
			q.partial.drained++
		}
	}
	q.beginPartial()
	return n, true
}

// info describes the message of r, without the place in it.
func (r *run) info() (i Info) {
	r.describe(&i)
	return i
}

// describe is info in place. It goes field by field: otherwise they would be put together elsewhere and copied, which takes several times as long.
func (r *run) describe(i *Info) {
	i.Stream, i.SSN, i.MID, i.PPID = r.key.stream, seq.SSN(r.key.id), 0, r.ppid
	i.Unordered, i.Begin, i.EOR = !r.key.ordered(), !r.handedOut, false
	i.TSN, i.Source = 0, 0
	if r.key.kind&interleaved != 0 {
		i.MID = seq.MID(r.key.id)
	}
}

// free gives back the first chunk of r.
func (q *Inbound) free(r *run) {
	c := r.head
	r.head = c.next
	if r.head == nil {
		r.tail = nil
	}
	q.payload -= len(c.data)
	q.chunks--
	q.pool.putChunk(c)
}
