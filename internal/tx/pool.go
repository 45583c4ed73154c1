package tx

import "math/bits"

// Buffers come in powers of two. The free lists together keep at most maxIdleBuffers bytes for the next messages, and until trim as
// much more as was in use at one time: what is in flight comes free in lots, and must not be allocated anew with each.
const (
	minBufferBits   = 6
	maxBufferBits   = 24
	maxIdleBuffers  = 256 << 10
	maxIdleMessages = maxIdleBuffers >> minBufferBits
)

// pool recycles messages and their buffers, so that sending does not allocate in steady state. Larger messages than the largest class
// get a buffer of their own.
type pool struct {
	buffers  *[maxBufferBits + 1][][]byte // nil as long as there is none
	idle     int
	messages []*Message
	// out is the capacity of the buffers in use, peak the most that it was since trim.
	out, peak int
	// victim is the class that gives buffers back when there are too many.
	victim int
	lent   lent
}

// message returns a message that holds a copy of data.
func (p *pool) message(data []byte) *Message {
	m := p.get()
	b := p.buffer(len(data))
	p.out += cap(b)
	p.peak = max(p.peak, p.out)
	m.Data = append(b, data...)
	return m
}

// get returns an empty message.
func (p *pool) get() *Message {
	n := len(p.messages)
	if n == 0 {
		return new(Message)
	}
	m := p.messages[n-1]
	p.messages = p.messages[:n-1]
	return m
}

// buffer returns an empty buffer with room for n bytes.
func (p *pool) buffer(n int) []byte {
	class := max(bits.Len(uint(max(n, 1)-1)), minBufferBits)
	if class > maxBufferBits {
		return make([]byte, 0, n)
	}
	if b := p.take(class); b != nil {
		return b
	}
	return make([]byte, 0, 1<<class)
}

// take takes a buffer off the list of a class, nil if there is none.
func (p *pool) take(class int) []byte {
	if p.buffers == nil {
		return nil
	}
	free := p.buffers[class]
	if len(free) == 0 {
		return nil
	}
	b := free[len(free)-1]
	free[len(free)-1] = nil
	p.buffers[class] = free[:len(free)-1]
	p.idle -= cap(b)
	return b
}

// part notes that the buffer of a message will not come back.
func (p *pool) part(m *Message) { p.out -= cap(m.Data) }

// releaseData takes back the buffer of a message.
func (p *pool) releaseData(m *Message) {
	p.out -= cap(m.Data)
	if p.lent.has(m) {
		p.lent.back = append(p.lent.back, m.Data)
	} else {
		p.put(m.Data)
	}
	m.Data = nil
}

// put keeps a buffer for the next messages.
func (p *pool) put(b []byte) {
	if size := cap(b); size&(size-1) == 0 && size > 0 && size <= 1<<maxBufferBits {
		class := bits.Len(uint(size) - 1)
		if p.buffers == nil {
			p.buffers = new([maxBufferBits + 1][][]byte)
		}
		p.buffers[class] = append(p.buffers[class], b[:0])
		p.idle += size
		p.shrink(class)
	}
}

// shrink gives back buffers while there are too many, those of class last: of what is in use there will be use.
func (p *pool) shrink(class int) {
	for p.idle > maxIdleBuffers+p.peak {
		if others := p.idle - len(p.buffers[class])<<class; others > 0 && p.victim == class || p.take(p.victim) == nil {
			p.victim = (p.victim + 1) % len(p.buffers)
		}
	}
}

// release takes back a message that nothing refers to any more. There are never more than were in use at one time.
func (p *pool) release(m *Message) {
	*m = Message{}
	p.messages = append(p.messages, m)
}

// trim gives back what is kept because it was in use once.
func (p *pool) trim() {
	p.peak = p.out
	if len(p.messages) > maxIdleMessages {
		p.messages = append([]*Message(nil), p.messages[:maxIdleMessages]...)
	}
	if p.buffers == nil {
		return
	}
	p.shrink(minBufferBits)
	for class := range p.buffers {
		if len(p.buffers[class]) == 0 {
			p.buffers[class] = nil
		}
	}
}
