package tx

import (
	"testing"

	"github.com/gosctp/sctp/internal/sched"
)

// model is what the queue should do, without a scheduler's order.
type model struct {
	// lines has per stream the pieces not yet cut, as their sizes; a negative one is continued by the next.
	lines [4][]int
	// cut is what of the first piece was cut; inside: the stream's message has begun.
	cut    [4]int
	inside [4]bool
	ssn    [4]uint16
}

// FuzzQueue runs a list of operations and checks every fragment against a model.
func FuzzQueue(f *testing.F) {
	f.Add([]byte{0, 1, 200, 0, 5, 30, 1, 50, 1, 50, 1, 255, 2, 1})
	f.Add([]byte{4, 1, 3, 1, 0, 9, 200, 0, 5, 30, 1, 50, 1, 50, 1, 255, 5, 1, 0, 1, 5, 6, 1, 2, 2, 2, 7})
	f.Fuzz(runQueue)
}

// runQueue runs operations against the queue and the model.
func runQueue(t *testing.T, ops []byte) {
	schedulers := []func() sched.Scheduler{
		sched.FCFS, sched.RoundRobin, sched.RoundRobinPacket, sched.Priority, sched.FairCapacity, sched.WeightedFair,
	}
	q := NewQueue()
	var m model
	var sent []*Message
	current := -1 // the stream that has to be finished first
	interleaving := false
	next := func() int {
		if len(ops) == 0 {
			return 0
		}
		b := ops[0]
		ops = ops[1:]
		return int(b)
	}
	for len(ops) > 0 {
		switch next() % 9 {
		case 0:
			b, n := next(), next()+1
			partial := b&8 != 0
			q.Push(1, &Properties{Stream: uint16(b % 4), Partial: partial}, make([]byte, n))
			if partial {
				n = -n
			}
			m.lines[b%4] = append(m.lines[b%4], n)
		case 1:
			most := next() + 1
			head := q.Head()
			if head == nil {
				break
			}
			size := q.NextSize(most)
			fr := cut(q, most)
			sent = append(sent, fr.Message)
			s := int(fr.Message.Stream)
			if len(m.lines[s]) == 0 || current >= 0 && s != current {
				t.Fatalf("stream %d sends, its line is %v, stream %d is in the middle of a message", s, m.lines[s], current)
			}
			piece := max(m.lines[s][0], -m.lines[s][0])
			want := min(most, piece-m.cut[s])
			last := m.cut[s]+want == piece && m.lines[s][0] > 0
			if len(fr.Data) != want || size != want || fr.Begin == m.inside[s] || fr.End != last || uint16(fr.Message.SSN) != m.ssn[s] {
				t.Fatalf("stream %d: fragment of %d bytes (announced %d), begin %v, end %v, SSN %d; want %d, %v, %v, %d",
					s, len(fr.Data), size, fr.Begin, fr.End, fr.Message.SSN, want, !m.inside[s], last, m.ssn[s])
			}
			m.cut[s] += want
			m.inside[s] = !last
			if m.cut[s] == piece {
				m.lines[s], m.cut[s] = m.lines[s][1:], 0
			}
			if last {
				m.ssn[s]++
			}
			current = -1
			if !last && !interleaving {
				current = s
			}
		case 2:
			if len(sent) > 0 {
				q.Acked(sent[0])
				sent = sent[1:]
			}
		case 3:
			q.SetScheduler(schedulers[next()%len(schedulers)]())
		case 4:
			if current < 0 { // it is agreed on before the first message
				interleaving = true
				q.SetInterleaving(true)
			}
		case 5:
			q.Pause(uint16(next() % 4))
		case 6:
			q.Resume(uint16(next() % 4))
		case 7:
			q.Packet()
		case 8:
			b := next()
			q.SetValue(uint16(b%4), uint16(b/4))
		}
		unsent, pieces := 0, 0
		for s, line := range m.lines {
			unsent -= m.cut[s]
			pieces += len(line)
			for _, n := range line {
				unsent += max(n, -n)
			}
			if q.Settled(uint16(s)) && m.inside[s] {
				t.Fatalf("stream %d settled within a message", s)
			}
		}
		if q.Unsent() != unsent || q.Empty() != (pieces == 0) || q.Held() < unsent {
			t.Fatalf("unsent %d, held %d, want %d", q.Unsent(), q.Held(), unsent)
		}
	}
	for s := range uint16(4) {
		q.Resume(s)
		q.SetScheduler(sched.FCFS())
		q.Push(1, &Properties{Stream: s}, []byte("z")) // what was to be continued ends
	}
	for !q.Empty() {
		sent = append(sent, cut(q, 100).Message)
	}
	for _, m := range sent {
		q.Acked(m)
	}
	q.ResetSSN(nil)
	for s := range uint16(4) {
		q.SetValue(s, 0)
	}
	if q.Held() != 0 || q.Unsent() != 0 || q.streams.pages != nil {
		t.Fatalf("all acknowledged: held %d, unsent %d, pages %v", q.Held(), q.Unsent(), q.streams.pages)
	}
}
