package skeleton

import (
	"fmt"
	"sync/atomic"

	"github.com/gosctp/sctp/bench/internal/mmsg"
)

// buffer is what a datagram, or a joined train, was received into.
type buffer struct {
	mem  []byte
	refs atomic.Int32
}

// Batches and their buffers: few of the size of a train, or many of the size of a packet.
const (
	trainsPerRead  = 4
	trainBufferLen = 1 << 16
	packetsPerRead = 32
	packetLen      = 2048
)

func (e *Endpoint) newBuffer(n int) *buffer {
	select {
	case b := <-e.spareBuffers:
		b.refs.Store(1)
		return b
	default:
		b := &buffer{mem: make([]byte, n)}
		b.refs.Store(1)
		return b
	}
}

func (e *Endpoint) releaseBuffer(b *buffer) {
	if b.refs.Add(-1) == 0 {
		select {
		case e.spareBuffers <- b:
		default:
		}
	}
}

// Recv reads a message into buf and returns its length.
func (a *Assoc) Recv(buf []byte) (int, error) {
	for n := 0; ; {
		if a.takenAt == len(a.taken) {
			a.mu.Lock()
			for len(a.received) == 0 {
				if err := a.e.failure(); err != nil {
					a.mu.Unlock()
					return 0, err
				}
				a.arrived.Wait()
			}
			a.taken, a.received = a.received, a.taken[:0]
			a.mu.Unlock()
			a.takenAt = 0
		}
		f := a.taken[a.takenAt]
		a.takenAt++
		n += copy(buf[n:], f.data)
		a.e.releaseBuffer(f.in)
		if f.last {
			return n, nil
		}
	}
}

// reception is a batch that is handed to its associations.
type reception struct {
	e       *Endpoint
	current *Assoc // its mu is held
	empty   bool   // nothing had waited there
	touched []*Assoc
}

// reader receives, checks, and hands chunks to their associations.
func (e *Endpoint) reader() {
	n, size := trainsPerRead, trainBufferLen
	if e.Carrier == Raw {
		n, size = packetsPerRead, packetLen
	}
	in := mmsg.NewReader(e.raw, n)
	buffers := make([]*buffer, n)
	r := &reception{e: e}
	for {
		for i := range buffers {
			if buffers[i] == nil {
				buffers[i] = e.newBuffer(size)
				in.SetBuffer(i, buffers[i].mem)
			}
		}
		n, err := in.Read()
		if err != nil {
			e.fail(err)
			return
		}
		for i := range n {
			b := buffers[i]
			length, segment := in.Datagram(i)
			for data := b.mem[min(e.ipHeaderLen, length):length]; len(data) > 0; {
				p := data[:min(segment, len(data))]
				data = data[len(p):]
				if err := r.packet(p, b); err != nil {
					e.fail(err)
					return
				}
			}
			if b.refs.Load() > 1 { // associations hold it
				e.releaseBuffer(b)
				buffers[i] = nil
			}
		}
		r.end()
	}
}

// packet handles a packet.
func (r *reception) packet(p []byte, in *buffer) error {
	if len(p) <= commonHeaderLen || !checkSum(p) {
		return nil // the greeting, or damage, which the next TSN will show
	}
	if tag := order.Uint32(p[4:]); r.current == nil || r.current.tag != tag {
		r.leave()
		r.current = r.e.lookup(tag)
		if r.current == nil {
			return nil
		}
		r.current.mu.Lock()
		r.empty = len(r.current.received) == 0
	}
	a := r.current
	for p = p[commonHeaderLen:]; len(p) >= sackLen; {
		n := int(order.Uint16(p[2:]))
		if n < sackLen || n > len(p) {
			return fmt.Errorf("a chunk of %d bytes in %d", n, len(p))
		}
		switch p[0] {
		case typeData:
			if tsn := order.Uint32(p[4:]); tsn != a.expected {
				return fmt.Errorf("lost a packet: TSN %d where %d was expected", tsn, a.expected)
			}
			a.expected++
			if !a.sackDue {
				a.sackDue = true
				r.touched = append(r.touched, a)
			}
			in.refs.Add(1)
			a.received = append(a.received, fragment{in, p[dataHeaderLen:n], p[1]&flagLast != 0})
		case typeSack:
			cumulative := order.Uint32(p[4:])
			a.mu.Unlock()
			a.acknowledge(cumulative)
			a.mu.Lock()
			r.empty = r.empty || len(a.received) == 0
		}
		p = p[min(pad(n), len(p)):]
	}
	return nil
}

// lookup finds an association; the server makes it.
func (e *Endpoint) lookup(tag uint32) *Assoc {
	a := (*e.tags.Load())[tag]
	if a == nil && e.server && tag != 0 {
		a = e.add(tag)
		e.accepting <- a
	}
	return a
}

// leave wakes the current association's receiver.
func (r *reception) leave() {
	if a := r.current; a != nil {
		if r.empty && len(a.received) > 0 {
			a.arrived.Signal()
		}
		a.mu.Unlock()
		r.current = nil
	}
}

// end is after the batch: associations that nothing goes back on are acknowledged by packets of their own.
func (r *reception) end() {
	r.leave()
	e := r.e
	e.busy.Store(int32(len(r.touched)))
	if e.OneWay && len(r.touched) > 0 {
		e.mu.Lock()
		for _, a := range r.touched {
			if a.takeSackDue() {
				e.room(a, sackLen, false)
				a.putSack()
			}
		}
		e.flush()
		e.mu.Unlock()
	}
	r.touched = r.touched[:0]
}

// acknowledge gives up what the peer has.
func (a *Assoc) acknowledge(cumulative uint32) {
	e := a.e
	e.mu.Lock()
	defer e.mu.Unlock()
	before := a.inFlight
	for a.acked < len(a.flight) && int32(a.flight[a.acked].tsn-cumulative) <= 0 {
		s := &a.flight[a.acked]
		a.inFlight -= s.bytes
		e.release(s.in, 1)
		a.acked++
	}
	if a.acked == len(a.flight) {
		a.flight, a.acked = a.flight[:0], 0
	} else if a.acked > 4096 {
		a.flight, a.acked = a.flight[:copy(a.flight, a.flight[a.acked:])], 0
	}
	if before >= e.Window && a.inFlight < e.Window {
		a.windowOpen.Broadcast()
	}
}
