package rx

import "github.com/gosctp/sctp/internal/seq"

const (
	minSeams = 4
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
	horizon
	ring []seam // a power of two of them, or none
	// lax: the peer gives messages up, so one may begin where another has not ended (RFC 3758 section 3.6).
	lax bool
}

// neighbours is what lies on either side of a TSN.
type neighbours struct {
	left, right *run // that the chunk continues, or nil
	// over is a message of which the chunk shows that the rest will not come, or nil.
	over *run
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
	s.horizon.start(initial)
	s.ring = make([]seam, minSeams)
	*s.slot(initial - 1) = seam{tsn: initial - 1, flags: seamHeld | seamBegin | seamEnd | seamBefore}
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

// around returns what f continues on its left and on its right, as far as it exists.
func (s *seams) around(f *fragment) (n neighbours, err error) {
	if x := s.at(f.tsn - 1); x != nil {
		switch {
		case x.has(seamEnd):
			if !f.begin {
				return n, ErrBeginMissing
			}
		case !f.begin:
			n.left = x.run
		case x.run == &lostRun: // that one never ends
		case s.lax:
			n.over = x.run
		default:
			return n, ErrEndMissing
		}
	}
	if x := s.at(f.tsn + 1); x != nil {
		switch {
		case x.has(seamBegin):
			if !f.end {
				if !s.lax {
					return neighbours{}, ErrEndMissing
				}
				n.right = &lostRun
			}
		case !f.end:
			n.right = x.run
		case x.run != &lostRun:
			return neighbours{}, ErrBeginMissing
		}
	}
	if !s.fits(n.left, f) || !s.fits(n.right, f) {
		return neighbours{}, ErrMixedMessage
	}
	return n, nil
}

// fits reports whether f can continue r, if there is one.
func (s *seams) fits(r *run, f *fragment) bool { return r == nil || r == &lostRun || r.takes(f) }

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
		s.ring = make([]seam, minSeams)
		x.flags |= seamBefore
	}
	s.reach(t)
	if p := s.at(t - 1); p != nil {
		p.flags |= seamAfter
		x.flags |= seamBefore
	}
	s.put(x)
}

// skip records that the TSNs from first to last will not come. A message may begin after them; a fragment there is of one that is lost.
func (s *seams) skip(first, last seq.TSN) {
	if s.ring == nil {
		s.ring = make([]seam, minSeams)
	}
	s.horizon.skip(first, last)
	if p := s.at(first - 1); p != nil {
		p.flags |= seamAfter
	}
	s.put(seam{run: &lostRun, tsn: last, flags: seamHeld | seamBefore})
}

// put gives x a slot. Its left side is in order.
func (s *seams) put(x seam) {
	if n := s.at(x.tsn + 1); n != nil {
		n.flags |= seamBefore
		x.flags |= seamAfter
	}
	for o := s.slot(x.tsn); o.tsn != x.tsn && !o.settled() && len(s.ring) < maxSeams; o = s.slot(x.tsn) {
		s.grow()
	}
	*s.slot(x.tsn) = x
}

// attach makes r the run on the open side of t.
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
