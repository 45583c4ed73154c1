package cc

import "testing"

const pmdcs = 1440

func TestInitialWindow(t *testing.T) {
	for _, c := range []struct {
		name  string
		pmdcs int
		ipv6  bool
		want  int
	}{
		{"Ethernet, IPv4: 4404 bytes", 1440, false, 4404},
		{"Ethernet, IPv6: 4344 bytes", 1428, true, 4344},
		{"small packets: four of them", 500, false, 2000},
		{"jumbo packets: two of them", 8900, false, 17800},
	} {
		r := NewReno(c.pmdcs, c.ipv6)
		if r.Cwnd() != c.want {
			t.Errorf("%s: cwnd = %d, want %d", c.name, r.Cwnd(), c.want)
		}
		if r.Ssthresh() != maxSsthresh {
			t.Errorf("%s: ssthresh = %d, want it arbitrarily high", c.name, r.Ssthresh())
		}
	}
}

func TestSlowStartGrowsOnlyWhenTheWindowIsUsed(t *testing.T) {
	r := NewReno(pmdcs, false)
	start := r.Cwnd()
	r.Acked(Ack{Bytes: 500, FlightBefore: 1000, CumAdvanced: true})
	if r.Cwnd() != start {
		t.Errorf("application-limited: cwnd grew from %d to %d", start, r.Cwnd())
	}
	r.Acked(Ack{Bytes: 2 * pmdcs, FlightBefore: start, CumAdvanced: true})
	if got := r.Cwnd() - start; got != pmdcs {
		t.Errorf("full window, two packets acknowledged: cwnd grew by %d, want one PMDCS (%d)", got, pmdcs)
	}
	r.Acked(Ack{Bytes: 100, FlightBefore: r.Cwnd(), CumAdvanced: true})
	if got := r.Cwnd() - start; got != pmdcs+100 {
		t.Errorf("acknowledgement splitting: cwnd grew by %d in all, want %d", got, pmdcs+100)
	}
	before := r.Cwnd()
	r.Acked(Ack{Bytes: pmdcs, FlightBefore: before, CumAdvanced: true, FastRecovery: true})
	r.Acked(Ack{Bytes: pmdcs, FlightBefore: before})
	if r.Cwnd() != before {
		t.Errorf("fast recovery or no cumulative progress: cwnd changed from %d to %d", before, r.Cwnd())
	}
}

func TestCongestionAvoidanceGrowsOnePacketPerWindow(t *testing.T) {
	r := NewReno(pmdcs, false)
	r.cwnd, r.ssthresh = 10*pmdcs, 5*pmdcs
	for range 9 {
		r.Acked(Ack{Bytes: pmdcs, FlightBefore: r.cwnd, CumAdvanced: true})
	}
	if r.Cwnd() != 10*pmdcs {
		t.Fatalf("nine tenths of a window acknowledged: cwnd = %d", r.Cwnd())
	}
	r.Acked(Ack{Bytes: pmdcs, FlightBefore: r.cwnd, CumAdvanced: true})
	if r.Cwnd() != 11*pmdcs {
		t.Fatalf("a window acknowledged: cwnd = %d, want %d", r.Cwnd(), 11*pmdcs)
	}
	r.Acked(Ack{Bytes: 20 * pmdcs, FlightBefore: pmdcs, CumAdvanced: true})
	if r.Cwnd() != 11*pmdcs || r.partialBytesAcked != r.cwnd {
		t.Errorf("application-limited: cwnd = %d, partial_bytes_acked = %d", r.Cwnd(), r.partialBytesAcked)
	}
	r.Acked(Ack{Bytes: 1, FlightBefore: 1, CumAdvanced: true, Drained: true})
	if r.partialBytesAcked != 0 {
		t.Errorf("everything acknowledged: partial_bytes_acked = %d, want 0", r.partialBytesAcked)
	}
}

func TestLossHalvesAndTimeoutCollapses(t *testing.T) {
	r := NewReno(pmdcs, false)
	r.cwnd = 40 * pmdcs
	r.Lost()
	if r.Cwnd() != 20*pmdcs || r.Ssthresh() != 20*pmdcs {
		t.Errorf("fast retransmit: cwnd %d, ssthresh %d, want half of 40 packets each", r.Cwnd(), r.Ssthresh())
	}
	r.TimedOut()
	if r.Cwnd() != pmdcs || r.Ssthresh() != 10*pmdcs {
		t.Errorf("T3-rtx: cwnd %d, ssthresh %d, want one and ten packets", r.Cwnd(), r.Ssthresh())
	}
	r.TimedOut()
	if r.Ssthresh() != 4*pmdcs {
		t.Errorf("T3-rtx again: ssthresh %d, want the floor of four packets", r.Ssthresh())
	}
}

func TestMarkHalvesAndNeverRaises(t *testing.T) {
	r := NewReno(pmdcs, false)
	r.cwnd, r.partialBytesAcked = 40*pmdcs, 100
	r.Marked()
	if r.Cwnd() != 20*pmdcs || r.Ssthresh() != 20*pmdcs || r.partialBytesAcked != 0 {
		t.Errorf("a mark: cwnd %d, ssthresh %d, want half of 40 packets each", r.Cwnd(), r.Ssthresh())
	}
	r.TimedOut()
	r.Marked()
	if r.Cwnd() != pmdcs || r.Ssthresh() != 4*pmdcs {
		t.Errorf("a mark after a time-out: cwnd %d, ssthresh %d, want one and four packets", r.Cwnd(), r.Ssthresh())
	}
}

func TestIdleDecaysToFourPackets(t *testing.T) {
	r := NewReno(pmdcs, false)
	r.cwnd = 32 * pmdcs
	for _, want := range []int{16, 8, 4, 4} {
		r.Idle()
		if r.Cwnd() != want*pmdcs {
			t.Fatalf("idle: cwnd = %d packets, want %d", r.Cwnd()/pmdcs, want)
		}
	}
	if r.Ssthresh() != 32*pmdcs {
		t.Errorf("ssthresh = %d packets, want the cwnd before the first decay", r.Ssthresh()/pmdcs)
	}
	r.TimedOut()
	r.Idle()
	if r.Cwnd() != pmdcs {
		t.Errorf("idle after a time-out raised cwnd to %d", r.Cwnd())
	}
}

func TestResize(t *testing.T) {
	r := NewReno(1200, false)
	r.Resize(9000)
	if r.Cwnd() != 18000 {
		t.Errorf("an unused path of jumbo packets: cwnd = %d, want the initial window for them", r.Cwnd())
	}
	r.TimedOut()
	r.Resize(1200)
	if r.Cwnd() != 9000 {
		t.Errorf("a smaller path MTU: cwnd = %d, want it unchanged", r.Cwnd())
	}
}
