package rx

// streamsPerPage is the grain in which the state of streams is allocated.
const streamsPerPage = 128

// lines has a number for each stream, zero at first: the id that is next in line. Streams cost nothing while theirs is zero,
// and a word in a hundred and thirty otherwise.
type lines struct{ pages []*page }

type page struct {
	next [streamsPerPage]uint32
	used int // numbers that are not zero
}

// next is the number of a stream.
func (l *lines) next(stream uint16) uint32 {
	if p := int(stream) / streamsPerPage; p < len(l.pages) && l.pages[p] != nil {
		return l.pages[p].next[stream%streamsPerPage]
	}
	return 0
}

// set changes the number of a stream.
func (l *lines) set(stream uint16, n uint32) {
	p := int(stream) / streamsPerPage
	if p >= len(l.pages) {
		if n == 0 {
			return
		}
		l.pages = append(l.pages, make([]*page, p+1-len(l.pages))...)
	}
	if l.pages[p] == nil {
		if n == 0 {
			return
		}
		l.pages[p] = new(page)
	}
	pg := l.pages[p]
	slot := &pg.next[stream%streamsPerPage]
	if *slot != 0 {
		pg.used--
	}
	if *slot = n; n != 0 {
		pg.used++
	}
	if pg.used == 0 {
		l.pages[p] = nil
	}
}
