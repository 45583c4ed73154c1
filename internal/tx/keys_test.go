package tx

import "testing"

// A key is in use from Push to the last acknowledgement, by each piece of a message; what continues a message has the key of its beginning.
func TestKeysAreCounted(t *testing.T) {
	q := NewQueue()
	push(q, []byte("nobody counts yet"))
	if q.Uses(0) {
		t.Error("keys are counted without being asked for")
	}
	q = NewQueue()
	q.CountKeys()
	q.Push(1, &Properties{Key: 1, Partial: true}, []byte("be"))
	q.Push(1, &Properties{Key: 2}, []byte("gin"))
	q.Push(1, &Properties{Key: 3, Stream: 1}, []byte("dropped"))
	if !q.Uses(1) || q.Uses(2) || !q.Uses(3) {
		t.Errorf("key 1 %v, 2 %v, 3 %v; want the first and the last in use", q.Uses(1), q.Uses(2), q.Uses(3))
	}
	first, second := cut(q, 100), cut(q, 100)
	q.Acked(first.Message)
	if !q.Uses(1) {
		t.Error("a piece of the message is outstanding")
	}
	q.Acked(second.Message)
	if q.Uses(1) {
		t.Error("all of it is acknowledged")
	}
	if !q.Proven(1) || q.Proven(0) {
		t.Error("the peer has shown that it has key 1, and no other")
	}
	q.DropStreams(1, func(*Message) {})
	if q.Uses(3) || len(q.keys) > 0 {
		t.Errorf("the queue is empty, and has keys: %v", q.keys)
	}

	q.Push(1, &Properties{Key: 4, Partial: true}, []byte("sent"))
	q.Push(1, &Properties{Stream: 1, Key: 5}, []byte("not sent"))
	o := NewOutstanding(1)
	o.Add(1, q, 100, 0)
	q.Push(1, &Properties{}, []byte("the rest"))
	if o.First() == nil || o.First().Message.Key != 4 {
		t.Error("the first outstanding chunk has key 4")
	}
	q.DropSent(o, func(*Message) {})
	if o.First() != nil || q.Proven(1) {
		t.Error("after a restart nothing is outstanding, and nothing proven")
	}
	if q.Uses(4) || !q.Uses(5) || len(q.keys) != 1 {
		t.Errorf("after a restart keys are in use: %v, want 5", q.keys)
	}
}
