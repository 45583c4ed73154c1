package endpoint

// maxRetiredTags is how many tags of ended associations are remembered; the oldest makes room for the next.
const maxRetiredTags = 1024

// retiredTags are local tags of associations that ended. The cookie that made one stays valid for its lifespan, so a COOKIE ECHO that the
// network repeats late would make it again, with a message delivered twice and a peer that knows nothing of it. RFC 9260 section 5.3.1
// forbids the tag to return; its section 5.1.5 does not say who remembers it. After so many more associations, the lifespan is what
// limits a replay.
type retiredTags struct {
	ring []uint32
	next int
	set  map[uint32]struct{} // what is in the ring
}

func (r *retiredTags) add(tag uint32) {
	if r.has(tag) {
		return
	}
	if r.set == nil {
		r.set = make(map[uint32]struct{})
	}
	r.set[tag] = struct{}{}
	if len(r.ring) < maxRetiredTags {
		r.ring = append(r.ring, tag)
		return
	}
	delete(r.set, r.ring[r.next])
	r.ring[r.next] = tag
	r.next = (r.next + 1) % maxRetiredTags
}

func (r *retiredTags) has(tag uint32) bool {
	_, ok := r.set[tag]
	return ok
}
