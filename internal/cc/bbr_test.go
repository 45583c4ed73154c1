package cc

import (
	"math"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

const second = mono.Time(time.Second)

// known is a BBR that has ended startup on a path of 10 MB/s and 20 ms, with a full pipe and a window of two.
func known() *BBR {
	b := NewBBR(pmdcs, false)
	b.begin(second)
	b.seenRTT = true
	b.maxBW.add(pathRate)
	b.bw = pathRate
	b.least.rtt, b.least.checked = pathDelay, pathDelay
	b.full.reached = true
	b.cwnd = 2 * pathBDP
	b.flight = pathBDP
	b.goDown()
	b.phase = probeCruise
	return b
}

// round makes the next acknowledgement one of a new round trip.
func (b *BBR) round(s *sample) {
	b.newRound = true
	b.latest.ended = true
	b.updateCycle(s, 0)
}

func TestBBRBeginsAsRFC9260HasIt(t *testing.T) {
	for _, ipv6 := range []bool{false, true} {
		for _, size := range []int{500, pmdcs, 8900} {
			c, r := New(BBRv3, size, ipv6), New(RFC9260, size, ipv6)
			if c.Cwnd() != r.Cwnd() || c.Ssthresh() != r.Ssthresh() {
				t.Errorf("packets of %d: cwnd %d, ssthresh %d, want %d, %d", size, c.Cwnd(), c.Ssthresh(), r.Cwnd(), r.Ssthresh())
			}
			if got, want := c.PacingRate(0, 0), 2.77*float64(r.Cwnd())*1000; !is(got, want, 1e-9) {
				t.Errorf("packets of %d leave at %.0f, want %.0f", size, got, want)
			}
		}
	}
	b := NewBBR(pmdcs, false)
	b.Sent(Departure{Now: second, After: 4404})
	b.Acked(Ack{Now: second.Add(pathDelay), Bytes: 1468, NewestAt: second, RTT: pathDelay, SRTT: pathDelay, FlightAfter: 2936})
	if want := 2.77 * 4404 / pathDelay.Seconds(); !is(b.rate, want, 1e-9) {
		t.Errorf("after the first round trip packets leave at %.0f, want %.0f", b.rate, want)
	}
}

func TestBBRGains(t *testing.T) {
	for phase, want := range map[phase][2]float64{
		startup: {2.77, 2}, drain: {0.5, 2}, probeDown: {0.9, 2}, probeCruise: {1, 2}, probeRefill: {1, 2}, probeUp: {1.25, 2.25}, probeRTT: {1, 0.5},
	} {
		b := known()
		b.phase = phase
		if b.pacingGain() != want[0] || b.cwndGain() != want[1] {
			t.Errorf("phase %d: gains %v, %v, want %v", phase, b.pacingGain(), b.cwndGain(), want)
		}
		if b.pace(b.pacingGain()); !is(b.rate, want[0]*0.99*pathRate, 1e-9) {
			t.Errorf("phase %d: rate %.0f", phase, b.rate)
		}
	}
}

func TestBBRVolumeCaps(t *testing.T) {
	for phase, want := range map[phase]int{
		startup: 400e3 + 2000, drain: 400e3, probeDown: 300e3, probeCruise: 255e3, probeRefill: 300e3, probeUp: 300e3, probeRTT: 100e3,
	} {
		b := known()
		b.phase = phase
		b.long = 300e3
		b.full.reached = phase != startup
		b.cwnd = 400e3
		if phase == startup {
			b.cwnd = 399e3
		}
		b.sampler.delivered = 1e6
		if b.updateCwnd(3000); b.cwnd != want {
			t.Errorf("phase %d: window %d, want %d", phase, b.cwnd, want)
		}
		b.short = 90e3
		if b.updateCwnd(0); b.cwnd != 90e3 {
			t.Errorf("phase %d: window %d in spite of the short term's limit", phase, b.cwnd)
		}
		b.short = 1
		if b.updateCwnd(0); b.cwnd != minPipe*pmdcs {
			t.Errorf("phase %d: window %d, want four packets", phase, b.cwnd)
		}
	}
}

func TestBBRDrainsForThreeRoundsAtMost(t *testing.T) {
	b := known()
	b.drain()
	b.flight = pathBDP + 1
	for range drainRounds {
		b.rounds++
		if b.checkDrain(); b.phase != drain {
			t.Fatalf("phase %d after %d rounds", b.phase, b.rounds)
		}
	}
	b.rounds++
	if b.checkDrain(); b.phase != probeDown {
		t.Errorf("phase %d after %d rounds", b.phase, b.rounds)
	}
	b.drain()
	b.flight = pathBDP
	if b.checkDrain(); b.phase != probeDown {
		t.Errorf("phase %d with an empty queue", b.phase)
	}
}

func TestBBRStartupEndsAfterSixRangesOrTwoMarks(t *testing.T) {
	for _, c := range []struct {
		ranges   int
		recovery bool
		lost     int64
		ends     bool
	}{{6, true, 5000, true}, {5, true, 5000, false}, {6, false, 5000, false}, {6, true, 4000, false}} {
		b := known()
		b.phase, b.full = startup, full{}
		b.latest = latest{ended: true, ranges: c.ranges, flight: 250e3}
		b.checkStartup(&Ack{FastRecovery: c.recovery}, &sample{flight: pathBDP, lost: c.lost})
		if ended := b.phase == drain; ended != c.ends || ended && (b.long != 250e3 || !b.full.reached) {
			t.Errorf("%+v: phase %d, limit %.0f", c, b.phase, b.long)
		}
	}
	b := known()
	b.phase, b.full = startup, full{}
	b.Marked()
	if b.phase != startup {
		t.Error("one mark ended startup")
	}
	if b.Marked(); b.phase != drain || b.long != pathBDP {
		t.Errorf("two marks: phase %d, limit %.0f", b.phase, b.long)
	}
}

func TestBBRCycle(t *testing.T) {
	b := known()
	b.goDown()
	if w := b.cycle.wait; w < 2*time.Second || w >= 3*time.Second || b.cycle.rounds > 1 {
		t.Errorf("it rests for %v or %d rounds less", w, b.cycle.rounds)
	}
	b.flight = pathBDP + 1
	if b.updateCycle(&sample{}, 0); b.phase != probeDown {
		t.Errorf("phase %d with a queue", b.phase)
	}
	b.flight = pathBDP
	b.long = pathBDP
	if b.updateCycle(&sample{}, 0); b.phase != probeDown {
		t.Errorf("phase %d with no room for others", b.phase)
	}
	b.flight = 0.85 * pathBDP
	if b.updateCycle(&sample{}, 0); b.phase != probeCruise {
		t.Errorf("phase %d, want to cruise", b.phase)
	}
	b.now = b.cycle.began.Add(b.cycle.wait)
	if b.updateCycle(&sample{}, 0); b.phase != probeCruise {
		t.Errorf("phase %d before it is time", b.phase)
	}
	b.short, b.bwShort = 1e5, 1e6
	b.now++
	if b.updateCycle(&sample{}, 0); b.phase != probeRefill || b.short != unbounded || b.bwShort != unbounded {
		t.Errorf("phase %d, short term %.0f, %.0f", b.phase, b.short, b.bwShort)
	}
	b.newRound = false
	if b.updateCycle(&sample{}, 0); b.phase != probeRefill {
		t.Errorf("phase %d in the round that fills the pipe", b.phase)
	}
	if b.round(&sample{rate: pathRate}); b.phase != probeUp || !b.cycle.probed || b.full.bw != pathRate {
		t.Errorf("phase %d, probing %v, from %.0f on", b.phase, b.cycle.probed, b.full.bw)
	}
	b.full.now = true
	if b.round(&sample{rate: pathRate}); b.phase != probeDown || b.cycle.tooHigh {
		t.Errorf("phase %d, too much %v", b.phase, b.cycle.tooHigh)
	}
	b.flight = 2 * pathBDP
	if b.round(&sample{}); b.cycle.probed || b.maxBW.this != 0 || b.maxBW.last != pathRate {
		t.Errorf("a round later: probing %v, rates %v", b.cycle.probed, b.maxBW)
	}
	b.cycle.rounds = renoRounds
	if b.updateCycle(&sample{}, 0); b.phase != probeRefill {
		t.Errorf("phase %d after as many rounds as Reno would take", b.phase)
	}
}

func TestBBRRaisesItsLimitFasterAndFaster(t *testing.T) {
	b := known()
	b.long = pathBDP
	b.cwnd = pathBDP
	b.limited = b.rounds
	b.goUp(&sample{})
	for _, packets := range []float64{1, 2, 4, 8} {
		before := b.long
		b.cwnd = int(b.long)
		b.newRound = false
		for acked := 0; acked < b.cwnd; acked += pmdcs {
			b.raise(pmdcs)
			b.cwnd = max(b.cwnd, int(b.long))
		}
		if grown := (b.long - before) / pmdcs; grown < packets || grown > packets+1 {
			t.Errorf("grown by %.1f packets, want %.0f", grown, packets)
		}
		b.rounds++
		b.limited = b.rounds
		b.newRound = true
		b.raise(0)
	}
	for range 2 * maxUpRounds {
		b.raiseFaster()
	}
	if b.cycle.upRounds != maxUpRounds || b.cycle.perPacket != pmdcs {
		t.Errorf("after many rounds: %d, one packet for %.0f bytes", b.cycle.upRounds, b.cycle.perPacket)
	}
	before := b.long
	b.limited = b.rounds - 2
	if b.raise(1e6); b.long != before {
		t.Error("a window that is not used raises the limit")
	}
}

func TestBBRLossWhileTrying(t *testing.T) {
	b := known()
	b.refill()
	b.round(&sample{rate: pathRate})
	b.sampler.ring = nil
	b.sampler.sent(b.now+1, 100, 300e3)
	b.Missed(Loss{SentAt: b.now + 1, Bytes: 6000, Ranges: 1})
	if b.phase != probeUp || b.long != unbounded {
		t.Fatalf("two in a hundred: phase %d, limit %.0f", b.phase, b.long)
	}
	b.Save()
	b.Missed(Loss{SentAt: b.now + 1, Bytes: 1000, Ranges: 1})
	// 299,000 were in flight before the thousand, 6,000 of them lost: it was one fiftieth with the last of them.
	if b.phase != probeDown || b.long != 299e3 || !b.cycle.tooHigh || b.cycle.probed {
		t.Errorf("phase %d, limit %.0f, too high %v", b.phase, b.long, b.cycle.tooHigh)
	}
	undone := *b
	if undone.Undo(); undone.phase != probeRefill || undone.long != unbounded {
		t.Errorf("undone: phase %d, limit %.0f", undone.phase, undone.long)
	}
	// The next time it ends where that would come again, and goes on at once when it does not.
	b.refill()
	b.round(&sample{})
	b.flight = 299e3
	if b.updateCycle(&sample{}, 0); b.phase != probeDown || !b.cycle.cautious || b.cycle.tooHigh {
		t.Errorf("phase %d, cautious %v", b.phase, b.cycle.cautious)
	}
	if b.round(&sample{}); b.phase != probeRefill || b.cycle.cautious {
		t.Errorf("phase %d after a round without losses", b.phase)
	}
}

func TestBBRLimitIsNotTakenFromWhoSendsLittle(t *testing.T) {
	b := known()
	b.tooMuch(&sample{flight: 1000, limited: true})
	if b.long != unbounded {
		t.Errorf("limit %.0f", b.long)
	}
	if b.tooMuch(&sample{flight: 1000}); b.long != bbrBeta*pathBDP {
		t.Errorf("limit %.0f, want 0.7 of what the path takes", b.long)
	}
	if s := (sample{flight: 300e3, lost: 100e3}); s.flightAtLoss(3000) != 297e3 {
		t.Errorf("lost before: %d", s.flightAtLoss(3000))
	}
}

func TestBBRLossElsewhere(t *testing.T) {
	for _, c := range []struct {
		bw, flight  float64
		marked      bool
		rate, limit float64
	}{
		{9.8e6, 190e3, false, 9.8e6, 280e3}, // 0.7 of the window, of what is more in flight than was delivered
		{5e6, 90e3, false, 7e6, 280e3},
		{9.8e6, 390e3, false, 9.8e6, 390e3},
		{10e6, 390e3, true, 8.5e6, 0.85 * 390e3},
	} {
		b := known()
		b.latest = latest{bw: c.bw, flight: c.flight, lossy: true, lost: 8000, marked: c.marked, ended: true}
		b.adaptShortTerm()
		if !is(b.bwShort, c.rate, 1e-9) || !is(b.short, c.limit, 1e-9) || b.latest.lossy || b.latest.marked {
			t.Errorf("%+v: %.0f, %.0f", c, b.bwShort, b.short)
		}
		for _, trying := range []phase{startup, probeRefill, probeUp} {
			b := known()
			b.phase = trying
			b.latest = latest{lossy: true, lost: 1, ended: true}
			if b.adaptShortTerm(); b.short != unbounded || b.bwShort != unbounded {
				t.Errorf("phase %d adapts to losses that were to be expected", trying)
			}
		}
	}
	b := known()
	b.latest.lossy = true
	if b.adaptShortTerm(); b.short != unbounded {
		t.Error("it adapts before the round trip is over")
	}
	b.latest = latest{bw: 9e6, flight: 200e3, lost: 4000, lossy: true, ended: true}
	if b.adaptShortTerm(); b.short != unbounded {
		t.Error("it adapts to two losses in a hundred")
	}
}

func TestBBRMarkWhileTrying(t *testing.T) {
	b := known()
	b.refill()
	b.round(&sample{})
	b.flight = 250e3
	if b.Marked(); b.phase != probeDown || b.long != 250e3 {
		t.Errorf("phase %d, limit %.0f", b.phase, b.long)
	}
}

func TestBBRTimeout(t *testing.T) {
	b := known()
	b.sampler.sent(second, 0, pathBDP)
	b.TimedOut()
	if b.cwnd != pmdcs {
		t.Errorf("window %d, want one packet", b.cwnd)
	}
	b.TimedOut()
	b.Sent(Departure{Now: 2 * second, After: pmdcs})
	b.Acked(Ack{Now: 2*second + 2e7, Bytes: pmdcs, NewestAt: 2 * second, Repairing: true, SRTT: pathDelay})
	if b.cwnd != minPipe*pmdcs {
		t.Errorf("window %d while chunks wait to be sent again, want four packets", b.cwnd)
	}
	b.Sent(Departure{Now: 2*second + 2e7, After: pmdcs})
	b.Acked(Ack{Now: 2*second + 4e7, Bytes: pmdcs, NewestAt: 2*second + 2e7, SRTT: pathDelay})
	if b.cwnd < pathBDP {
		t.Errorf("window %d afterwards, want about the old one", b.cwnd)
	}
}

func TestBBRProbeRTTInStartup(t *testing.T) {
	b := known()
	b.phase, b.full = startup, full{}
	b.now = second.Add(probeRTTInterval)
	if b.updateLeast(0); b.least.expired {
		t.Fatal("expired early")
	}
	b.now++
	b.updateLeast(0)
	if b.checkProbeRTT(&sample{}); b.phase != probeRTT {
		t.Fatalf("phase %d", b.phase)
	}
	b.flight = pathBDP / 2
	b.checkProbeRTT(&sample{})
	b.newRound = true
	b.now = b.now.Add(probeRTTDuration)
	if b.checkProbeRTT(&sample{}); b.phase != probeRTT {
		t.Fatalf("phase %d before it is time", b.phase)
	}
	b.now++
	if b.checkProbeRTT(&sample{}); b.phase != startup {
		t.Errorf("phase %d, want startup again", b.phase)
	}
	b.now = b.now.Add(minRTTLength)
	if b.updateLeast(3 * pathDelay); b.least.rtt != 3*pathDelay {
		t.Errorf("after %v the shortest round trip is %v", minRTTLength, b.least.rtt)
	}
}

func TestBBRAggregation(t *testing.T) {
	b := known()
	b.aggregation.began = b.now
	b.now = b.now.Add(10 * time.Millisecond)
	b.aggregation.update(b, 150e3) // a batch: 100,000 were to be expected
	if got := b.aggregation.extra.most(); got != 150e3 {
		t.Errorf("extra %.0f after the first batch", got)
	}
	b.now = b.now.Add(10 * time.Millisecond)
	b.aggregation.update(b, 60e3)
	if got := b.aggregation.extra.this; got != 150e3 {
		t.Errorf("extra %.0f after the second", got)
	}
	b.rounds += aggregationRounds
	b.aggregation.update(b, 1)
	b.rounds += aggregationRounds
	b.now = b.now.Add(time.Second)
	b.aggregation.update(b, 2000)
	if got := b.aggregation.extra.most(); got >= 150e3 {
		t.Errorf("extra %.0f ten rounds later", got)
	}
	b = known()
	b.flight = 1
	if b.aggregation.update(b, 1e9); b.aggregation.extra.most() != float64(b.cwnd) {
		t.Errorf("extra %.0f with a window of %d", b.aggregation.extra.most(), b.cwnd)
	}
	before := b.cwnd
	b.sampler.delivered = 1e6
	if b.updateCwnd(1e6); b.cwnd != 2*pathBDP+before {
		t.Errorf("window %d, want it larger by what is extra", b.cwnd)
	}
}

// An application that sends a little at a time pauses after each: what is acknowledged between pauses does not add up.
func TestBBRAggregationEndsWithAPause(t *testing.T) {
	const burst = 10 * 1000
	b := known()
	b.aggregation.began = b.now
	for range 1000 {
		b.now = b.now.Add(pathDelay)
		b.sampler.limited = 1
		b.Sent(Departure{Now: b.now, Before: 0, After: burst})
		b.now = b.now.Add(time.Millisecond / 10) // when the path would have delivered a tenth
		b.aggregation.update(b, burst)
	}
	if got := b.aggregation.extra.most(); got > burst {
		t.Errorf("extra %.0f, though never more than %d were acknowledged", got, burst)
	}
}

func TestBBRResizeIdleReset(t *testing.T) {
	b := known()
	b.Idle()
	b.Resize(500)
	if b.cwnd != 2*pathBDP || b.maxBW.most() != pathRate || b.pmdcs != 500 {
		t.Errorf("window %d, rate %.0f", b.cwnd, b.maxBW.most())
	}
	b.cwnd = 600
	if b.Resize(8000); b.cwnd != 8000 {
		t.Errorf("window %d, less than a packet", b.cwnd)
	}
	b.Reset()
	fresh := NewBBR(8000, false)
	if b.cwnd != fresh.cwnd || b.rate != fresh.rate || b.phase != startup || b.maxBW.most() != 0 || !math.IsInf(b.long, 1) || !b.now.IsZero() {
		t.Errorf("reset: %+v", b)
	}
	before := *b
	if b.Undo(); b.cwnd != before.cwnd || b.phase != before.phase {
		t.Error("what was not saved was undone")
	}
}

func TestBBRAlwaysSendsSomething(t *testing.T) {
	b := known()
	b.bw = 0
	if b.pace(1); b.rate != pmdcs {
		t.Errorf("rate %v, want a packet each second", b.rate)
	}
}
