package engine

import "sync"

// tagStripes is how many parts the table of tags has. Readers rarely meet at one, and then both only read.
const tagStripes = 64

// tags finds an association by its verification tag without the endpoint's lock: nearly all packets that arrive are of associations that there
// are. The endpoint has the truth, and what it says about a tag is put here afterwards; whoever finds an association here asks it, under its
// own lock, whether the packet is really its own (see deliverRun).
type tags [tagStripes]tagStripe

// tagStripe is the associations whose tags end alike.
type tagStripe struct {
	mu    sync.RWMutex
	known map[uint32]*Assoc
}

func (t *tags) stripe(tag uint32) *tagStripe { return &t[tag%tagStripes] }

// find returns the association that was last known to have a tag, nil if there is none.
func (t *tags) find(tag uint32) *Assoc {
	s := t.stripe(tag)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.known[tag]
}

// put makes a known by its tag.
func (t *tags) put(tag uint32, a *Assoc) {
	s := t.stripe(tag)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = make(map[uint32]*Assoc)
	}
	s.known[tag] = a
}

// remove forgets a under a tag.
func (t *tags) remove(tag uint32, a *Assoc) {
	s := t.stripe(tag)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[tag] == a {
		delete(s.known, tag)
	}
}
