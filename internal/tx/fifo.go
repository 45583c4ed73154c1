package tx

// fifo is a queue of messages in a ring that grows.
type fifo struct {
	ring        []*Message
	first, size int
}

func (f *fifo) len() int { return f.size }

func (f *fifo) front() *Message { return f.ring[f.first] }

func (f *fifo) push(m *Message) {
	if f.size == len(f.ring) {
		f.grow()
	}
	f.ring[(f.first+f.size)&(len(f.ring)-1)] = m
	f.size++
}

func (f *fifo) pop() *Message {
	m := f.ring[f.first]
	f.ring[f.first] = nil
	f.first = (f.first + 1) & (len(f.ring) - 1)
	f.size--
	return m
}

func (f *fifo) grow() {
	ring := make([]*Message, max(16, 2*len(f.ring)))
	for i := range f.size {
		ring[i] = f.ring[(f.first+i)&(len(f.ring)-1)]
	}
	f.ring, f.first = ring, 0
}
