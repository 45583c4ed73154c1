package engine

import "github.com/gosctp/sctp/transport"

// polling is for a user who waits for packets himself, together with other things, on a thread of his own: see Options.Polled. It spares
// the changes of threads that waiting goroutines cost.
type polling struct {
	carrier transport.Polled
	inputs  []transport.Input
	readers []*reader
}

// startPolling reports whether the carrier can be polled.
func (e *Engine) startPolling() bool {
	c, ok := e.carrier.(transport.Polled)
	if !ok || len(c.Inputs()) == 0 {
		return false
	}
	e.polling = &polling{carrier: c, inputs: c.Inputs()}
	for queue := range c.Queues() {
		e.polling.readers = append(e.polling.readers, e.newReader(queue))
	}
	return true
}

// Inputs are what to wait for; none if the engine reads by itself.
func (e *Engine) Inputs() []transport.Input {
	if e.polling == nil {
		return nil
	}
	return e.polling.inputs
}

// Serve reads what has come to a queue, without waiting. It reports whether there may be more that poll does not show.
func (e *Engine) Serve(queue int) (more bool) {
	r := e.polling.readers[queue]
	n, err := e.polling.carrier.TryReadBatch(queue, r.batch)
	if err != nil {
		e.fail(err)
		return false
	}
	if n > 0 {
		r.serve(n, false)
	}
	return n == len(r.batch)
}

// ReadOn lets the engine read by itself from now on. Serve must not be called any more.
func (e *Engine) ReadOn() {
	if e.polling == nil {
		return
	}
	for _, r := range e.polling.readers {
		e.goroutines.Go(r.run)
	}
	e.polling = nil
}
