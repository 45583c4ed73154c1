package cc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// flow drives a controller with a window in full use: each round trip acknowledges all of it, two packets a SACK.
type flow struct {
	*Cubic
	now mono.Time
	rtt time.Duration
}

func newFlow(rtt time.Duration) *flow { return &flow{NewCubic(pmdcs, false), 1, rtt} }

// round is one round trip.
func (f *flow) round() {
	cwnd := f.cwnd
	for acked := 0; acked < cwnd; acked += 2 * pmdcs {
		f.now = f.now.Add(f.rtt * time.Duration(2*pmdcs) / time.Duration(cwnd))
		f.Acked(Ack{Bytes: 2 * pmdcs, FlightBefore: f.cwnd, CumAdvanced: true, Now: f.now, RTT: f.rtt, SRTT: f.rtt})
	}
}

// packets is the window in packets.
func (f *flow) packets() int { return f.cwnd / pmdcs }

// after a reduction from a window of so many packets.
func (f *flow) lostAt(packets int) {
	f.cwnd = packets * pmdcs
	f.Lost()
}

func TestCubicBeginsAsRFC9260HasIt(t *testing.T) {
	for _, ipv6 := range []bool{false, true} {
		for _, size := range []int{500, pmdcs, 8900} {
			c, r := New(CUBIC, size, ipv6), New(RFC9260, size, ipv6)
			if c.Cwnd() != r.Cwnd() || c.Ssthresh() != r.Ssthresh() {
				t.Errorf("packets of %d: cwnd %d, ssthresh %d, want %d, %d", size, c.Cwnd(), c.Ssthresh(), r.Cwnd(), r.Ssthresh())
			}
		}
	}
}

func TestCubicSlowStartDoublesWhatIsUsed(t *testing.T) {
	f := newFlow(50 * time.Millisecond)
	before := f.cwnd
	f.round()
	if f.cwnd < 2*before-pmdcs || f.cwnd > 2*before+4*pmdcs {
		t.Errorf("one round trip: cwnd %d, was %d", f.cwnd, before)
	}
	before = f.cwnd
	f.Acked(Ack{Bytes: 100 * pmdcs, FlightBefore: f.cwnd, Now: f.now, RTT: f.rtt})
	if f.cwnd != before+slowStartPackets*pmdcs {
		t.Errorf("one SACK of 100 packets: cwnd grew by %d", f.cwnd-before)
	}
	before = f.cwnd
	f.Acked(Ack{Bytes: pmdcs, FlightBefore: f.cwnd / 2, Now: f.now, RTT: f.rtt})
	f.Acked(Ack{Bytes: pmdcs, FlightBefore: f.cwnd, FastRecovery: true, Now: f.now, RTT: f.rtt})
	if f.cwnd != before {
		t.Errorf("a window half used, and fast recovery: cwnd grew by %d", f.cwnd-before)
	}
}

// RFC 9406: the queue grows with the window, and slow start ends before it overflows.
func TestHyStartEndsSlowStartWhenRoundTripsGrow(t *testing.T) {
	f := newFlow(20 * time.Millisecond)
	for f.packets() < 32 {
		f.round()
	}
	f.rtt = 30 * time.Millisecond // 10 ms more than in the round before, where 4 are the threshold
	f.round()
	if f.hystart.baseline != 30*time.Millisecond {
		t.Fatalf("baseline %v: conservative slow start has not begun", f.hystart.baseline)
	}
	before := f.cwnd
	f.round()
	if grown := f.cwnd - before; grown < before/5 || grown > before/3 {
		t.Errorf("conservative slow start: cwnd %d grew by %d, want a quarter", before, grown)
	}
	for range cssRounds {
		f.round()
	}
	if f.ssthresh == maxSsthresh || f.ssthresh > f.cwnd {
		t.Errorf("cwnd %d, ssthresh %d after %d rounds: slow start goes on", f.cwnd, f.ssthresh, cssRounds)
	}
}

