package rx

// assemblies finds the parts of I-DATA messages by MID and FSN (RFC 8260 section 2.2.3). TSNs say nothing about them.
//
// The run with the first fragment grows without any entry in loose, so fragments that come in order cost one look-up. All
// others are in loose, each by its FSN: those at the ends of a run have that run as their value. An entry goes when its
// fragment has become part of the first run, so every fragment is entered once at most.
type assemblies struct {
	open  map[key]*assembly
	loose map[position]*run
	// spare are up to poolRuns assemblies for use again.
	spare  *assembly
	spares int
}

// position is the place of a fragment.
type position struct {
	key key
	fsn uint32
}

// assembly is an I-DATA message of which something is missing.
type assembly struct {
	begun   *run    // with the first fragment, or nil
	loose   runList // the other ones, at placeLoose
	highest uint32  // FSN that has come
	ended   bool    // the highest is the last one
	next    *assembly
}

// around returns the runs that f continues, and refuses what no sender would have sent.
func (s *assemblies) around(f *fragment) (n neighbours, err error) {
	m := s.open[f.key]
	if m == nil {
		return n, nil
	}
	switch ahead := int32(f.pos - m.highest); {
	case f.begin && m.begun != nil:
		return n, ErrDuplicateNumber
	case m.begun != nil && int32(f.pos-m.begun.last) <= 0:
		return n, ErrDuplicateFSN
	case m.ended && ahead > 0, f.end && ahead < 0:
		return n, ErrBeyondEnd
	case len(s.loose) == 0:
	case s.loose[position{f.key, f.pos}] != nil:
		return n, ErrDuplicateFSN
	default:
		n.right = s.loose[position{f.key, f.pos + 1}]
		if !f.begin {
			n.left = s.loose[position{f.key, f.pos - 1}]
		}
	}
	if m.begun != nil && f.pos == m.begun.last+1 {
		n.left = m.begun
	}
	return n, nil
}

// note records that f has come, as part of r, which has taken the neighbours in.
func (s *assemblies) note(f *fragment, r *run, n neighbours) {
	m := s.open[f.key]
	if m == nil {
		if r.complete() {
			return
		}
		m = s.add(f)
	}
	if int32(f.pos-m.highest) > 0 {
		m.highest = f.pos
	}
	m.ended = m.ended || f.end
	switch {
	case r.begins:
		m.begun = r
		if n.right != nil {
			m.loose.remove(n.right)
			s.forget(f.key, f.pos+1, r.last)
		}
		if r.complete() {
			s.remove(f.key, m)
		}
	default:
		switch {
		case n.left == nil && n.right == nil:
			m.loose.push(r, placeLoose)
		case n.left != nil && n.right != nil:
			m.loose.remove(n.right)
		}
		s.loose[position{f.key, f.pos}] = r
		s.loose[position{f.key, r.last}] = r
	}
}

func (s *assemblies) add(f *fragment) *assembly {
	m := s.spare
	if m == nil {
		m = new(assembly)
	} else {
		s.spare = m.next
		s.spares--
	}
	*m = assembly{highest: f.pos}
	if s.open == nil {
		s.open, s.loose = make(map[key]*assembly), make(map[position]*run)
	}
	s.open[f.key] = m
	return m
}

func (s *assemblies) remove(k key, m *assembly) {
	delete(s.open, k)
	if s.spares < poolRuns {
		*m = assembly{next: s.spare}
		s.spare = m
		s.spares++
	}
}

// forget takes the fragments of a message from first to last out of loose.
func (s *assemblies) forget(k key, first, last uint32) {
	for fsn := first; ; fsn++ {
		delete(s.loose, position{k, fsn})
		if fsn == last {
			return
		}
	}
}
