package rx

// partials chooses the message that is handed out in parts while the rest of it is still to come (RFC 9260 section 6.9). There
// is one at a time, and nothing else is handed out before it ends: level 0 of RFC 6458 section 8.1.20.
type partials struct {
	point   int     // bytes from which a message may be handed out in parts; 0 leaves it to the lack of memory
	current *run    // in the ready list although incomplete, or nil
	ripe    runList // incomplete and next in line, of at least point bytes, in the order in which they reached that
	begun   runList // incomplete and next in line, in the order in which they got there
}

// offer puts forward r, an incomplete message that only its own fragments keep from being handed out.
func (p *partials) offer(r *run) {
	ripe := p.point > 0 && r.unread >= p.point
	switch r.place {
	case placeReady, placeRipe:
		return
	case placeBegun:
		if !ripe {
			return
		}
		p.begun.remove(r)
	case placeLoose, placeWaiting:
	}
	if ripe {
		p.ripe.push(r, placeRipe)
	} else {
		p.begun.push(r, placeBegun)
	}
}

// withdraw takes r, which is complete, off the lists.
func (p *partials) withdraw(r *run) {
	switch r.place {
	case placeBegun:
		p.begun.remove(r)
	case placeRipe:
		p.ripe.remove(r)
	case placeLoose, placeWaiting, placeReady:
	}
}

// begin chooses the next message to hand out in parts, or nil. Need says not to wait for point.
func (p *partials) begin(need bool) *run {
	if p.current != nil {
		return nil
	}
	if r := p.ripe.head; r != nil {
		p.ripe.remove(r)
		p.current = r
		return r
	}
	if r := p.begun.head; r != nil && need {
		p.begun.remove(r)
		p.current = r
		return r
	}
	return nil
}
