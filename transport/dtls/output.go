package dtls

import (
	"net"
	"sync"

	"github.com/gosctp/sctp/transport"
)

// maxWaiting is how many records wait for a carrier underneath that is full. Those that do not fit are lost if nobody waits for room.
const maxWaiting = 256

// output collects the records of a batch, so that they leave together, and keeps those for which there is no room yet.
type output struct {
	lower      transport.Transport
	goroutines *sync.WaitGroup

	mu sync.Mutex
	// changed is broadcast when there is room again, and with closed.
	changed sync.Cond
	list    []transport.Datagram
	// spare are buffers that the list has used before.
	spare [][]byte
	// batches is how many batches are being collected: their ends write.
	batches  int
	draining bool
	closed   bool
}

func (o *output) init(lower transport.Transport, goroutines *sync.WaitGroup) {
	o.lower, o.goroutines = lower, goroutines
	o.changed.L = &o.mu
}

// batch calls write for n packets, or fewer if there is no room for their records, and returns for how many.
func (o *output) batch(n int, write func(i int)) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.batches++
	done := 0
	for ; done < n && !o.closed; done++ {
		if len(o.list) >= maxWaiting {
			if o.flush(); len(o.list) >= maxWaiting {
				break
			}
		}
		o.mu.Unlock()
		write(done)
		o.mu.Lock()
	}
	o.batches--
	if o.closed {
		return done, net.ErrClosed
	}
	o.flush()
	return done, nil
}

// add sends a datagram, at the end of the batch if there is one. Its data is copied.
func (o *output) add(d transport.Datagram) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || len(o.list) >= 2*maxWaiting {
		return // lost
	}
	var b []byte
	if last := len(o.spare) - 1; last >= 0 {
		b, o.spare = o.spare[last], o.spare[:last]
	}
	d.Data = append(b[:0], d.Data...)
	o.list = append(o.list, d)
	if o.batches == 0 {
		o.flush()
	}
}

// flush writes as much as the carrier underneath takes. What it does not take is left to a goroutine. o.mu is held.
func (o *output) flush() {
	if o.draining || len(o.list) == 0 {
		return
	}
	if o.write(); len(o.list) > 0 {
		o.draining = true
		o.goroutines.Go(o.drain)
	}
}

// write offers the list once. o.mu is held.
func (o *output) write() {
	n, err := o.lower.WriteBatch(o.list)
	if err != nil {
		n = len(o.list) // The carrier has ended: lost.
	}
	for i := range n {
		o.spare = append(o.spare, o.list[i].Data)
	}
	left := copy(o.list, o.list[n:])
	clear(o.list[left:])
	o.list = o.list[:left]
	o.changed.Broadcast()
}

// drain writes until nothing waits.
func (o *output) drain() {
	for {
		err := o.lower.WaitWritable()
		o.mu.Lock()
		o.write()
		if err != nil || len(o.list) == 0 || o.closed {
			o.draining = false
			o.mu.Unlock()
			return
		}
		o.mu.Unlock()
	}
}

// wait waits for room.
func (o *output) wait() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.list) >= maxWaiting && !o.closed {
		o.changed.Wait()
	}
	if o.closed {
		return net.ErrClosed
	}
	return nil
}

// close ends waits. What a batch has collected so far leaves: peers are told the end in the middle of it.
func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
	o.closed = true
	o.changed.Broadcast()
}
