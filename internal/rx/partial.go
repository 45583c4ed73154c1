package rx

import (
	"cmp"
	"slices"
)

// partials chooses the messages that are handed out in parts while the rest of them is still to come (RFC 9260 section 6.9), and
// holds up what must not come between the parts (RFC 6458 section 8.1.20): everything else at levels 0 and 1, the rest of the
// stream at level 2.
type partials struct {
	point   int     // bytes from which a message may be handed out in parts; 0 leaves it to the lack of memory
	ripe    runList // incomplete and next in line, of at least point bytes, in the order in which they reached that
	begun   runList // incomplete and next in line, in the order in which they got there
	drained int     // messages in partial delivery of which everything that has come is read
	one     lane    // of levels 0 and 1
	// byStream is nil at levels 0 and 1. At level 2 it has a lane for each stream with a message in partial delivery.
	byStream map[uint16]*lane
	// level2 is what was asked for last. It counts as soon as no message is in partial delivery.
	level2 bool
	spare  *lane
	spares int
}

// lane is where messages may not overtake each other.
type lane struct {
	current *run    // in partial delivery; in the ready list, or drained
	behind  runList // complete and due, but for current
	ripe    runList // of level 2: those that could be handed out in parts, but for current
	next    *lane   // in the list of spare ones
}

// poolLanes is how many lanes are kept for use again. The number is a guess.
const poolLanes = 64

func newPartials(c *Config) partials {
	p := partials{point: c.PartialDeliveryPoint, level2: c.Level == 2}
	p.changeLevel()
	return p
}

// changeLevel makes level2 count, if it can.
func (p *partials) changeLevel() {
	switch {
	case p.one.current != nil || len(p.byStream) > 0:
	case !p.level2:
		p.byStream = nil
	case p.byStream == nil:
		p.byStream = make(map[uint16]*lane)
	}
}

// lane returns the lane that keeps messages of a stream waiting, or nil.
func (p *partials) lane(stream uint16) *lane {
	if p.byStream == nil {
		if p.one.current == nil {
			return nil
		}
		return &p.one
	}
	if len(p.byStream) == 0 {
		return nil
	}
	return p.byStream[stream]
}

// current is the message of a stream that is in partial delivery, or nil.
func (p *partials) current(stream uint16) *run {
	if l := p.lane(stream); l != nil {
		return l.current
	}
	return nil
}

// offer puts forward r, an incomplete message that only its own fragments keep from being handed out. It says whether r, in
// partial delivery, has something to read again.
func (p *partials) offer(r *run) (awake bool) {
	ripe := p.point > 0 && int(r.unread) >= p.point
	switch r.place {
	case placeReady, placeRipe, placeHeldUp, placeBehind:
		return false
	case placeDrained:
		p.drained--
		return true
	case placeBegun:
		if !ripe {
			return false
		}
		p.begun.remove(r)
	case placeLoose, placeWaiting:
	}
	if ripe {
		p.ripe.push(r, placeRipe)
	} else {
		p.begun.push(r, placeBegun)
	}
	return false
}

// withdraw takes r off the lists, because it is complete or lost.
func (p *partials) withdraw(r *run) {
	switch r.place {
	case placeBegun:
		p.begun.remove(r)
	case placeRipe:
		p.ripe.remove(r)
	case placeHeldUp:
		p.byStream[r.key.stream].ripe.remove(r)
	case placeDrained:
		p.drained--
	case placeLoose, placeWaiting, placeBehind, placeReady:
	}
}

// possible reports whether begin could choose one.
func (p *partials) possible() bool { return p.ripe.head != nil || p.begun.head != nil }

// begin chooses the next message to hand out in parts, or nil. Need says not to wait for point.
func (p *partials) begin(need bool) *run {
	if p.one.current != nil {
		return nil
	}
	for r := p.ripe.head; r != nil; r = p.ripe.head {
		l := p.lane(r.key.stream)
		if l == nil {
			p.ripe.remove(r)
			p.occupy(r)
			return r
		}
		p.ripe.remove(r)
		l.ripe.push(r, placeHeldUp)
	}
	if !need {
		return nil
	}
	for r := p.begun.head; r != nil; r = r.next {
		if p.lane(r.key.stream) == nil {
			p.begun.remove(r)
			p.occupy(r)
			return r
		}
	}
	return nil
}

// occupy begins the partial delivery of r.
func (p *partials) occupy(r *run) {
	if p.byStream == nil {
		p.one.current = r
		return
	}
	l := p.spare
	if l == nil {
		l = new(lane)
	} else {
		p.spare, l.next = l.next, nil
		p.spares--
	}
	l.current = r
	p.byStream[r.key.stream] = l
}

// release ends the partial delivery in a stream, and puts on due what waited behind it.
func (p *partials) release(stream uint16, due *runList) {
	l := p.lane(stream)
	l.current = nil
	for r := l.behind.head; r != nil; r = l.behind.head {
		l.behind.remove(r)
		due.push(r, placeReady)
	}
	if p.byStream == nil {
		p.changeLevel()
		return
	}
	for r := l.ripe.head; r != nil; r = l.ripe.head {
		l.ripe.remove(r)
		p.ripe.push(r, placeRipe)
	}
	delete(p.byStream, stream)
	if p.spares < poolLanes {
		l.next, p.spare = p.spare, l
		p.spares++
	}
	p.changeLevel()
}

// all returns the messages in partial delivery, by stream.
func (p *partials) all() (all []*run) {
	if r := p.one.current; r != nil {
		all = append(all, r)
	}
	// order: sorted below, before anybody sees it.
	for _, l := range p.byStream {
		all = append(all, l.current)
	}
	slices.SortFunc(all, func(a, b *run) int { return cmp.Compare(a.key.stream, b.key.stream) })
	return all
}
