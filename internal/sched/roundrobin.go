package sched

// ring is the streams of a round robin, in the order of their turns.
type ring struct {
	first *Stream
	// perPacket: a turn lasts until a packet is complete.
	perPacket bool
	// packet is the stream that has had a part of the packet; spent: that stream has nothing more, and the packet is over.
	packet *Stream
	spent  bool
}

// RoundRobin returns the scheduler that gives every stream a turn, of a message or, with interleaving, of a chunk (RFC 8260 section 3.2).
func RoundRobin() Scheduler { return new(ring) }

// RoundRobinPacket returns the scheduler that gives every stream a turn of a packet: only messages of one stream are bundled, so that a
// lost packet delays one stream only (RFC 8260 section 3.3). Its Next is nil when nothing more may go into a packet.
func RoundRobinPacket() Scheduler { return &ring{perPacket: true} }

func (r *ring) Add(s *Stream) {
	if r.first == nil {
		s.before, s.after = s, s
		r.first = s
		return
	}
	s.before, s.after = r.first.before, r.first
	s.before.after, s.after.before = s, s
}

func (r *ring) Remove(s *Stream) {
	if r.packet == s {
		r.packet, r.spent = nil, true
	}
	switch {
	case s.after == s:
		r.first = nil
	case r.first == s:
		r.first = s.after
	}
	s.before.after, s.after.before = s.after, s.before
	s.before, s.after = nil, nil
}

func (r *ring) Next() *Stream {
	switch {
	case r.spent:
		return nil
	case r.packet != nil:
		return r.packet
	}
	return r.first
}

func (r *ring) Sent(s *Stream, _ int, _ bool) {
	if r.perPacket {
		r.packet = s
	} else {
		r.toBack(s)
	}
}

func (r *ring) Packet() {
	if r.packet != nil {
		r.toBack(r.packet)
	}
	r.packet, r.spent = nil, false
}

// toBack makes s the last.
func (r *ring) toBack(s *Stream) {
	if s == r.first {
		r.first = s.after
		return
	}
	r.Remove(s)
	r.Add(s)
}
