package simnet

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// arrival is something that happens at a time: a packet reaches its address, a datagram appears at a host, or the
// network changes.
type arrival struct {
	at mono.Time

	d                transport.Datagram
	fromPort, toPort uint16     // UDP ports, both zero outside UDP
	inside           netip.Addr // that it comes from, if a NAT has translated it
	injected         *Host
	change           func()
}

// schedule is a queue of arrivals by time; those of the same time stay in the order in which they were scheduled. It is a binary heap of small
// entries, while the arrivals stay where they are.
type schedule struct {
	heap     []entry
	arrivals []arrival
	free     []int // of arrivals
	serial   uint64
}

type entry struct {
	at      mono.Time
	serial  uint64
	arrival int
}

func (e *entry) before(o *entry) bool { return e.at < o.at || e.at == o.at && e.serial < o.serial }

func (s *schedule) push(a arrival) {
	s.serial++
	e := entry{at: a.at, serial: s.serial}
	if n := len(s.free); n > 0 {
		e.arrival = s.free[n-1]
		s.free = s.free[:n-1]
		s.arrivals[e.arrival] = a
	} else {
		e.arrival = len(s.arrivals)
		s.arrivals = append(s.arrivals, a)
	}
	s.heap = append(s.heap, e)
	i := len(s.heap) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !e.before(&s.heap[parent]) {
			break
		}
		s.heap[i] = s.heap[parent]
		i = parent
	}
	s.heap[i] = e
}

func (s *schedule) pop() arrival {
	first, last := s.heap[0].arrival, len(s.heap)-1
	e := s.heap[last]
	s.heap = s.heap[:last]
	i := 0
	for {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && s.heap[child+1].before(&s.heap[child]) {
			child++
		}
		if !s.heap[child].before(&e) {
			break
		}
		s.heap[i] = s.heap[child]
		i = child
	}
	if last > 0 {
		s.heap[i] = e
	}
	a := s.arrivals[first]
	s.arrivals[first] = arrival{}
	s.free = append(s.free, first)
	return a
}

// next returns the time of the first arrival; unset if there is none.
func (s *schedule) next() mono.Time {
	if len(s.heap) == 0 {
		return 0
	}
	return s.heap[0].at
}
