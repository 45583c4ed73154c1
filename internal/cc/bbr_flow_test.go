package cc

import (
	"testing"
	"time"
)

// The test cases are those of draft-ietf-ccwg-bbr's appendix, on a path of 10 MB/s and 20 ms: 200 kB fill it.
const (
	pathRate  = 10e6
	pathDelay = 20 * time.Millisecond
	pathBDP   = 200e3
)

func TestBBRFindsWhatThePathDelivers(t *testing.T) {
	p := newBottleneck(pathRate, pathDelay, 1<<20)
	p.until(t, "startup ends", func() bool { return p.phase != startup })
	if p.phase != drain || !p.full.reached || p.full.rounds != fullRounds {
		t.Errorf("phase %d, pipe full %v after %d rounds without growth", p.phase, p.full.reached, p.full.rounds)
	}
	if bw := p.maxBW.most(); !is(bw, pathRate, 0.02) {
		t.Errorf("startup has seen %.0f bytes per second, of %.0f", bw, pathRate)
	}
	if got, want := p.BBR.rate, drainGain*0.99*p.bw; !is(got, want, 1e-9) {
		t.Errorf("drained at %.0f, want %.0f", got, want)
	}
	p.until(t, "the queue is empty", func() bool { return p.phase != drain })
	if !p.cycling() || float64(p.flight) > pathBDP*1.1 {
		t.Errorf("phase %d with %d in flight", p.phase, p.flight)
	}
	if rtt := p.least.rtt; rtt < pathDelay || rtt > pathDelay+time.Millisecond {
		t.Errorf("the shortest round trip is %v", rtt)
	}
	if g := p.goodput(4 * time.Second); g < 0.95 {
		t.Errorf("%.2f of the path are used", g)
	}
	if p.lost > 0 {
		t.Errorf("%d bytes were lost, and the queue takes five times what the path does", p.lost)
	}
}

func TestBBRKeepsTheQueueShort(t *testing.T) {
	p := newBottleneck(pathRate, pathDelay, 10<<20)
	p.run(2 * time.Second)
	most := time.Duration(0)
	p.onAck = func() { most = max(most, p.srtt) }
	p.run(10 * time.Second)
	if most > 3*pathDelay {
		t.Errorf("a round trip took %v with a queue of a second", most)
	}
}

func TestBBRWithRandomLosses(t *testing.T) {
	for _, c := range []struct{ loss, want float64 }{{0.001, 0.9}, {0.01, 0.78}, {0.015, 0.55}} {
		p := newBottleneck(pathRate, pathDelay, 1<<20)
		p.loss = c.loss
		p.run(time.Second)
		if g := p.goodput(20 * time.Second); g < c.want {
			t.Errorf("with %.1f %% lost %.2f of the path are used, want %.2f", 100*c.loss, g, c.want)
		}
	}
}

func TestBBRWithAShallowQueue(t *testing.T) {
	p := newBottleneck(pathRate, pathDelay, pathBDP/10)
	p.run(2 * time.Second)
	p.wantUse(t, 20*time.Second, 0.85, 0.02)
	if p.long == unbounded || p.long > 2*pathBDP {
		t.Errorf("the limit is %.0f, where %.0f fit", p.long, pathBDP*1.1)
	}
}

func TestBBRWhenThePathBecomesFaster(t *testing.T) {
	p := newBottleneck(pathRate/10, pathDelay, 1<<20)
	p.run(3 * time.Second)
	p.rate = pathRate
	p.until(t, "the new rate is found", func() bool { return p.maxBW.most() > 0.9*pathRate })
	if g := p.goodput(5 * time.Second); g < 0.9 {
		t.Errorf("%.2f of the path are used", g)
	}
}

// wantUse wants at least so much of the path used for a while, and at most so much of what is sent lost.
func (p *bottleneck) wantUse(t *testing.T, d time.Duration, use, loss float64) {
	t.Helper()
	p.lost = 0
	before := p.delivered
	if g := p.goodput(d); g < use {
		t.Errorf("%.2f of the path are used, want %.2f", g, use)
	}
	if lost := float64(p.lost) / float64(p.delivered-before); lost > loss {
		t.Errorf("%.3f of what was sent was lost, want %.3f at most", lost, loss)
	}
}

func TestBBRWhenThePathBecomesSlower(t *testing.T) {
	p := newBottleneck(pathRate, pathDelay, 300e3)
	p.run(3 * time.Second)
	p.rate = pathRate / 10
	p.until(t, "losses are heeded", func() bool { return p.bwShort < 0.5*pathRate })
	p.until(t, "the old rate is forgotten", func() bool { return is(p.maxBW.most(), pathRate/10, 0.1) })
	p.wantUse(t, 10*time.Second, 0.9, 0.02)
}

