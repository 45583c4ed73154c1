package rx

import (
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
	// Window is the number of bytes, as Bytes counts them, at which the receive window is closed: when another chunk does not fit, an incomplete
	// message is handed out in parts if there is nothing else to read, or the peer would have to wait and then to probe the window. Zero
	// stands for three quarters of MaxBytes.
	Window int
	// MaxBytes is the memory to use, as Bytes counts it. See [Inbound.Add] for the exceptions.
	MaxBytes int
	// Level says what may come between the parts of a message in partial delivery (RFC 6458 section 8.1.20): at 0 and 1 nothing,
	// at 2 messages of other streams. I-DATA needs 2: the peer chooses whose fragment is next, and where the reader of one
	// message keeps others from being read, the window can stay closed for ever (RFC 8260 section 4.3.1).
	Level int
}

// Inbound makes user messages of DATA or I-DATA chunks: it reassembles, brings each stream into order and hands out what is due
// (RFC 9260 sections 6.5, 6.6 and 6.9; RFC 8260 section 2.2.3).
//
// A chunk joins its neighbours in a run, which seams find by TSN, and assemblies by MID and FSN. A run whose first fragment is
// there is a message, to be placed: ordered ones in ordering until their turn comes, incomplete ones in partials, and those that
// are due in the ready list, which Read empties from the front. Every step takes constant time, in whichever order chunks arrive.
type Inbound struct {
	config      Config
	interleaved bool
	refused     bool  // the last chunk did not fit
	source      uint8 // see SetSource
	seams       seams
	assemblies  assemblies
	order       ordering
	partial     partials
	ready       runList // with something to read, in the order in which they became due; those in partial delivery are incomplete
	again       uint64  // of ready.pushed, those that were in partial delivery before
	pool        pool
	payload     int // bytes of user data in all chunks held
	chunks      int
	last        int // bytes of user data in the chunk that was added last
	cut         []Info
	sweep       []*run // scratch
}

// NewInbound returns an empty Inbound.
func NewInbound(c Config) *Inbound {
	if c.Window == 0 {
		c.Window = c.MaxBytes - c.MaxBytes/4
	}
	return &Inbound{
		config:  c,
		partial: newPartials(&c),
	}
}

// Start says that initial is the peer's Initial TSN. It belongs before the first Add, and again after Reset. Without it the
// first TSN that comes is taken for the start; a peer whose first chunk was late can then use more memory than Add allows
// otherwise, and one contradiction goes unnoticed.
func (q *Inbound) Start(initial seq.TSN) {
	if q.interleaved {
		q.seams.horizon.start(initial)
		return
	}
	q.seams.start(initial)
}

// SetInterleaving says whether the association has I-DATA in place of DATA (RFC 8260 section 2.2.1). It belongs before Start.
func (q *Inbound) SetInterleaving(on bool) { q.interleaved = on }

// SetLax says whether the peer may give messages up (RFC 3758, RFC 8260 section 2.3.1). Then a message that is never finished and a number
// that is used no more are no contradictions. It belongs before Start.
func (q *Inbound) SetLax(on bool) { q.seams.lax = on }

// SetPartialDelivery changes PartialDeliveryPoint and Level of the Config. A level counts when no message is in partial delivery any more.
func (q *Inbound) SetPartialDelivery(point, level int) {
	q.config.PartialDeliveryPoint, q.config.Level = point, level
	q.partial.point, q.partial.level2 = point, level == 2
	q.partial.changeLevel()
}

// SetLimits changes Config.Window and Config.MaxBytes. What is more already stays.
func (q *Inbound) SetLimits(window, maxBytes int) {
	q.config.Window, q.config.MaxBytes = window, maxBytes
}

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
	if q.interleaved {
		return ErrWrongChunk
	}
	f := fragment{
		key: key{stream: d.StreamID, id: uint32(d.SSN)}, ppid: d.PPID, tsn: d.TSN, pos: uint32(d.TSN),
		begin: d.Begin(), end: d.End(),
	}
	if d.Unordered() {
		f.key.kind = unordered
		f.key.id = 0 // "the receiver MUST ignore the field" (RFC 9260 section 6.6)
	}
	return q.add(&f, d.UserData)
}

// SetSource says where the chunks that are added from now on come from: a number that Info gives back.
func (q *Inbound) SetSource(source uint8) { q.source = source }

// AddInterleaved is Add for I-DATA.
func (q *Inbound) AddInterleaved(d *wire.IData) error {
	if !q.interleaved {
		return ErrWrongChunk
	}
	f := fragment{
		key: key{stream: d.StreamID, id: uint32(d.MID), kind: interleaved}, ppid: d.PPID, tsn: d.TSN, pos: d.FSN,
		begin: d.Begin(), end: d.End(),
	}
	if d.Unordered() {
		f.key.kind |= unordered
	}
	return q.add(&f, d.UserData)
}

