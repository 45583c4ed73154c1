package simnet

import (
	"container/heap"
	"net/netip"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// arrival is something that happens at a time: a packet reaches its address, a datagram appears at a host, or the
// network changes.
type arrival struct {
	at     mono.Time
	serial uint64 // keeps things of the same time in the order in which they were scheduled

	d                transport.Datagram
	fromPort, toPort uint16     // UDP ports, both zero outside UDP
	inside           netip.Addr // that it comes from, if a NAT has translated it
	injected         *Host
	change           func()
}

// schedule is a queue of arrivals by time.
type schedule struct {
	items  arrivalHeap
	serial uint64
}

func (s *schedule) push(a arrival) {
	s.serial++
	a.serial = s.serial
	heap.Push(&s.items, a)
}

func (s *schedule) pop() arrival { return heap.Pop(&s.items).(arrival) }

// next returns the time of the first arrival; unset if there is none.
func (s *schedule) next() mono.Time {
	if len(s.items) == 0 {
		return 0
	}
	return s.items[0].at
}

type arrivalHeap []arrival

func (h arrivalHeap) Len() int { return len(h) }
func (h arrivalHeap) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return h[i].serial < h[j].serial
}
func (h arrivalHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *arrivalHeap) Push(x any)   { *h = append(*h, x.(arrival)) }
func (h *arrivalHeap) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	(*h)[last] = arrival{}
	*h = (*h)[:last]
	return a
}
