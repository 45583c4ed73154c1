package rx

import "github.com/gosctp/sctp/internal/seq"

// ordering decides when an ordered message may be handed out: when all those before it in its stream have been
// (RFC 9260 section 6.6).
type ordering struct {
	lines lines
	// given has for each stream the unordered MID after the last one that the peer has given up (RFC 8260 section 2.3.1); 0 if there is none.
	given lines
	// held has every ordered message that has begun and may not be passed on: because it is not next in line, or not complete.
	held map[key]*run
}

// maxGivenLag is how far given may lag behind the MIDs that come: half of what their arithmetic allows.
const maxGivenLag = 1 << 30

// before reports whether the message with number a comes before the one with number b: SSNs have 16 bits, MIDs 32.
func before(a, b uint32, k kind) bool {
	if k&interleaved != 0 {
		return seq.MID(a).Less(seq.MID(b))
	}
	return seq.SSN(a).Less(seq.SSN(b))
}

// following is the number after id.
func following(id uint32, k kind) uint32 {
	if k&interleaved != 0 {
		return id + 1
	}
	return uint32(seq.SSN(id) + 1)
}

// stale reports whether a message with this key was passed already, given up, or is half the number space away.
func (o *ordering) stale(k *key) bool {
	if k.ordered() {
		next := o.lines.next(k.stream)
		return k.id != next && !before(next, k.id, k.kind)
	}
	g := o.given.next(k.stream)
	return g != 0 && before(k.id, g, k.kind)
}

// giveUp moves the line of a stream on, past a message that the peer has given up. It returns where the line was, and by how much it moves.
func (o *ordering) giveUp(k *key) (from, n uint32) {
	l := &o.lines
	if !k.ordered() {
		l = &o.given
	}
	from = l.next(k.stream)
	n = k.id + 1 - from
	if k.kind&interleaved == 0 {
		n = uint32(uint16(n))
	}
	l.set(k.stream, following(k.id, k.kind))
	return from, n
}

// follow keeps given from falling so far behind that numbers of unordered messages which come look like those of the past.
func (o *ordering) follow(k *key) {
	if g := o.given.next(k.stream); g != 0 && int32(k.id-g) > maxGivenLag {
		o.given.set(k.stream, k.id-maxGivenLag)
	}
}

// duplicate reports whether f would give its message a second beginning.
func (o *ordering) duplicate(f *fragment) bool {
	return len(o.held) > 0 && f.begin && f.key.ordered() && o.held[f.key] != nil
}

// inLine reports whether r is next in its stream.
func (o *ordering) inLine(r *run) bool { return r.key.id == o.lines.next(r.key.stream) }

// hold keeps r until pass.
func (o *ordering) hold(r *run) {
	if o.held == nil {
		o.held = make(map[key]*run)
	}
	o.held[r.key] = r
	r.place = placeWaiting
}

// pass moves the line of r's stream on, past r, and returns what is next in line now if it has begun.
func (o *ordering) pass(r *run) *run {
	if r.place != placeLoose {
		delete(o.held, r.key)
	}
	k := r.key
	k.id = following(k.id, k.kind)
	o.lines.set(k.stream, k.id)
	if len(o.held) == 0 {
		return nil
	}
	return o.held[k]
}
