package tx

import (
	"testing"

	"github.com/gosctp/sctp/internal/seq"
)

// draft-natarajan-tsvwg-sctp-nrsack section 6.2: what the peer promises to keep is given up at once.
func TestKeptChunksGiveTheirMemoryBack(t *testing.T) {
	o, q := sent(6)
	r := o.AckNR(1, noGaps, blocks(2, 3), q) // TSNs 3 and 4
	if !r.Any || r.Highest != 4 || r.Paths[0].Bytes != 3*chunkSize || o.Flight(0) != 3*chunkSize {
		t.Errorf("acknowledged %+v, %d in flight", r.Paths[0], o.Flight(0))
	}
	if q.Held() != 300 || o.Len() != 5 {
		t.Errorf("%d bytes are held for %d outstanding chunks, want 300 for 5", q.Held(), o.Len())
	}
	if r = o.AckNR(1, noGaps, blocks(2, 3), q); r.Any || q.Held() != 300 {
		t.Errorf("the same again: %+v, %d held", r, q.Held())
	}
	if r = o.AckNR(6, noGaps, noGaps, q); r.Paths[0].Bytes != 3*chunkSize || q.Held() != 0 || o.Len() != 0 {
		t.Errorf("everything: %d bytes, %d held, %d outstanding", r.Paths[0].Bytes, q.Held(), o.Len())
	}
}

// A promise that is broken is ignored: there is nothing left to send again.
func TestKeptChunksAreNeverReneged(t *testing.T) {
	o, q := sent(6)
	o.AckNR(0, noGaps, blocks(3, 4), q)
	o.AckNR(0, noGaps, blocks(6, 6), q)
	o.Ack(0, noGaps, q)
	o.MarkTimedOut(0)
	if o.Lost() != 3 || q.Held() != 300 {
		t.Errorf("%d chunks are to be sent again, %d bytes held; want 1, 2 and 5", o.Lost(), q.Held())
	}
	for _, want := range []seq.TSN{1, 2, 5} {
		c := o.NextLost()
		if c == nil || c.TSN != want {
			t.Fatalf("next is %v, want TSN %d", c, want)
		}
		o.Retransmitted(0, c, 0)
	}
	var marked [MaxPaths]bool
	for range missesToRetransmit {
		o.Missing(o.NextTSN(), &marked, nil)
	}
	if c := o.NextLost(); o.Lost() != 3 || c.TSN != 1 {
		t.Errorf("%d chunks are missing, the first is %v", o.Lost(), c)
	}
}

// Section 6.2: a TSN in both lists is one that is kept, and the lists may come in any order.
func TestBothListsCount(t *testing.T) {
	o, q := sent(9)
	r := o.AckNR(0, blocks(8, 8, 2, 4), blocks(6, 6, 4, 4), q)
	if r.Paths[0].Bytes != 5*chunkSize || q.Held() != 700 {
		t.Errorf("%d bytes acknowledged, %d held; want 5 chunks, all but two held", r.Paths[0].Bytes, q.Held())
	}
	if r = o.AckNR(0, noGaps, blocks(1000, 65535), q); r.Any || q.Held() != 700 {
		t.Errorf("TSNs never sent: %+v, %d held", r, q.Held())
	}
	if o.MarkTimedOut(0); o.Lost() != 7 {
		t.Errorf("%d chunks are to be sent again, want all but the two that are kept", o.Lost())
	}
}

func TestDrainLeavesOutWhatIsKept(t *testing.T) {
	o, q := sent(4)
	o.AckNR(0, noGaps, blocks(2, 3), q)
	n := 0
	o.drain(func(m *Message) {
		if m == nil || len(m.Data) != 100 {
			t.Errorf("message %v", m)
		}
		n++
	})
	if n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}
