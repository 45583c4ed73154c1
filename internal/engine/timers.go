package engine

import (
	"container/heap"
	"sync"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// timers has the next deadline of every association in a heap, under one runtime timer.
//
// An entry may be earlier than its association's deadline has become since: moving deadlines back costs nothing, and the
// association corrects its entry when it comes up (see Assoc.arm). So a deadline that moves with every packet costs a heap
// operation per expiry, not per packet.
type timers struct {
	mu   sync.Mutex
	heap deadlineHeap
	// timer fires at next; both are unset while there is nothing to wait for.
	timer   *time.Timer
	next    mono.Time
	stopped bool
}

// set moves the entry of a to at, which must not be unset. fire is what the runtime timer calls.
func (t *timers) set(a *Assoc, at, now mono.Time, fire func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped {
		return
	}
	a.heapAt = at
	if a.heapIndex >= 0 {
		heap.Fix(&t.heap, a.heapIndex)
	} else {
		heap.Push(&t.heap, a)
	}
	t.rearm(now, fire)
}

// remove takes the entry of a out.
func (t *timers) remove(a *Assoc) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a.heapIndex >= 0 {
		heap.Remove(&t.heap, a.heapIndex)
	}
}

// pop takes out an association whose entry has come, or makes the runtime timer wait for the earliest one.
func (t *timers) pop(now mono.Time, fire func()) *Assoc {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped || len(t.heap) == 0 {
		t.next = 0
		return nil
	}
	if !t.heap[0].heapAt.Reached(now) {
		t.next = 0
		t.rearm(now, fire)
		return nil
	}
	return heap.Pop(&t.heap).(*Assoc)
}

// rearm sets the runtime timer if the heap's earliest entry comes before what it waits for.
func (t *timers) rearm(now mono.Time, fire func()) {
	first := t.heap[0].heapAt
	if t.next != 0 && t.next <= first {
		return
	}
	t.next = first
	wait := max(first.Sub(now), 0)
	if t.timer == nil {
		t.timer = time.AfterFunc(wait, fire)
	} else {
		t.timer.Reset(wait)
	}
}

func (t *timers) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	if t.timer != nil {
		t.timer.Stop()
	}
}

// deadlineHeap is a heap of associations by heapAt, guarded by timers.mu.
type deadlineHeap []*Assoc

func (h deadlineHeap) Len() int           { return len(h) }
func (h deadlineHeap) Less(i, j int) bool { return h[i].heapAt < h[j].heapAt }
func (h deadlineHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].heapIndex, h[j].heapIndex = i, j
}

func (h *deadlineHeap) Push(x any) {
	a := x.(*Assoc)
	a.heapIndex = len(*h)
	*h = append(*h, a)
}

func (h *deadlineHeap) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	a.heapIndex = -1
	return a
}