func (q *Inbound) add(f *fragment, data []byte) error {
	if len(data) == 0 {
		return ErrNoUserData
	}
	if int(f.key.stream) >= q.config.Streams {
		return q.discard(f)
	}
	var (
		n   neighbours
		err error
	)
	if q.interleaved {
		n, err = q.aroundInterleaved(f)
	} else {
		n, err = q.seams.around(f)
	}
	if err != nil {
		return err
	}
	if n.left == &lostRun || n.right == &lostRun {
		q.lose(f, n)
		return nil
	}
	if n.left == nil || !n.left.begins { // otherwise the message is known, and waits for the rest
		if q.order.stale(&f.key) {
			if !q.seams.lax {
				return ErrStaleNumber
			}
			q.lose(f, n)
			return nil
		}
		if q.order.duplicate(f) {
			return ErrDuplicateNumber
		}
		if !f.key.ordered() {
			q.order.follow(&f.key)
		}
	}
	if !q.admits(f, len(data)) {
		q.refused = true
		q.beginPartial()
		return ErrNoMemory
	}
	q.refused = false
	if n.over != nil {
		q.drop(n.over)
	}
	q.place(q.join(f, n, data))
	q.beginPartial()
	return nil
}

// aroundInterleaved returns what f continues, and refuses what no sender would have sent.
func (q *Inbound) aroundInterleaved(f *fragment) (neighbours, error) {
	if r := q.order.held[f.key]; r != nil && r.complete() {
		return neighbours{}, ErrDuplicateNumber
	}
	return q.assemblies.around(f)
}

// Awaits reports whether nothing can be read before t comes: it continues a message in partial delivery of which the reader has
// everything that came. What else is held has to wait for that one, so no memory can come free: whoever refuses chunks while the
// window is closed has to let this one in.
//
// With I-DATA t can be of any stream. If there is nothing to read and no TSN is missing, whatever an honest peer sends next can
// be read: it finishes one message of a stream before it begins another (RFC 8260 section 2.2.2).
func (q *Inbound) Awaits(t seq.TSN) bool {
	if q.partial.drained == 0 {
		return false
	}
	if q.interleaved {
		return q.ready.head == nil && q.seams.holes == 0 && t == q.seams.highest+1
	}
	x := q.seams.at(t - 1)
	return x != nil && !x.has(seamEnd) && x.run.place == placeDrained
}

// Bytes is the memory in use: the user data of all chunks held, and ChunkOverhead for each. A chunk is held until its last
// byte has been read.
func (q *Inbound) Bytes() int {
	if q == nil {
		return 0
	}
	return q.payload + q.chunks*ChunkOverhead
}

// Trim gives back memory that is kept for use again because as much was in use at one time. It is for when nothing has come for a while.
func (q *Inbound) Trim() { q.pool.trim() }

// Fits reports whether the peer can send on when the window has room left. It waits as soon as its next chunk does not fit, and that is mostly
// one like the last; where a quarter of the window is left it may well be the end of the message.
func (q *Inbound) Fits(room int) bool { return room > 0 && min(q.last, q.config.Window/4) <= room }

// HasCut reports whether NextCut has something.
func (q *Inbound) HasCut() bool { return q != nil && len(q.cut) > 0 }

// NextCut takes a message out of the list of those of which a part has been read and the rest will not come. The reader has to
// be told (RFC 6458 section 6.1.7).
func (q *Inbound) NextCut() (Info, bool) {
	if !q.HasCut() {
		return Info{}, false
	}
	c := q.cut[0]
	q.cut = q.cut[1:]
	return c, true
}

// Reset forgets the peer's numbers, because the association was restarted (RFC 9260 section 5.2.4.1). Messages that are
// complete and next in line stay readable, the rest goes, and NextCut tells where a part of it had been read.
func (q *Inbound) Reset() {
	for _, r := range q.partial.all() {
		if r.place == placeReady {
			q.ready.remove(r)
		}
		q.noteCut(r)
		q.partial.release(r.key.stream, &q.ready)
	}
	q.seams, q.assemblies, q.order = seams{lax: q.seams.lax}, assemblies{}, ordering{}
	q.partial = newPartials(&q.config)
	q.payload, q.chunks, q.refused = 0, 0, false
	for r := q.ready.head; r != nil; r = r.next {
		for c := r.head; c != nil; c = c.next {
			q.payload += len(c.data)
			q.chunks++
		}
	}
}

