package sched

// heap is a binary heap of streams, the one with the least key first, among equals the one with the earliest turn. Keys are
// compared as serial numbers: they may wrap, as long as those of one moment are less than half their range apart.
type heap struct {
	streams []*Stream
	turns   uint64
}

// Next is the first stream.
func (h *heap) Next() *Stream {
	if len(h.streams) == 0 {
		return nil
	}
	return h.streams[0]
}

// Remove takes a stream out.
func (h *heap) Remove(s *Stream) {
	last := len(h.streams) - 1
	moved := h.streams[last]
	h.streams[last] = nil
	h.streams = h.streams[:last]
	if moved != s {
		h.streams[s.place] = moved
		moved.place = s.place
		h.fix(moved)
	}
}

// Packet means nothing to schedulers that go by chunks.
func (h *heap) Packet() {}

// push adds a stream whose key is set, behind those with the same key.
func (h *heap) push(s *Stream) {
	s.place = len(h.streams)
	h.streams = append(h.streams, s)
	h.toBack(s)
}

// toBack puts a stream behind those with the same key.
func (h *heap) toBack(s *Stream) {
	h.turns++
	s.turn = h.turns
	h.fix(s)
}

// fix finds the place of a stream whose key has changed.
func (h *heap) fix(s *Stream) {
	i := s.place
	for i > 0 && less(s, h.streams[(i-1)/2]) {
		i = h.swap(i, (i-1)/2)
	}
	for {
		child := 2*i + 1
		if child >= len(h.streams) {
			return
		}
		if child+1 < len(h.streams) && less(h.streams[child+1], h.streams[child]) {
			child++
		}
		if !less(h.streams[child], s) {
			return
		}
		i = h.swap(i, child)
	}
}

func (h *heap) swap(i, j int) int {
	h.streams[i], h.streams[j] = h.streams[j], h.streams[i]
	h.streams[i].place, h.streams[j].place = i, j
	return j
}

func less(s, u *Stream) bool {
	if s.key != u.key {
		return int64(s.key-u.key) < 0
	}
	return int64(s.turn-u.turn) < 0
}
