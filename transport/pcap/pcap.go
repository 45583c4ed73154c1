// Package pcap looks at the packets of a carrier as they pass, and records them to files that Wireshark and tcpdump open.
//
// [Wrap] records what a carrier sends and receives; [Tap] shows it to a function; [NewReader] reads captures back, those
// that other programs made too.
package pcap

import (
	"sync"

	"github.com/gosctp/sctp/transport"
)

// Direction says which way a packet went, as seen by the host that captured it.
type Direction uint8

const (
	// Unknown is the direction in captures that do not say.
	Unknown Direction = iota
	// In is a packet that was received.
	In
	// Out is a packet that was sent.
	Out
)

// String returns "in", "out" or "unknown".
func (d Direction) String() string {
	switch d {
	case In:
		return "in"
	case Out:
		return "out"
	default:
		return "unknown"
	}
}

// Tap returns a carrier that does what t does, and shows each packet to f: those sent after t took them, those received before
// the reader gets them. The calls of f come one at a time; a Datagram is f's for the duration of the call. ICMP
// reports are shown too.
func Tap(t transport.Transport, f func(Direction, *transport.Datagram)) transport.Transport {
	return NewObserver(f).Wrap(t)
}

// Observer is a Tap for several carriers: where packets go from one of them to another, f sees each sent before it sees it
// received, and is still called one at a time.
type Observer struct {
	// mu is held while a carrier sends and f is called for it, or a packet that was sent and received in the meantime would be
	// seen the wrong way round. Sending does not block; and who records does not measure.
	mu sync.Mutex
	f  func(Direction, *transport.Datagram)
}

// NewObserver makes an Observer that calls f.
func NewObserver(f func(Direction, *transport.Datagram)) *Observer { return &Observer{f: f} }

// Wrap is Tap.
func (o *Observer) Wrap(t transport.Transport) transport.Transport {
	return o.wrap(t, o.f)
}

func (o *Observer) wrap(t transport.Transport, f func(Direction, *transport.Datagram)) transport.Transport {
	w := &tapped{Transport: t, mu: &o.mu, f: f}
	if filter, ok := t.(transport.PortFilter); ok {
		return struct {
			*tapped
			transport.PortFilter
		}{w, filter}
	}
	return w
}

// tapped is a carrier with an Observer.
type tapped struct {
	transport.Transport
	mu *sync.Mutex
	f  func(Direction, *transport.Datagram)
}

// Unwrap returns the carrier underneath.
func (w *tapped) Unwrap() transport.Transport { return w.Transport }

// ReadBatch reads, and shows what came.
func (w *tapped) ReadBatch(queue int, ds []transport.Datagram) (int, error) {
	n, err := w.Transport.ReadBatch(queue, ds)
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range n {
		w.f(In, &ds[i])
	}
	return n, err
}

// WriteBatch writes, and shows what was taken.
func (w *tapped) WriteBatch(ds []transport.Datagram) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.Transport.WriteBatch(ds)
	for i := range n {
		w.f(Out, &ds[i])
	}
	return n, err
}
