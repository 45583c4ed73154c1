package rx

import (
	"math"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// ChunkOverhead is what a chunk in memory is charged on top of its user data: its own record, that of its message, its share
// of the ring and the map that find it, and the smallest buffer. It is counted in the receive window, because a peer that
// sends single bytes would otherwise fill the memory of this host long before the window.
const ChunkOverhead = 256

// Config has the parameters of an Inbound.
type Config struct {
	// Streams is the number of inbound streams, at most 65535.
	Streams int
	// PartialDeliveryPoint is the number of bytes from which on an incomplete message is handed out in parts. Zero does so only
	// when memory runs out.
	PartialDeliveryPoint int
	// Window is the number of bytes, as Bytes counts them, at which the receive window is closed: then an incomplete message is handed out
	// in parts if there is nothing else to read, or the window would stay closed for ever. Zero stands for three quarters of MaxBytes.
	Window int
	// MaxBytes is the memory to use, as Bytes counts it. See [Inbound.Add] for the exceptions.
	MaxBytes int
}

// Inbound makes user messages of DATA chunks: it reassembles, brings each stream into order and hands out what is due
// (RFC 9260 sections 6.5, 6.6 and 6.9).
//
// A chunk joins its neighbours in a run, which seams find by TSN. A run whose first fragment is there is a message, to
// be placed: ordered ones in ordering until their turn comes, incomplete ones in partials, and those that are due in the
// ready list, which Read empties from the front. Every step takes constant time, in whichever order chunks arrive.
type Inbound struct {
	config  Config
	seams   seams
	order   ordering
	partial partials
	ready   runList // in the order in which they became due; the one in partial delivery may be incomplete
	pool    pool
	payload int // bytes of user data in all chunks held
	chunks  int
	refused bool // the last chunk did not fit
	// discarded stands for all messages on streams that do not exist. It never has a chunk.
	discarded run
}

// NewInbound returns an empty Inbound.
func NewInbound(c Config) *Inbound {
	if c.Window == 0 {
		c.Window = c.MaxBytes - c.MaxBytes/4
	}
	return &Inbound{
		config:    c,
		partial:   partials{point: c.PartialDeliveryPoint},
		discarded: run{key: key{stream: math.MaxUint16}}, // no message has this key: Streams is at most 65535
	}
}

// Start says that initial is the peer's Initial TSN. It belongs before the first Add, and again after Reset. Without it the
// first TSN that comes is taken for the start; a peer whose first chunk was late can then use more memory than Add allows
// otherwise, and one contradiction goes unnoticed.
func (q *Inbound) Start(initial seq.TSN) { q.seams.start(initial) }

// SetStreams changes the number of inbound streams, at most 65535.
func (q *Inbound) SetStreams(n int) { q.config.Streams = n }

// Add takes the user data of d, whose TSN must be new. It keeps no reference to d.
//
// After [ErrNoMemory] the chunk counts as never received, after [ErrBadStream] as received. Any other error unwraps to
// [ErrProtocol].
//
// Beyond MaxBytes it takes what everything else waits for: a chunk that closes a gap, or one that Awaits names. To refuse those
// would leave the association stuck. For the overhead of the former there is room, as a gap is charged like a chunk when it
// opens; for the user data there is room when the peer keeps to the window. In all, Bytes never exceeds twice MaxBytes by
// more than one chunk.
func (q *Inbound) Add(d *wire.Data) error {
	if len(d.UserData) == 0 {
		return ErrNoUserData
	}
	f := fragmentOf(d)
	if int(d.StreamID) >= q.config.Streams {
		return q.discard(&f)
	}
	left, right, err := q.seams.around(&f)
	if err != nil {
		return err
	}
	if err := q.order.check(&f); err != nil {
		return err
	}
	if !q.admits(&f, len(d.UserData)) {
		q.refused = true
		q.beginPartial()
		return ErrNoMemory
	}
	q.refused = false
	q.place(q.join(left, right, &f, d.UserData))
	q.beginPartial()
	return nil
}

// Awaits reports whether the reader has everything that came of a message in partial delivery, and t is the TSN of what comes
// next. Nothing else is handed out before, so no memory can come free: whoever refuses chunks while the window is closed
// has to let this one in.
func (q *Inbound) Awaits(t seq.TSN) bool {
	r := q.partial.current
	return r != nil && r.unread == 0 && t == r.last+1
}

// Bytes is the memory in use: the user data of all chunks held, and ChunkOverhead for each. A chunk is held until its last
// byte has been read.
func (q *Inbound) Bytes() int { return q.payload + q.chunks*ChunkOverhead }

// PartlyRead describes the message of which a part has been read while the rest is still to come. If the association ends
// now, the reader has to be told that the rest will not (RFC 6458 section 6.1.7).
func (q *Inbound) PartlyRead() (Info, bool) {
	if r := q.partial.current; r != nil && r.handedOut {
		return r.info(), true
	}
	return Info{}, false
}

// Reset forgets the peer's numbers, because the association was restarted (RFC 9260 section 5.2.4.1). Messages that are
// complete and next in line stay readable, the rest goes. It reports whether that cut a message of which a part had been read.
func (q *Inbound) Reset() (cut bool) {
	_, cut = q.PartlyRead()
	if r := q.partial.current; r != nil {
		q.ready.remove(r)
	}
	q.seams, q.order = seams{}, ordering{}
	q.partial = partials{point: q.config.PartialDeliveryPoint}
	q.payload, q.chunks, q.refused = 0, 0, false
	for r := q.ready.head; r != nil; r = r.next {
		for c := r.head; c != nil; c = c.next {
			q.payload += len(c.data)
			q.chunks++
		}
	}
	return cut
}

// fragmentOf reads the header of a DATA chunk.
func fragmentOf(d *wire.Data) fragment {
	f := fragment{
		key:       key{stream: d.StreamID, id: uint32(d.SSN)},
		ppid:      d.PPID,
		tsn:       d.TSN,
		unordered: d.Unordered(),
		begin:     d.Begin(),
		end:       d.End(),
	}
	if f.unordered {
		f.key.id = 0 // "the receiver MUST ignore the field" (RFC 9260 section 6.6)
	}
	return f
}

// discard drops the user data of f, whose stream does not exist. Its neighbours still have to know of it: no other message
// goes on across it.
func (q *Inbound) discard(f *fragment) error {
	f.key, f.unordered = q.discarded.key, q.discarded.unordered
	if _, _, err := q.seams.around(f); err != nil {
		return err
	}
	q.seams.note(f, &q.discarded)
	return ErrBadStream
}

// admits reports whether there is memory for n bytes of user data.
func (q *Inbound) admits(f *fragment, n int) bool {
	if n > maxChunkData {
		return false
	}
	if q.Bytes()+n+(q.seams.holesWith(f.tsn)+1)*ChunkOverhead <= q.config.MaxBytes {
		return true
	}
	return (q.seams.fills(f.tsn) || q.Awaits(f.tsn)) && q.payload+n <= q.config.MaxBytes+maxChunkData
}

// join adds a chunk to the run or runs that it continues, or makes it one.
func (q *Inbound) join(left, right *run, f *fragment, data []byte) *run {
	c := q.pool.chunk(f.tsn, data)
	q.payload += len(data)
	q.chunks++

	r := left
	switch {
	case left != nil:
		left.append(c)
		left.ends = f.end
	case right != nil:
		r = right
		right.prepend(c)
	default:
		r = q.pool.run(f)
		r.append(c)
		r.ends = f.end
	}
	if left == nil {
		r.begins, r.ppid = f.begin, f.ppid
	}
	if left != nil && right != nil {
		left.absorb(right)
		q.seams.attach(left.last, left)
		q.pool.putRun(right)
	}

	q.seams.note(f, r)
	return r
}

// place moves r to where it belongs now that it has grown.
func (q *Inbound) place(r *run) {
	switch {
	case !r.begins:
		// It is due when its first fragment is there, not before.
	case r.unordered && r.complete():
		q.finish(r)
	case r.unordered:
		q.partial.offer(r)
	default:
		q.placeOrdered(r)
	}
}

func (q *Inbound) placeOrdered(r *run) {
	inLine := q.order.inLine(r)
	if r.place == placeLoose && !(inLine && r.complete()) {
		q.order.hold(r)
	}
	if !inLine {
		return
	}
	for r != nil && r.complete() {
		next := q.order.pass(r)
		q.finish(r)
		r = next
	}
	if r != nil {
		q.partial.offer(r)
	}
}

// finish makes r, which is complete and next in line, readable.
func (q *Inbound) finish(r *run) {
	if r == q.partial.current {
		q.partial.current = nil // its place in the ready list is what it has already
		return
	}
	q.partial.withdraw(r)
	q.ready.push(r, placeReady)
}

// beginPartial lets a partial delivery begin if one should. When memory is short and there is nothing to read, one has to:
// otherwise the window stays closed for ever.
func (q *Inbound) beginPartial() {
	short := q.refused || q.Bytes() >= q.config.Window
	if r := q.partial.begin(short && q.ready.head == nil); r != nil {
		q.ready.push(r, placeReady)
	}
}
