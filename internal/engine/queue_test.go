package engine

import (
	"fmt"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/transport"
)

// drainStreams takes everything out of q and lists the streams of its PartialDeliveryAborted events.
func drainStreams(q *eventQueue) []uint16 {
	var streams []uint16
	for ev, ok := q.pop(); ok; ev, ok = q.pop() {
		streams = append(streams, ev.Event.(assoc.PartialDeliveryAborted).Stream)
	}
	return streams
}

func TestEventQueueKeepsTheNewest(t *testing.T) {
	var q eventQueue
	const extra = 10
	for i := range maxEvents + extra {
		q.push(Event{nil, assoc.PartialDeliveryAborted{Stream: uint16(i)}})
	}
	got := drainStreams(&q)
	if len(got) != maxEvents || got[0] != extra || got[len(got)-1] != maxEvents+extra-1 {
		t.Errorf("%d events from %d to %d, want the newest %d", len(got), got[0], got[len(got)-1], maxEvents)
	}
	if q.lost != extra {
		t.Errorf("%d counted as lost, want %d", q.lost, extra)
	}
}

func TestEventQueueGrowsInOrder(t *testing.T) {
	var q eventQueue
	next, want := uint16(0), uint16(0)
	for round := range 20 {
		for range round {
			q.push(Event{nil, assoc.PartialDeliveryAborted{Stream: next}})
			next++
		}
		for range round / 2 {
			ev, _ := q.pop()
			if got := ev.Event.(assoc.PartialDeliveryAborted).Stream; got != want {
				t.Fatalf("event %d came in place of %d", got, want)
			}
			want++
		}
	}
	if q.size != int(next-want) || q.lost != 0 {
		t.Errorf("%d left and %d lost of %d", q.size, q.lost, next-want)
	}
}

func TestRepeatedSenderDryIsOneEvent(t *testing.T) {
	var q eventQueue
	a, b := &Assoc{}, &Assoc{}
	for _, from := range []*Assoc{a, a, b, b, a} {
		q.push(Event{from, assoc.SenderDry{}})
	}
	if q.size != 3 {
		t.Errorf("%d events, want one for each change of association: 3", q.size)
	}
}

func TestTakeMovesTheEventsOfOneAssociation(t *testing.T) {
	var q, peeled eventQueue
	a, b := &Assoc{}, &Assoc{}
	for i := range 6 {
		from := a
		if i%2 == 1 {
			from = b
		}
		q.push(Event{from, assoc.PartialDeliveryAborted{Stream: uint16(i)}})
	}
	q.take(b, &peeled)
	if got := fmt.Sprint(drainStreams(&q), drainStreams(&peeled)); got != "[0 2 4] [1 3 5]" {
		t.Errorf("got %s", got)
	}
}

func TestReplyQueueIsBoundedAndReusesItsBuffers(t *testing.T) {
	var w writer
	w.arena, w.batch = make([]byte, arenaSize), make([]transport.Datagram, batchPackets)
	packet := make([]byte, 500)
	for i := range 2 * maxReplies {
		packet[0] = byte(i)
		w.reply(transport.Path{EncapPort: uint16(i)}, packet)
	}
	if w.replies.len() != maxReplies {
		t.Fatalf("%d answers wait, want %d", w.replies.len(), maxReplies)
	}
	for i := 0; w.replies.len() > 0; {
		n, _ := w.pullReplies()
		for _, d := range w.batch[:n] {
			if int(d.Path.EncapPort) != i || d.Data[0] != byte(i) || len(d.Data) != len(packet) {
				t.Fatalf("answer %d is %v, %d bytes", i, d.Path, len(d.Data))
			}
			i++
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		w.reply(transport.Path{}, packet)
		w.pullReplies()
	}); n != 0 {
		t.Errorf("an answer costs %v allocations, want none", n)
	}
}

// Messages that are given up are many more than fit into the send buffer at one time.
func TestEventQueueHoldsBoundedData(t *testing.T) {
	const large = maxEventBytes / 4
	failed := func(n int) assoc.SendFailed { return assoc.SendFailed{Data: make([]byte, n)} }
	big := &Assoc{}
	big.limits.maxSendBuffer = 3 * maxEventBytes
	for _, c := range []struct {
		of         *Assoc
		size       int
		left, lost int
	}{
		{&Assoc{}, large, 4, 6},
		{nil, large, 4, 6},
		{big, large, 10, 0},
		{&Assoc{}, 2 * maxEventBytes, 1, 9},
		{&Assoc{}, 0, 10, 0},
	} {
		var q eventQueue
		for range 10 {
			q.push(Event{c.of, failed(c.size)})
		}
		if q.size != c.left || int(q.lost) != c.lost || q.bytes != c.left*c.size {
			t.Errorf("of 10 times %d bytes %d are left, %d lost, %d bytes held; want %d and %d", c.size, q.size, q.lost, q.bytes, c.left, c.lost)
		}
		for q.size > 0 {
			q.pop()
		}
		if q.bytes != 0 {
			t.Errorf("an empty queue holds %d bytes", q.bytes)
		}
	}
	var q eventQueue
	q.push(Event{nil, assoc.ShutdownEvent{}})
	if q.push(Event{nil, failed(2 * maxEventBytes)}); q.size != 2 {
		t.Errorf("%d events are left, although the one without data was in nobody's way", q.size)
	}
}
