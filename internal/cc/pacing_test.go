package cc

import (
	"testing"
	"time"
)

func TestQuantumIsAMillisecondsWorth(t *testing.T) {
	for _, c := range []struct {
		rate float64
		want int
	}{{1000, minQuantumPackets * pmdcs}, {10e6, 10e3}, {1e9, maxQuantum}, {1e30, maxQuantum}} {
		if got := Quantum(c.rate, pmdcs); got != c.want {
			t.Errorf("at %.0f: %d, want %d", c.rate, got, c.want)
		}
	}
}

func TestOnlyWindowsOfLongPathsArePaced(t *testing.T) {
	const rtt = 20 * time.Millisecond
	for _, c := range []struct {
		algorithm   Algorithm
		packets     int
		srtt, least time.Duration
		slowStart   bool
		want        float64 // windows for each round trip
	}{
		{CUBIC, 40, rtt, rtt, false, 1.2},
		{CUBIC, 40, rtt, rtt, true, 2},
		{CUBIC, 40, rtt, localRTT, false, 1.2},
		{CUBIC, 40, rtt, localRTT - 1, false, 0},
		{CUBIC, 40, rtt, 0, false, 0},
		{CUBIC, 4, rtt, rtt, true, 0},
		{RFC9260, 40, rtt, rtt, false, 0},
	} {
		ctl := New(c.algorithm, pmdcs, false)
		if x, ok := ctl.(*Cubic); ok {
			x.cwnd = c.packets * pmdcs
			if !c.slowStart {
				x.ssthresh = x.cwnd
			}
		}
		if got, want := ctl.PacingRate(c.srtt, c.least), c.want*float64(ctl.Cwnd())/rtt.Seconds(); !is(got, want, 1e-9) {
			t.Errorf("%+v: %.0f, want %.0f", c, got, want)
		}
	}
}

// A window of which a part waits for its time is used, and without bursts a stretch of SACKs grows it by all that they acknowledge (RFC 9406
// section 4.3).
func TestCubicWhatWaitsIsUsed(t *testing.T) {
	c := NewCubic(pmdcs, false)
	c.cwnd = 100 * pmdcs
	a := Ack{Bytes: 20 * pmdcs, FlightBefore: 50 * pmdcs, Now: 1, Paced: true}
	if c.Acked(a); c.cwnd != 100*pmdcs {
		t.Errorf("cwnd %d: half of it was not used", c.cwnd)
	}
	a.Held = true
	if c.Acked(a); c.cwnd != 120*pmdcs {
		t.Errorf("cwnd %d, want %d", c.cwnd, 120*pmdcs)
	}
}