func TestHyStartResumesWhenRoundTripsShrink(t *testing.T) {
	f := newFlow(20 * time.Millisecond)
	for f.packets() < 32 {
		f.round()
	}
	f.rtt = 30 * time.Millisecond
	f.round()
	f.rtt = 21 * time.Millisecond
	f.round()
	before := f.cwnd
	f.round()
	if f.hystart.baseline != 0 || f.cwnd < before*3/2 || f.ssthresh != maxSsthresh {
		t.Errorf("the round trip was jitter: baseline %v, cwnd %d after %d, ssthresh %d", f.hystart.baseline, f.cwnd, before, f.ssthresh)
	}
}

func TestHyStartNeedsMoreThanJitter(t *testing.T) {
	for _, c := range []struct {
		rtt, more time.Duration
		slow      bool
	}{
		{10 * time.Millisecond, 3 * time.Millisecond, false},   // less than minRTTThresh
		{100 * time.Millisecond, 12 * time.Millisecond, false}, // less than an eighth
		{100 * time.Millisecond, 13 * time.Millisecond, true},
		{400 * time.Millisecond, maxRTTThresh - 1, false},
		{400 * time.Millisecond, maxRTTThresh, true}, // less than an eighth
	} {
		f := newFlow(c.rtt)
		for f.packets() < 32 {
			f.round()
		}
		f.rtt += c.more
		f.round()
		if slow := f.hystart.baseline != 0; slow != c.slow {
			t.Errorf("%v more than %v: conservative slow start %v", c.more, c.rtt, slow)
		}
	}
	f := newFlow(20 * time.Millisecond)
	f.round()
	f.rtt = 200 * time.Millisecond
	f.round()
	if f.hystart.baseline != 0 {
		t.Errorf("fewer than %d samples in a round mean nothing", nRTTSample)
	}
}

// RFC 9438 sections 4.2 to 4.5: concave up to the window that was, convex beyond. K is the cube root of 300/0.4 packets: 9.1 s.
func TestCubicComesBackInTheSameTimeWhateverTheRoundTrip(t *testing.T) {
	for _, rtt := range []time.Duration{50 * time.Millisecond, 200 * time.Millisecond} {
		f := newFlow(rtt)
		f.lostAt(1000)
		if f.packets() != 700 || f.ssthresh != f.cwnd {
			t.Fatalf("a loss at 1000 packets: cwnd %d packets, ssthresh %d", f.packets(), f.ssthresh)
		}
		began := f.now
		at := map[string]int{}
		for f.now.Sub(began) < 15*time.Second {
			f.round()
			switch since := f.now.Sub(began); {
			case since <= time.Second:
				at["1 s"] = f.packets()
			case since <= 9100*time.Millisecond:
				at["K"] = f.packets()
			case since <= 12*time.Second:
				at["K + 3 s"] = f.packets()
			}
		}
		if at["1 s"] < 760 || at["1 s"] > 830 || at["K"] < 990 || at["K"] > 1005 || at["K + 3 s"] > 1020 || f.packets() < 1060 {
			t.Errorf("RTT %v: %v packets, %d after 15 s", rtt, at, f.packets())
		}
	}
}

func TestCubicIsAtLeastAsFastAsReno(t *testing.T) {
	f := newFlow(time.Millisecond)
	f.lostAt(20)
	f.round() // sets the epoch
	before := f.packets()
	for range 19 {
		f.round()
	}
	// 20 ms are nothing for the curve. A Reno flow with the same share of a link adds 0.53 packets a round trip, and one where the last loss was.
	if grown := f.packets() - before; grown < 13 || grown > 16 {
		t.Errorf("20 round trips of 1 ms: %d packets more", grown)
	}
}

func TestCubicLeavesRoomToNewFlows(t *testing.T) {
	f := newFlow(50 * time.Millisecond)
	f.lostAt(100)
	f.lostAt(80)
	if want := 80 * pmdcs * (1 + cubicBeta) / 2; f.wMax < want-1 || f.wMax > want+1 {
		t.Errorf("a window that did not come back: W_max %.0f, want %.0f (section 4.7)", f.wMax, want)
	}
	f.lostAt(120)
	if f.wMax != 120*pmdcs {
		t.Errorf("a window that did: W_max %.0f", f.wMax)
	}
}

