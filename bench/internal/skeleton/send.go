package skeleton

import "runtime"

// Send queues a message; it blocks while the window is full.
func (a *Assoc) Send(message []byte) error {
	e := a.e
	e.mu.Lock()
	for a.inFlight >= e.Window {
		e.flush()
		if a.inFlight >= e.Window && e.err.Load() == nil {
			a.windowOpen.Wait()
		}
		if err := e.failure(); err != nil {
			e.mu.Unlock()
			return err
		}
	}
	if a.takeSackDue() {
		e.room(a, sackLen+min(dataHeaderLen+pad(len(message)), e.MTU-commonHeaderLen-sackLen), false)
		a.putSack()
	}
	idle := a.inFlight == 0
	a.pack(message)
	e.pending.Add(1)
	switch {
	case idle && e.busy.Load() <= 1: // nobody to share a train with
		e.flush()
		e.mu.Unlock()
	case len(e.ready) > 0:
		e.writeReady()
	default:
		e.quiet.Signal()
		e.mu.Unlock()
	}
	return e.failure()
}

// pack puts a message into chunks. e.mu is held.
func (a *Assoc) pack(message []byte) {
	e := a.e
	cut := len(message) > e.MTU-commonHeaderLen-dataHeaderLen
	for flags := byte(flagFirst); ; flags = 0 {
		left := e.room(a, dataHeaderLen+pad(len(message)), cut)
		n := min(len(message), (left-dataHeaderLen)&^3)
		if n == len(message) {
			flags |= flagLast
		}
		t := e.current
		at := len(t.buf)
		t.buf = t.buf[:at+dataHeaderLen+pad(n)]
		c := t.buf[at:]
		c[0], c[1] = typeData, flags
		order.PutUint16(c[2:], uint16(dataHeaderLen+n))
		order.PutUint32(c[4:], a.nextTSN)
		order.PutUint64(c[8:], 0) // stream, sequence number and protocol
		copy(c[dataHeaderLen:], message[:n])
		a.flight = append(a.flight, sent{a.nextTSN, n, t})
		t.refs.Add(1)
		a.nextTSN++
		a.inFlight += n
		if message = message[n:]; len(message) == 0 {
			return
		}
	}
}

// Types and flags of chunks (RFC 9260 section 3.3).
const (
	typeData  = 0
	typeSack  = 3
	flagFirst = 2
	flagLast  = 1
)

// takeSackDue says whether a SACK is to go, once.
func (a *Assoc) takeSackDue() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	due := a.sackDue
	a.sackDue = false
	return due
}

// putSack appends a SACK to the open packet. e.mu is held.
func (a *Assoc) putSack() {
	a.mu.Lock()
	cumulative := a.expected - 1
	a.mu.Unlock()
	t := a.e.current
	t.buf = append(t.buf, typeSack, 0, 0, sackLen)
	t.buf = order.AppendUint32(t.buf, cumulative)
	t.buf = order.AppendUint64(t.buf, 1<<52) // a window of 1 MiB, no gaps, no duplicates
}

// flush sends all there is. e.mu is held, and left meanwhile.
func (e *Endpoint) flush() {
	e.closeTrain()
	e.writeReady()
	e.mu.Lock()
}

// writeReady sends the trains that are ready, and leaves e.mu.
func (e *Endpoint) writeReady() {
	e.writing.Lock()
	defer e.writing.Unlock()
	e.queue = append(e.queue[:0], e.ready...)
	e.ready = e.ready[:0]
	e.mu.Unlock()
	for _, t := range e.queue {
		start := 0
		for _, end := range t.ends {
			setSum(t.buf[start:end])
			start = end
		}
		if err := e.write(t); err != nil {
			e.fail(err)
		}
		e.release(t, len(t.ends))
	}
}

// writer sends what callers of Send leave behind, once they pause.
func (e *Endpoint) writer() {
	e.mu.Lock()
	for {
		for e.current == nil && len(e.ready) == 0 {
			e.quiet.Wait()
		}
		e.mu.Unlock()
		for range 64 {
			before := e.pending.Load()
			runtime.Gosched()
			if e.pending.Load() == before {
				break
			}
		}
		e.mu.Lock()
		e.flush()
	}
}
