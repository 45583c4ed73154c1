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

// lostByChance is a flow after a loss before which no queue stood, from a window of so many packets.
func lostByChance(rtt time.Duration, packets int) *flow {
	f := newFlow(rtt)
	f.ssthresh = 1
	for range 2 {
		f.cwnd = packets * pmdcs
		f.round()
	}
	f.lostAt(packets)
	return f
}

// TestAfterALossByChanceTheWindowGrowsAsRenos: a packet for each round trip, as long as no queue comes up, and also while the loss is repaired.
func TestAfterALossByChanceTheWindowGrowsAsRenos(t *testing.T) {
	const rtt = 20 * time.Millisecond
	grown := func(f *flow, fastRecovery bool) float64 { // in packets, in a round trip
		before := f.cwnd
		for acked := 0; acked < before; acked += pmdcs {
			f.now = f.now.Add(f.rtt * time.Duration(pmdcs) / time.Duration(before))
			f.Acked(Ack{Bytes: pmdcs, FlightBefore: f.cwnd, Now: f.now, RTT: f.rtt, SRTT: f.rtt, FastRecovery: fastRecovery})
		}
		return float64(f.cwnd-before) / pmdcs
	}
	about := func(got, want float64) bool { return got > want-0.1 && got < want+0.1 }
	for _, c := range []struct {
		what           string
		before         func(f *flow)
		repair, beyond float64 // packets a round trip in fast recovery, and after it
	}{
		{"no queue", func(*flow) {}, 1, 1},
		{"a queue since", func(f *flow) { f.rtt *= 2; f.round() }, 0, cubicAlpha},
		{"another loss before which a queue stood", func(f *flow) {
			f.rtt *= 2
			f.round()
			f.round()
			f.lostAt(40)
			f.rtt = rtt
			f.round()
			f.round()
		}, 0, cubicAlpha},
		{"a mark", func(f *flow) { f.Marked() }, 0, cubicAlpha},
		{"half used", func(f *flow) { f.Idle() }, 0, 1},
	} {
		f := lostByChance(rtt, 40)
		c.before(f)
		if got := grown(f, true); !about(got, c.repair) {
			t.Errorf("%s: %.2f packets in a round trip of fast recovery, want %.2f", c.what, got, c.repair)
		}
		if c.what == "half used" { // slow start, which fast recovery stops whatever the loss was (RFC 9260 section 7.2.1)
			f.cwnd = f.ssthresh
		}
		if got := grown(f, false); !about(got, c.beyond) {
			t.Errorf("%s: %.2f packets in a round trip, want %.2f", c.what, got, c.beyond)
		}
	}
	f := lostByChance(rtt, 40)
	f.TimedOut()
	f.cwnd = f.ssthresh
	if got := grown(f, true); got != 0 {
		t.Errorf("after a time-out: %.2f packets in a round trip of fast recovery", got)
	}
}

// TestAnUndoneLossWasNotByChance: the curve goes on as it was, its growth too.
func TestAnUndoneLossWasNotByChance(t *testing.T) {
	f := lostByChance(20*time.Millisecond, 40)
	f.Save()
	f.TimedOut()
	f.Undo()
	if !f.chance {
		t.Error("a time-out that was taken back has changed how the window grows")
	}
	f = newFlow(20 * time.Millisecond)
	f.ssthresh = 1
	f.round()
	f.round()
	f.Save()
	f.lostAt(40)
	f.Undo()
	if f.chance {
		t.Error("a loss that was taken back was by chance")
	}
}
