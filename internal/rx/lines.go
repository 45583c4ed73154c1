package rx

// streamsPerPage is the grain in which the state of streams is allocated.
const streamsPerPage = 16

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
	if p < len(l.pages) && l.pages[p] != nil {
		slot := &l.pages[p].next[stream%streamsPerPage]
		if *slot == 0 || n == 0 {
			l.count(p, *slot, n)
		}
		*slot = n
		return
	}
	if n == 0 {
		return
	}
	if p >= len(l.pages) {
		l.pages = append(l.pages, make([]*page, p+1-len(l.pages))...)
	}
	l.pages[p] = &page{used: 1}
	l.pages[p].next[stream%streamsPerPage] = n
}

// count follows a number of page p that changes from or to zero, and gives the page back when all are.
func (l *lines) count(p int, from, to uint32) {
	pg := l.pages[p]
	if from != 0 {
		pg.used--
	}
	if to != 0 {
		pg.used++
	}
	if pg.used == 0 {
		l.pages[p] = nil
	}
}
