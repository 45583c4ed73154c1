package rx

import "github.com/gosctp/sctp/internal/seq"

// ordering decides when an ordered message may be handed out: when all those before it in its stream have been
// (RFC 9260 section 6.6).
type ordering struct {
	lines lines
	// given has for each stream the first unordered MID that the peer has not given up (RFC 8260 section 2.3.1).
	given lines
	// held has every ordered message that has begun and may not be passed on: because it is not next in line, or not complete.
	held map[key]*run
}

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
	return k.kind&interleaved != 0 && before(k.id, o.given.next(k.stream), k.kind)
}

// duplicate reports whether f would give its message a second beginning.
func (o *ordering) duplicate(f *fragment) bool {
	return f.begin && f.key.ordered() && o.held[f.key] != nil
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
	return o.held[k]
}