func TestCubicDoesNotCountTheTimeInWhichTheWindowIsNotUsed(t *testing.T) {
	f := newFlow(50 * time.Millisecond)
	f.lostAt(100)
	f.round()
	before := f.packets()
	for range 100 { // 10 s
		f.now = f.now.Add(100 * time.Millisecond)
		f.Acked(Ack{Bytes: pmdcs, FlightBefore: pmdcs, Now: f.now, RTT: f.rtt, SRTT: f.rtt})
	}
	if f.packets() != before {
		t.Errorf("a window that is not used: %d packets, were %d", f.packets(), before)
	}
	f.round()
	if f.packets() > before+5 {
		t.Errorf("used again: %d packets at once, were %d (section 5.8)", f.packets(), before)
	}
}

func TestCubicNeverMoreThanHalfAgainARoundTrip(t *testing.T) {
	f := newFlow(50 * time.Millisecond)
	f.lostAt(10)
	f.round()
	f.epoch -= mono.Time(20 * time.Second) // the curve is thousands of packets ahead
	before := f.cwnd
	f.round()
	if f.cwnd > before*17/10 {
		t.Errorf("cwnd %d after %d (section 4.4)", f.cwnd, before)
	}
}

func TestCubicAfterTimeOutMarkAndSilence(t *testing.T) {
	f := newFlow(50 * time.Millisecond)
	f.cwnd = 40 * pmdcs
	f.TimedOut()
	if f.packets() != 1 || f.ssthresh != 28*pmdcs || f.wMax != 0 {
		t.Errorf("a time-out: cwnd %d, ssthresh %d, W_max %.0f", f.cwnd, f.ssthresh, f.wMax)
	}
	f.Marked()
	if f.packets() != 1 || f.ssthresh != 4*pmdcs {
		t.Errorf("a mark after it: cwnd %d, ssthresh %d", f.cwnd, f.ssthresh)
	}
	f.cwnd = 40 * pmdcs
	f.Marked()
	if f.packets() != 34 { // RFC 8511
		t.Errorf("a mark: cwnd %d", f.cwnd)
	}
	f.Idle()
	f.Idle()
	if f.packets() != 8 || f.ssthresh != 34*pmdcs {
		t.Errorf("two idle RTOs: cwnd %d, ssthresh %d", f.cwnd, f.ssthresh)
	}
	f.Idle()
	f.Idle()
	if f.packets() != 4 {
		t.Errorf("more idle RTOs: cwnd %d", f.cwnd)
	}
	f.cwnd = pmdcs
	f.Idle()
	if f.packets() != 1 {
		t.Errorf("an idle RTO after a time-out raised cwnd to %d", f.cwnd)
	}
}

func TestCubicWithAnotherPacketSize(t *testing.T) {
	c := NewCubic(pmdcs, false)
	c.Resize(8900)
	if c.cwnd != 17800 {
		t.Errorf("a fresh window: %d, want that of larger packets", c.cwnd)
	}
	c.cwnd, c.ssthresh = 5000, 5000
	c.Resize(1000)
	if c.cwnd != 5000 {
		t.Errorf("a used one: %d, want it kept", c.cwnd)
	}
	c.cwnd = 1000
	c.Resize(pmdcs)
	if c.cwnd != pmdcs {
		t.Errorf("less than a packet: %d", c.cwnd)
	}
}

func BenchmarkCubic(b *testing.B) {
	f := newFlow(10 * time.Millisecond)
	f.lostAt(1000)
	b.ReportAllocs()
	for b.Loop() {
		f.now += 1000
		f.Acked(Ack{Bytes: 2 * pmdcs, FlightBefore: f.cwnd, CumAdvanced: true, Now: f.now, RTT: f.rtt, SRTT: f.rtt})
		if f.packets() > 2000 {
			f.lostAt(1000)
		}
	}
}
