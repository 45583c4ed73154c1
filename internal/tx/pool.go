package tx

import "math/bits"

// Buffers come in powers of two; the free lists together keep at most maxIdleBuffers bytes for the next messages.
const (
	minBufferBits  = 6
	maxBufferBits  = 24
	maxIdleBuffers = 256 << 10
)

// pool recycles messages and their buffers, so that sending does not allocate in steady state. Larger messages than the largest class
// get a buffer of their own.
type pool struct {
	buffers  [maxBufferBits + 1][][]byte
	idle     int
	messages []*Message
}

// message returns a message that holds a copy of data.
func (p *pool) message(data []byte) *Message {
	m := p.get()
	m.Data = append(p.buffer(len(data)), data...)
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
	if free := p.buffers[class]; len(free) > 0 {
		b := free[len(free)-1]
		p.buffers[class] = free[:len(free)-1]
		p.idle -= cap(b)
		return b
	}
	return make([]byte, 0, 1<<class)
}

// releaseData takes back the buffer of a message.
func (p *pool) releaseData(m *Message) {
	if size := cap(m.Data); p.idle+size <= maxIdleBuffers && size&(size-1) == 0 && size > 0 && size <= 1<<maxBufferBits {
		class := bits.Len(uint(size) - 1)
		p.buffers[class] = append(p.buffers[class], m.Data[:0])
		p.idle += size
	}
	m.Data = nil
}

// release takes back a message that nothing refers to any more.
func (p *pool) release(m *Message) {
	*m = Message{}
	if len(p.messages) < maxIdleBuffers>>minBufferBits {
		p.messages = append(p.messages, m)
	}
}
