package tx

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

// push queues a message on stream 0.
func push(q *Queue, data []byte) *Message { return q.Push(1, &Properties{}, data) }

func TestAMessageIsCutIntoConsecutiveFragments(t *testing.T) {
	q := NewQueue()
	data := bytes.Repeat([]byte("0123456789"), 25)
	push(q, data)
	if q.Unsent() != 250 || q.Held() != 250 {
		t.Fatalf("queued 250 bytes: unsent %d, held %d", q.Unsent(), q.Held())
	}
	var got []byte
	for i, want := range []struct {
		size       int
		begin, end bool
	}{{100, true, false}, {100, false, false}, {50, false, true}} {
		if q.NextSize(100) != want.size {
			t.Errorf("fragment %d: size announced as %d, want %d", i, q.NextSize(100), want.size)
		}
		f := cut(q, 100)
		if len(f.Data) != want.size || f.Begin != want.begin || f.End != want.end {
			t.Errorf("fragment %d: %d bytes, begin %v, end %v; want %+v", i, len(f.Data), f.Begin, f.End, want)
		}
		got = append(got, f.Data...)
		if i < 2 {
			q.Acked(f.Message)
			if q.Held() != 250 {
				t.Errorf("the buffer was given back with fragments to come")
			}
		} else {
			q.Acked(f.Message)
		}
	}
	if !bytes.Equal(got, data) {
		t.Error("fragments do not add up to the message")
	}
	if !q.Empty() || q.Unsent() != 0 || q.Held() != 0 {
		t.Errorf("all acknowledged: empty %v, unsent %d, held %d", q.Empty(), q.Unsent(), q.Held())
	}
}

// RFC 9260 section 6.5: SSNs count ordered messages per stream, from 0, and wrap.
func TestSSNs(t *testing.T) {
	q := NewQueue()
	send := func(stream uint16, unordered bool) uint16 {
		q.Push(1, &Properties{Stream: stream, Unordered: unordered}, []byte("x"))
		f := cut(q, 100)
		ssn := uint16(f.Message.SSN)
		q.Acked(f.Message)
		return ssn
	}
	if a, b, c := send(1, false), send(2, false), send(1, false); a != 0 || b != 0 || c != 1 {
		t.Errorf("streams 1, 2, 1 got SSNs %d, %d, %d; want 0, 0, 1", a, b, c)
	}
	send(1, true)
	if n := send(1, false); n != 2 {
		t.Errorf("an unordered message changed the SSN: next is %d, want 2", n)
	}
	q.streams.at(1).ordered = 65535
	if a, b := send(1, false), send(1, false); a != 65535 || b != 0 {
		t.Errorf("SSNs %d, %d, want 65535, 0", a, b)
	}
	q.Restart()
	if n := send(1, false); n != 0 {
		t.Errorf("after a restart the SSN is %d, want 0", n)
	}
}

func TestDrainGivesBackWhatWasNotSent(t *testing.T) {
	q, o := NewQueue(), NewOutstanding(1)
	push(q, []byte("half sent"))
	q.Push(1, &Properties{Stream: 2}, []byte("not sent"))
	q.Push(1, &Properties{Stream: 1}, []byte("nor this"))
	o.Add(1, q, 4, 0)
	var got []string
	note := func(m *Message) { got = append(got, fmt.Sprintf("%s %v", m.Data, m.Sent())) }
	q.DropSent(o, note)
	q.Drain(note)
	if want := []string{"half sent true", "not sent false", "nor this false"}; !slices.Equal(got, want) {
		t.Errorf("given back %q, want %q", got, want)
	}
	if q.Head() != nil || !q.Empty() || q.Held() != 0 || q.Unsent() != 0 || o.Len() != 0 {
		t.Errorf("emptied: held %d, unsent %d, outstanding %d", q.Held(), q.Unsent(), o.Len())
	}
}

func TestSendingDoesNotAllocate(t *testing.T) {
	q := NewQueue()
	o := NewOutstanding(1)
	data := make([]byte, 3000)
	cycle := func() {
		push(q, data)
		for !q.Empty() {
			o.Add(1, q, 1400, 0)
		}
		o.Ack(o.NextTSN()-1, noGaps, q)
	}
	cycle()
	if n := testing.AllocsPerRun(100, cycle); n != 0 {
		t.Errorf("%v allocations per message", n)
	}
}

// cut is Next for whoever does not mind another copy.
func cut(q *Queue, most int) (f Fragment) {
	q.Next(most, &f)
	return f
}
