package tx

import (
	"testing"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
)

func TestUnmarkPutsBackWhatTheTimeOutGaveUp(t *testing.T) {
	q := NewQueue()
	o := NewOutstanding(1)
	for i := range 8 {
		push(q, make([]byte, 100))
		o.Add(mono.Time(10*(i+1)), q, 100, i%2)
	}
	o.MarkTimedOut(0) // TSNs 1, 3, 5 and 7
	o.MarkLost(1)     // 2, 4, 6 and 8: for another reason
	o.Retransmitted(1000, o.NextLost(), 0)
	o.Ack(0, blocks(3, 3), q)
	if r := &o.result.Paths[0]; r.LateAt != 30 {
		t.Errorf("TSN 3 was given up and not sent again, and left at 30: %v", r.LateAt)
	}
	o.Ack(1, blocks(2, 3), q)
	for i := range 2 {
		if r := &o.result.Paths[i]; !r.LateAt.IsZero() {
			t.Errorf("path %d: TSN 1 was sent again, and 4 lost for another reason: %v", i, r.LateAt)
		}
	}
	o.Delivered(0, 1100, 0)
	o.Unmark(0)
	if o.Lost() != 3 || o.Flight(0) != 2*chunkSize || o.Flight(1) != 0 {
		t.Errorf("%d lost, %d and %d bytes in flight, want TSNs 2, 6 and 8 lost, 5 and 7 in flight", o.Lost(), o.Flight(0), o.Flight(1))
	}
	if low, ok := o.Lowest(0); !ok || low != 5 {
		t.Errorf("the earliest in flight is TSN %d", low)
	}
	if n, _, _ := o.MarkOverdue(0, 10000, 0, 0, nil); n != 0 {
		t.Errorf("%d are overdue, by what arrived before the time-out was found to be too early", n)
	}
	var lost []seq.TSN
	for c := o.NextLost(); c != nil; c = o.NextLostAfter(c.TSN) {
		lost = append(lost, c.TSN)
	}
	if len(lost) != 3 || lost[0] != 2 || lost[2] != 8 {
		t.Errorf("lost are %v", lost)
	}
}

func TestReportsMeanNothingOnPathsWithPatience(t *testing.T) {
	o, q := sentEach(6)
	for _, on := range []bool{true, false} {
		o.SetPatient(0, on)
		var marked [MaxPaths]bool
		n := 0
		for range 3 {
			n += o.Missing(5, &marked, nil)
		}
		if want := 0; on && n != want || !on && n != 4 {
			t.Errorf("patient %v: %d lost", on, n)
		}
	}
	o.Ack(6, noGaps, q)
}
