package cc

import (
	"testing"
	"time"
)

// TestALossCostsLessWhereNoQueueStands: what the last window's round trips say of the queue decides how much of the window stays.
func TestALossCostsLessWhereNoQueueStands(t *testing.T) {
	const rtt = 32 * time.Millisecond
	for _, c := range []struct {
		what string
		rtts []time.Duration // of the rounds before the loss
		want int             // packets of 100
	}{
		{"nothing is known", nil, 70},
		{"one round trip time", []time.Duration{rtt, rtt}, 85},
		{"less than a sixteenth more", []time.Duration{rtt, rtt, rtt + rtt/standingShare - 1}, 85},
		{"a sixteenth more", []time.Duration{rtt, rtt, rtt + rtt/standingShare}, 70},
		{"a queue that is gone", []time.Duration{rtt, 2 * rtt, rtt, rtt}, 85},
		{"a way that became shorter", []time.Duration{rtt, rtt / 2, rtt / 2}, 85},
		{"a way that became longer", []time.Duration{rtt, 2 * rtt, 2 * rtt}, 70},
	} {
		f := newFlow(rtt)
		f.ssthresh = 1
		for _, f.rtt = range c.rtts { // in congestion avoidance
			f.cwnd = 100 * pmdcs
			f.round()
		}
		f.lostAt(100)
		if f.packets() != c.want || f.ssthresh != f.cwnd || f.wMax != 100*pmdcs {
			t.Errorf("%s: %d packets of 100 are left, want %d; ssthresh %d, W_max %.0f", c.what, f.packets(), c.want, f.ssthresh, f.wMax)
		}
		f.ssthresh = 1
		f.lostAt(80)
		if share := f.wMax / (80 * pmdcs); share < (1+float64(c.want)/100)/2-0.001 || share > (1+float64(c.want)/100)/2+0.001 {
			t.Errorf("%s, and a loss at 80: W_max is %.3f of it (RFC 9438 section 4.7)", c.what, share)
		}
	}
}

// TestJitterIsNoQueue: the shortest round trip of a round counts.
func TestJitterIsNoQueue(t *testing.T) {
	const rtt = 20 * time.Millisecond
	var s standing
	for i := range 50 {
		s.acked(Ack{Bytes: pmdcs, FlightBefore: 10 * pmdcs, RTT: rtt + time.Duration(i%7)*time.Millisecond})
	}
	if !s.none() {
		t.Errorf("round trips of 20 to 26 ms: %+v", s)
	}
	for range 21 {
		s.acked(Ack{Bytes: pmdcs, FlightBefore: 10 * pmdcs})
	}
	if s.none() {
		t.Errorf("two rounds that were not measured: %+v", s)
	}
}

// TestWhatSaysNothingOfAQueueCostsAsMuchAsEver: silence, and a loss in slow start.
func TestWhatSaysNothingOfAQueueCostsAsMuchAsEver(t *testing.T) {
	f := newFlow(20 * time.Millisecond)
	f.cwnd = 100 * pmdcs
	f.round()
	f.round()
	f.cwnd = 100 * pmdcs
	f.TimedOut()
	if f.ssthresh != 70*pmdcs || f.packets() != 1 {
		t.Errorf("cwnd %d, ssthresh %d", f.cwnd, f.ssthresh)
	}
	f = newFlow(20 * time.Millisecond)
	f.round()
	f.round()
	f.lostAt(100)
	if f.packets() != 70 {
		t.Errorf("a loss in slow start: %d packets of 100 are left", f.packets())
	}
}