// noteCut keeps r for NextCut if a part of it has been read.
func (q *Inbound) noteCut(r *run) {
	if r.handedOut {
		q.cut = append(q.cut, r.info())
	}
}

// discard drops the user data of f, whose stream does not exist. Its neighbours by TSN still have to know of it: no other message
// goes on across it.
func (q *Inbound) discard(f *fragment) error {
	if q.interleaved {
		q.seams.reach(f.tsn)
		return ErrBadStream
	}
	f.key = discardedRun.key
	n, err := q.seams.around(f)
	if err != nil {
		return err
	}
	q.seams.note(f, &discardedRun)
	if n.over != nil {
		q.drop(n.over)
		q.beginPartial()
	}
	return ErrBadStream
}

// admits reports whether there is memory for n bytes of user data. An assembly is charged like a chunk, unless all of it has
// been read: then there is one in a stream, and to refuse others for it would leave the association stuck.
func (q *Inbound) admits(f *fragment, n int) bool {
	if n > maxChunkData {
		return false
	}
	charge := q.seams.holesWith(f.tsn) + 1
	if q.interleaved {
		charge += len(q.assemblies.open) - q.partial.drained
	}
	if q.Bytes()+n+charge*ChunkOverhead <= q.config.MaxBytes {
		return true
	}
	return (q.seams.fills(f.tsn) || q.Awaits(f.tsn)) && q.payload+n <= q.config.MaxBytes+maxChunkData &&
		(!q.interleaved || q.Bytes() <= 2*q.config.MaxBytes)
}

// join adds a chunk to the run or runs that it continues, or makes it one.
func (q *Inbound) join(f *fragment, n neighbours, data []byte) *run {
	c := q.pool.chunk(f.tsn, q.source, data)
	q.payload += len(data)
	q.chunks++
	q.last = len(data)
	q.pool.inUse(q.payload, q.chunks)

	left, right := n.left, n.right
	r := left
	switch {
	case left != nil:
		left.append(c, f.pos)
		left.ends = f.end
	case right != nil:
		r = right
		right.prepend(c, f.pos)
	default:
		r = q.pool.run(f.key, f.pos)
		r.append(c, f.pos)
		r.ends = f.end
	}
	if left == nil {
		r.begins, r.ppid = f.begin, f.ppid
	}
	if left != nil && right != nil {
		left.absorb(right)
	}
	if q.interleaved {
		q.seams.reach(f.tsn)
		q.assemblies.note(f, r, n)
	} else {
		if left != nil && right != nil {
			q.seams.attach(seq.TSN(left.last), left)
		}
		q.seams.note(f, r)
	}
	if left != nil && right != nil {
		q.pool.putRun(right)
	}
	return r
}

// place moves r to where it belongs now that it has grown.
func (q *Inbound) place(r *run) {
	switch {
	case !r.begins:
		// It is due when its first fragment is there, not before.
	case r.key.ordered():
		q.placeOrdered(r)
	case r.complete():
		q.finish(r)
	default:
		q.offer(r)
	}
}

func (q *Inbound) placeOrdered(r *run) {
	inLine := r.place >= placeBegun || q.order.inLine(r)
	if r.place == placeLoose && !(inLine && r.complete()) {
		q.order.hold(r)
	}
	if inLine {
		q.advance(r)
	}
}

// advance makes the messages of a stream readable from r on, which is next in line.
func (q *Inbound) advance(r *run) {
	for r != nil && r.complete() {
		next := q.order.pass(r)
		q.finish(r)
		r = next
	}
	if r != nil {
		q.offer(r)
	}
}

// offer puts forward r, which is incomplete and next in line.
func (q *Inbound) offer(r *run) {
	if q.partial.offer(r) {
		q.again++
		q.ready.push(r, placeReady)
	}
}

// finish makes r, which is complete and next in line, readable.
func (q *Inbound) finish(r *run) {
	l := q.partial.lane(r.key.stream)
	if l != nil && l.current == r {
		if r.place == placeDrained {
			q.partial.drained--
			q.again++
			q.ready.push(r, placeReady)
		}
		q.partial.release(r.key.stream, &q.ready)
		return
	}
	q.partial.withdraw(r)
	if l != nil {
		l.behind.push(r, placeBehind)
		return
	}
	q.ready.push(r, placeReady)
}

// beginPartial lets partial deliveries begin that should. When memory is short and there is nothing to read, one has to:
// otherwise the window stays closed for ever.
func (q *Inbound) beginPartial() {
	if !q.partial.possible() {
		return
	}
	short := q.refused || !q.Fits(q.config.Window-q.Bytes())
	for {
		r := q.partial.begin(short && q.ready.head == nil)
		if r == nil {
			return
		}
		q.ready.push(r, placeReady)
	}
}
