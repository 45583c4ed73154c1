package engine

import (
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
	t.heap.set(a, at)
	t.rearm(now, fire)
}

// remove takes the entry of a out.
func (t *timers) remove(a *Assoc) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a.heapIndex >= 0 {
		t.heap.remove(a.heapIndex)
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
	if !t.heap[0].at.Reached(now) {
		t.next = 0
		t.rearm(now, fire)
		return nil
	}
	a := t.heap[0].assoc
	t.heap.remove(0)
	return a
}

// rearm sets the runtime timer if the heap's earliest entry comes before what it waits for.
func (t *timers) rearm(now mono.Time, fire func()) {
	first := t.heap[0].at
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

// deadline is when to come back to an association.
type deadline struct {
	at    mono.Time
	assoc *Assoc
}

// deadlineHeap is a heap of deadlines, in which each association knows its place. The times are in the heap itself: to look at that of another
// association would be a cache miss, of which there are many in a large heap. timers.mu guards it.
type deadlineHeap []deadline

// put writes an entry at i.
func (h deadlineHeap) put(i int, d deadline) {
	h[i] = d
	d.assoc.heapIndex = i
}

// set adds an association, or moves it.
func (h *deadlineHeap) set(a *Assoc, at mono.Time) {
	if a.heapIndex < 0 {
		*h = append(*h, deadline{})
		a.heapIndex = len(*h) - 1
	}
	h.settle(a.heapIndex, deadline{at, a})
}

// remove takes out the entry at i.
func (h *deadlineHeap) remove(i int) {
	last := len(*h) - 1
	(*h)[i].assoc.heapIndex = -1
	d := (*h)[last]
	(*h)[last] = deadline{}
	*h = (*h)[:last]
	if i < last {
		h.settle(i, d)
	}
}

// settle puts an entry where it belongs, beginning at i, whose entry it replaces.
func (h deadlineHeap) settle(i int, d deadline) {
	for i > 0 {
		above := (i - 1) / 2
		if h[above].at <= d.at {
			break
		}
		h.put(i, h[above])
		i = above
	}
	for {
		below := 2*i + 1
		if below+1 < len(h) && h[below+1].at < h[below].at {
			below++
		}
		if below >= len(h) || d.at <= h[below].at {
			break
		}
		h.put(i, h[below])
		i = below
	}
	h.put(i, d)
}
