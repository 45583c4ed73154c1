package tx

import "testing"

// pooled sends n messages of a size, all of them in flight at one time, and has them acknowledged.
func pooled(q *Queue, o *Outstanding, n int, data []byte) {
	for range n {
		push(q, data)
	}
	for !q.Empty() {
		o.Add(1, q, 1<<20, 0)
	}
	o.Ack(o.NextTSN()-1, noGaps, q)
}

// What was in use at one time is kept for the next time, whatever the sizes were before, until Trim.
func TestThePoolKeepsWhatWasInUse(t *testing.T) {
	const n = 2 * maxIdleMessages
	q, o := NewQueue(), NewOutstanding(1)
	for _, size := range []int{1000, 3000, 1, 1000} {
		data := make([]byte, size)
		pooled(q, o, n, data)
		if allocs := testing.AllocsPerRun(3, func() { pooled(q, o, n, data) }); allocs != 0 {
			t.Errorf("%v allocations for %d messages of %d bytes", allocs, n, size)
		}
		if p := &q.pool; p.idle < n*size || p.idle > maxIdleBuffers+p.peak || p.out != 0 {
			t.Errorf("the pool keeps %d bytes after %d messages of %d bytes, with a peak of %d, and has lent %d", p.idle, n, size, p.peak, p.out)
		}
	}
	q.Trim()
	if p := &q.pool; p.idle > maxIdleBuffers || len(p.messages) != maxIdleMessages {
		t.Errorf("%d bytes of idle buffers and %d messages, want at most %d and %d", p.idle, len(p.messages), maxIdleBuffers, maxIdleMessages)
	}
}

// Buffers larger than any class are not kept, and those that go to the user are not counted.
func TestThePoolForgetsWhatDoesNotComeBack(t *testing.T) {
	q, o := NewQueue(), NewOutstanding(1)
	pooled(q, o, 2, make([]byte, 1<<maxBufferBits+1))
	if p := &q.pool; p.idle != 0 || p.out != 0 {
		t.Errorf("%d bytes idle, %d in use; want none", p.idle, p.out)
	}
	push(q, make([]byte, 100))
	push(q, make([]byte, 100))
	o.Add(1, q, 1000, 0)
	q.DropSent(o, func(*Message) {})
	q.Drain(func(*Message) {})
	if q.pool.out != 0 {
		t.Errorf("%d bytes in use; want none", q.pool.out)
	}
}
