package fault

import (
	"container/heap"
	"sync"
	"time"

	"github.com/gosctp/sctp/transport"
)

// maxDelayed is the number of packets under way at a time: as with routers, what does not fit into the queue is lost.
const maxDelayed = 1 << 14

// delayLine holds packets back. It has a goroutine while it holds some.
type delayLine struct {
	carrier transport.Transport
	wg      sync.WaitGroup
	done    chan struct{}
	// earlier tells the goroutine that a packet is due before the one that it waits for.
	earlier chan struct{}

	mu      sync.Mutex
	held    packetHeap
	number  uint64
	running bool
	closed  bool
}

func newDelayLine(t transport.Transport) *delayLine {
	return &delayLine{carrier: t, done: make(chan struct{}), earlier: make(chan struct{}, 1)}
}

// add sends d after delay. It says false if there is no room.
func (l *delayLine) add(d transport.Datagram, delay time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.held) >= maxDelayed {
		return false
	}
	l.number++
	p := heldPacket{time.Now().Add(delay), l.number, d}
	heap.Push(&l.held, p)
	if !l.running {
		l.running = true
		l.wg.Go(l.run)
	} else if l.held[0].number == p.number {
		select {
		case l.earlier <- struct{}{}:
		default:
		}
	}
	return true
}

// run sends what is due until nothing is held.
func (l *delayLine) run() {
	for {
		due, wait, ok := l.take()
		if !ok {
			return
		}
		if len(due) > 0 {
			l.send(due)
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-l.earlier:
		case <-l.done:
		}
		timer.Stop()
	}
}

// take removes what is due, or says how long to wait. It says false if the goroutine is to end.
func (l *delayLine) take() (due []transport.Datagram, wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.held) == 0 {
		l.running = false
		return nil, 0, false
	}
	now := time.Now()
	for len(l.held) > 0 && !l.held[0].due.After(now) {
		due = append(due, heap.Pop(&l.held).(heldPacket).d)
	}
	if len(due) == 0 {
		wait = l.held[0].due.Sub(now)
	}
	return due, wait, true
}

// send waits where the carrier is full.
func (l *delayLine) send(ds []transport.Datagram) {
	for len(ds) > 0 {
		n, err := l.carrier.WriteBatch(ds)
		if err != nil {
			return
		}
		if ds = ds[n:]; len(ds) > 0 && l.carrier.WaitWritable() != nil {
			return
		}
	}
}

func (l *delayLine) close() {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		l.held = nil
		close(l.done)
	}
	l.mu.Unlock()
	l.wg.Wait()
}

// heldPacket is a packet and when to send it; of those due at the same time, the one with the smaller number comes first.
type heldPacket struct {
	due    time.Time
	number uint64
	d      transport.Datagram
}

// packetHeap orders held packets, the next one first.
type packetHeap []heldPacket

func (h packetHeap) Len() int { return len(h) }
func (h packetHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].number < h[j].number
	}
	return h[i].due.Before(h[j].due)
}
func (h packetHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *packetHeap) Push(x any)   { *h = append(*h, x.(heldPacket)) }
func (h *packetHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = heldPacket{}
	*h = old[:len(old)-1]
	return last
}
