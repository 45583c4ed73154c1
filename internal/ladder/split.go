package ladder

// Splitter sorts the packets of a capture into associations. The zero value is ready for use.
type Splitter struct {
	topo   topology
	assocs map[pair]int
}

// Index returns the number of the association that p belongs to: 0 for the first one seen, and so on. Two endpoints have
// one association at a time, so what they say to each other later, after a shutdown, counts as the same.
func (s *Splitter) Index(p Packet) int {
	r := s.topo.route(p)
	key := pair{min(r.src.endpoint, r.dst.endpoint), max(r.src.endpoint, r.dst.endpoint)}
	i, ok := s.assocs[key]
	if !ok {
		if s.assocs == nil {
			s.assocs = make(map[pair]int)
		}
		i = len(s.assocs)
		s.assocs[key] = i
	}
	return i
}
