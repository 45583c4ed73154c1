package rx

import "github.com/gosctp/sctp/internal/seq"

// streamsPerPage is the grain in which the state of streams is allocated.
const streamsPerPage = 128

// ordering decides when an ordered message may be handed out: when all those before it in its stream have been
// (RFC 9260 section 6.6). Streams cost nothing before their first message, and two words in a hundred after it.
type ordering struct {
	pages []*[streamsPerPage]uint32 // for each stream the id that is next in line
	// held has every ordered message that has begun and may not be passed on: because it is not next in line, or not complete.
	held map[key]*run
}

// check refuses a fragment that no sender would have sent.
func (o *ordering) check(f *fragment) error {
	if f.unordered {
		return nil
	}
	if next := o.next(f.key.stream); f.key.id != next && !seq.SSN(next).Less(seq.SSN(f.key.id)) {
		return ErrStaleSSN
	}
	if f.begin && o.held[f.key] != nil {
		return ErrDuplicateSSN
	}
	return nil
}

// next is the id that is next in line in a stream.
func (o *ordering) next(stream uint16) uint32 {
	if p := int(stream) / streamsPerPage; p < len(o.pages) && o.pages[p] != nil {
		return o.pages[p][stream%streamsPerPage]
	}
	return 0
}

// inLine reports whether r is next in its stream.
func (o *ordering) inLine(r *run) bool { return r.key.id == o.next(r.key.stream) }

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
	p := int(r.key.stream) / streamsPerPage
	for p >= len(o.pages) {
		o.pages = append(o.pages, nil)
	}
	if o.pages[p] == nil {
		o.pages[p] = new([streamsPerPage]uint32)
	}
	next := uint32(seq.SSN(r.key.id) + 1)
	o.pages[p][r.key.stream%streamsPerPage] = next
	return o.held[key{stream: r.key.stream, id: next}]
}
