package rx

import "github.com/gosctp/sctp/internal/seq"

const (
	minSeams = 64
	// maxSeams covers every TSN that a TSNMap lets through, and the one before them.
	maxSeams = MaxGapTSNs + 1
)

// seams finds what lies on either side of a TSN. Fragments of one message have consecutive TSNs (RFC 9260 section 6.9), so
// that is all it takes to put a message together, and to notice two neighbours that contradict each other.
//
// It is a ring with a slot for each TSN modulo its size. A slot is of use until both neighbours of its TSN have come, and may
// be overwritten from then on; where that is not yet so, the ring doubles. In steady state its size follows the
// distance over which TSNs are reordered, however many messages wait to be read.
type seams struct {
	ring    []seam // a power of two of them, or none
	started bool
	highest seq.TSN
	// holes is how many TSNs below the highest have not come.
	holes int
}

// seam is what the neighbours of a TSN have to know about it.
type seam struct {
	run   *run // of a chunk with an open side, that side's run; otherwise not to be used
	tsn   seq.TSN
	flags seamFlags
}

type seamFlags uint8

const (
	seamHeld   seamFlags = 1 << iota // the TSN has come
	seamBegin                        // it begins a message
	seamEnd                          // it ends a message
	seamBefore                       // the TSN before it has come too
	seamAfter                        // the TSN after it has come too
)

func (s *seam) has(f seamFlags) bool { return s.flags&f == f }

func (s *seam) settled() bool { return !s.has(seamHeld) || s.has(seamBefore|seamAfter) }

// start says that initial is the first TSN that can come: a message has to begin there.
func (s *seams) start(initial seq.TSN) {
	*s = seams{started: true, highest: initial - 1}
	s.ring = make([]seam, minSeams)
	*s.slot(initial - 1) = seam{tsn: initial - 1, flags: seamHeld | seamBegin | seamEnd | seamBefore}
}

// startAt takes the first TSN that came for the lower end, for want of better knowledge.
func (s *seams) startAt(first seq.TSN) {
	*s = seams{started: true, highest: first}
	s.ring = make([]seam, minSeams)
}

func (s *seams) slot(t seq.TSN) *seam { return &s.ring[int(t)&(len(s.ring)-1)] }

// at returns what is known of t, or nil.
func (s *seams) at(t seq.TSN) *seam {
	if len(s.ring) == 0 {
		return nil
	}
	if x := s.slot(t); x.has(seamHeld) && x.tsn == t {
		return x
	}
	return nil
}

// around returns the runs that f continues on its left and on its right, as far as they exist.
func (s *seams) around(f *fragment) (left, right *run, err error) {
	if x := s.at(f.tsn - 1); x != nil {
		switch {
		case x.has(seamEnd) && !f.begin:
			return nil, nil, ErrBeginMissing
		case !x.has(seamEnd) && f.begin:
			return nil, nil, ErrEndMissing
		case !x.has(seamEnd):
			left = x.run
		}
	}
	if x := s.at(f.tsn + 1); x != nil {
		switch {
		case f.end && !x.has(seamBegin):
			return nil, nil, ErrBeginMissing
		case !f.end && x.has(seamBegin):
			return nil, nil, ErrEndMissing
		case !f.end:
			right = x.run
		}
	}
	if left != nil && !left.takes(f) || right != nil && !right.takes(f) {
		return nil, nil, ErrMixedMessage
	}
	return left, right, nil
}

// fills reports whether t lies below the highest TSN that has come.
func (s *seams) fills(t seq.TSN) bool { return s.started && t.Less(s.highest) }

// holesWith is what holes would be after t.
func (s *seams) holesWith(t seq.TSN) int {
	if !s.started || t.LessEq(s.highest) {
		return s.holes
	}
	return s.holes + t.Diff(s.highest) - 1
}

// note records that f has come, as part of r.
func (s *seams) note(f *fragment, r *run) {
	t := f.tsn
	x := seam{run: r, tsn: t, flags: seamHeld}
	if f.begin {
		x.flags |= seamBegin
	}
	if f.end {
		x.flags |= seamEnd
	}
	if !s.started {
		s.startAt(t)
		x.flags |= seamBefore
	}
	if s.fills(t) {
		s.holes = max(s.holes-1, 0)
	} else {
		s.holes = s.holesWith(t)
		s.highest = t
	}
	if p := s.at(t - 1); p != nil {
		p.flags |= seamAfter
		x.flags |= seamBefore
	}
	if n := s.at(t + 1); n != nil {
		n.flags |= seamBefore
		x.flags |= seamAfter
	}
	for o := s.slot(t); o.tsn != t && !o.settled() && len(s.ring) < maxSeams; o = s.slot(t) {
		s.grow()
	}
	*s.slot(t) = x
}

// attach makes r the run on the open right side of t.
func (s *seams) attach(t seq.TSN, r *run) {
	if x := s.at(t); x != nil {
		x.run = r
	}
}

func (s *seams) grow() {
	old := s.ring
	s.ring = make([]seam, 2*len(old))
	for i := range old {
		if x := &old[i]; !x.settled() {
			*s.slot(x.tsn) = *x
		}
	}
}