func TestBBRWithAPolicer(t *testing.T) {
	p := newBottleneck(pathRate, pathDelay, 1<<20)
	p.burst, p.tokens, p.filledAt = 100e3, 100e3, p.now
	p.run(3 * time.Second)
	p.wantUse(t, 20*time.Second, 0.75, 0.05)
}

func TestBBRIsNotMisledByWhoSendsLittle(t *testing.T) {
	p := newBottleneck(pathRate, pathDelay, 1<<20)
	p.appRate = pathRate / 20
	p.run(4 * time.Second)
	if p.phase != startup || p.full.reached {
		t.Errorf("phase %d: startup has ended for want of data", p.phase)
	}
	p.appRate = 0
	p.until(t, "the rate is found when there is more to send", func() bool { return is(p.maxBW.most(), pathRate, 0.02) && p.full.reached })
	p.run(time.Second)
	p.appRate = pathRate / 20
	p.run(2 * time.Second)
	if bw := p.maxBW.most(); !is(bw, pathRate, 0.05) {
		t.Errorf("the rate is %.0f, though only the sender was slow", bw)
	}
}

func TestBBRWithLessThanAPacketInFlight(t *testing.T) {
	p := newBottleneck(20e3, 10*time.Millisecond, 1<<16)
	p.run(10 * time.Second)
	if p.cwnd < minPipe*pmdcs || p.cwnd > 8*pmdcs {
		t.Errorf("the window is %d", p.cwnd)
	}
	if g := p.goodput(20 * time.Second); g < 0.9 {
		t.Errorf("%.2f of the path are used", g)
	}
}

func TestBBRLooksForTheShortestRoundTrip(t *testing.T) {
	p := newBottleneck(pathRate, pathDelay, 1<<20)
	p.run(2 * time.Second)
	p.delay = 2 * pathDelay
	p.until(t, "it is looked for", func() bool { return p.phase == probeRTT })
	began := p.now
	p.until(t, "and little is in flight", func() bool { return !p.least.doneAt.IsZero() })
	if float64(p.flight) > p.probeRTTCwnd() || p.cwnd > int(pathBDP*0.55) {
		t.Errorf("%d in flight, the window is %d", p.flight, p.cwnd)
	}
	p.until(t, "that ends", func() bool { return p.phase != probeRTT })
	if took := p.now.Sub(began); p.phase != probeCruise || took < probeRTTDuration || took > probeRTTDuration+200*time.Millisecond {
		t.Errorf("phase %d after %v", p.phase, took)
	}
	p.until(t, "the old one is forgotten", func() bool { return p.least.rtt >= 2*pathDelay })
	if g := p.goodput(4 * time.Second); g < 0.9 {
		t.Errorf("%.2f of the path are used", g)
	}
}

func TestBBRNeedsNotLookAfterASilence(t *testing.T) {
	p := newBottleneck(pathRate, pathDelay, 1<<20)
	p.run(2 * time.Second)
	cwnd := p.cwnd
	p.AppLimited(p.flight)
	for p.flight > 0 {
		p.now = p.inFlight[0].ackAt
		p.acknowledge()
	}
	p.now = p.now.Add(6 * time.Second)
	p.send()
	if !p.restarted || p.cwnd != cwnd && p.cwnd < cwnd/2 || !is(p.BBR.rate, 0.99*p.bw, 1e-9) {
		t.Errorf("after a silence: noticed %v, window %d, was %d, rate %.0f of %.0f", p.restarted, p.cwnd, cwnd, p.BBR.rate, p.bw)
	}
	p.now = p.inFlight[0].ackAt
	p.acknowledge()
	if p.phase == probeRTT || p.restarted {
		t.Errorf("phase %d, restarted %v", p.phase, p.restarted)
	}
}

func TestBBRStartupEndsWithLosses(t *testing.T) {
	p := newBottleneck(pathRate, pathDelay, 30e3)
	p.appRate = pathRate * 1.2 // so that a lack of data would keep it on
	p.until(t, "startup ends", func() bool { return p.phase != startup })
	if p.long == unbounded || !p.full.reached || p.undo.phase != startup || !p.undo.left {
		t.Errorf("phase %d, limit %.0f, full %v, to be undone %v", p.phase, p.long, p.full.reached, p.undo.left)
	}
	p.Undo()
	if p.phase != startup || p.full.reached || p.long != unbounded {
		t.Errorf("undone: phase %d, limit %.0f, full %v", p.phase, p.long, p.full.reached)
	}
}
