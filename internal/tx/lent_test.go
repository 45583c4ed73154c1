package tx

import (
	"bytes"
	"math"
	"testing"
)

// used reports whether a message that is queued now gets the buffer of b.
func used(q *Queue, b []byte) bool {
	m := push(q, make([]byte, len(b)))
	return &m.Data[0] == &b[0]
}

// A buffer that a packet refers to has no new content before the packet is written.
func TestLentBuffersComeBackOnceTheyAreWritten(t *testing.T) {
	q, o := NewQueue(), NewOutstanding(1)
	send := func(lend bool) []byte {
		m := push(q, make([]byte, 1000))
		data := m.Data
		for q.Head() == m {
			o.Add(1, q, 400, 0)
		}
		if lend {
			q.Lend(m)
		}
		return data
	}
	ack := func() { o.Ack(o.NextTSN()-1, noGaps, q) }

	data := send(false)
	if ack(); !used(q, data) {
		t.Fatal("the buffer of a message that was not lent does not come back with the acknowledgement")
	}
	q, o = NewQueue(), NewOutstanding(1)
	data = send(true)
	if ack(); used(q, data) {
		t.Fatal("a buffer that a packet refers to has new content")
	}
	if q.Written(); !used(q, data) {
		t.Error("the buffer does not come back when the packets are written")
	}
	q, o = NewQueue(), NewOutstanding(1)
	data = send(true)
	q.Written()
	if ack(); !used(q, data) {
		t.Error("the buffer of a message whose packets are written does not come back with the acknowledgement")
	}
}

// When the count of rounds begins anew, buffers come back all the same.
func TestRoundsBeginAnew(t *testing.T) {
	q := NewQueue()
	q.Lend(push(q, make([]byte, 10)))
	q.pool.lent.round = math.MaxUint32
	m := push(q, make([]byte, 10))
	q.Lend(m)
	if !q.pool.lent.has(m) {
		t.Error("what was lent in the last round is not")
	}
	q.Written()
	if q.pool.lent.round != 1 || q.pool.lent.has(m) {
		t.Errorf("round %d follows, and the message is lent still: %t", q.pool.lent.round, q.pool.lent.has(m))
	}
	if q.pool.lent.has(push(q, make([]byte, 10))) {
		t.Error("a message that was never lent is")
	}
}

// Who gets a message back may do with its data what he likes.
func TestWhatIsGivenBackIsNotLent(t *testing.T) {
	q, o := NewQueue(), NewOutstanding(1)
	for _, lend := range []bool{false, true} {
		m := push(q, []byte("a message"))
		data := m.Data
		o.Add(1, q, 1000, 0)
		if lend {
			q.Lend(m)
		}
		q.DropSent(o, func(m *Message) {
			if &m.Data[0] == &data[0] == lend {
				t.Errorf("lent: %t; the user has the data that packets refer to: %t", lend, !lend)
			}
			if !bytes.Equal(m.Data, []byte("a message")) {
				t.Errorf("%q came back", m.Data)
			}
		})
	}
	if q.pool.out != 0 {
		t.Errorf("%d bytes in use; want none", q.pool.out)
	}
}
