package tx

// order is a binary heap of user messages.
type order struct {
	messages []*Message
	before   func(a, b *Message) bool
}

// byDeadline has what expires first in front.
func byDeadline(a, b *Message) bool { return a.deadline < b.deadline }

// byUnimportance has in front what goes first: the least important, of these one that was not sent, and of these the oldest.
func byUnimportance(a, b *Message) bool {
	if a.PR.Value != b.PR.Value {
		return a.PR.Value > b.PR.Value
	}
	if a.begun() != b.begun() {
		return b.begun()
	}
	return int64(a.arrival-b.arrival) < 0
}

func (o *order) first() *Message {
	if len(o.messages) == 0 {
		return nil
	}
	return o.messages[0]
}

func (o *order) push(m *Message) {
	o.messages = append(o.messages, m)
	m.place = len(o.messages)
	o.fix(m)
}

func (o *order) remove(m *Message) {
	last := len(o.messages) - 1
	moved := o.messages[last]
	o.messages[last] = nil
	o.messages = o.messages[:last]
	if moved != m {
		o.messages[m.place-1] = moved
		moved.place = m.place
		o.fix(moved)
	}
	m.place = 0
}

// fix finds the place of a message that may have another one now.
func (o *order) fix(m *Message) {
	i := m.place - 1
	for i > 0 && o.before(m, o.messages[(i-1)/2]) {
		i = o.swap(i, (i-1)/2)
	}
	for {
		child := 2*i + 1
		if child >= len(o.messages) {
			return
		}
		if child+1 < len(o.messages) && o.before(o.messages[child+1], o.messages[child]) {
			child++
		}
		if !o.before(o.messages[child], m) {
			return
		}
		i = o.swap(i, child)
	}
}

func (o *order) swap(i, j int) int {
	o.messages[i], o.messages[j] = o.messages[j], o.messages[i]
	o.messages[i].place, o.messages[j].place = i+1, j+1
	return j
}
