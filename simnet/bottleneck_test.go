package simnet

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

var thirdAddr = netip.MustParseAddr("192.0.2.3")

// share has two hosts send to a third one through one queue.
func share(t *testing.T, q Queue) (*lab, *Host, *Bottleneck) {
	l := newLab(t, Link{})
	b := l.n.AddBottleneck(q)
	l.n.SetDefault(Link{Delay: 5 * time.Millisecond, Shared: b})
	return l, l.n.AddHost("third", thirdAddr), b
}

// packet sends a packet of 1,000 bytes, IP header included, to the right.
func (l *lab) packet(now mono.Time, from *Host, ecn transport.ECN) {
	l.n.Send(now, from, &transport.Datagram{Path: transport.Path{Remote: rightAddr}, Data: make([]byte, 1000-ipv4Header), ECN: ecn})
}

func TestBottleneckIsSharedInTurn(t *testing.T) {
	l, third, b := share(t, Queue{Rate: 1_000_000, Limit: 3000})
	if w := b.Waiting(second); w != 0 {
		t.Errorf("an empty queue: %v", w)
	}
	for i := range 3 { // 6 packets, of which one is on the link and three may wait: 3,000 bytes at 1 ms each
		l.packet(second, l.left, transport.NotECT)
		l.packet(second, third, transport.NotECT)
		if i == 0 && b.Waiting(second) != 2*time.Millisecond {
			t.Errorf("two packets: %v", b.Waiting(second))
		}
	}
	var at []time.Duration
	var who []netip.Addr
	for _, g := range l.drain() {
		at, who = append(at, g.at.Sub(second)), append(who, g.d.Path.Remote)
	}
	if len(at) != 3 || at[0] != 6*time.Millisecond || at[2] != 8*time.Millisecond || who[0] != leftAddr || who[1] != thirdAddr || who[2] != leftAddr {
		t.Errorf("arrived after %v from %v", at, who)
	}
	if p, q := b.Passed(leftAddr, rightAddr), b.Passed(thirdAddr, rightAddr); p != (Passage{Packets: 2, Bytes: 2000, Dropped: 1}) ||
		q != (Passage{Packets: 1, Bytes: 1000, Dropped: 2}) {
		t.Errorf("passed %+v and %+v", p, q)
	}
	if p := b.Passed(rightAddr, leftAddr); p != (Passage{}) {
		t.Errorf("the way back: %+v", p)
	}
	if l.fates[LostQueue] != 3 {
		t.Errorf("fates %v", l.fates)
	}
}

func TestBottleneckHolds100msAndMarks(t *testing.T) {
	l, _, b := share(t, Queue{Rate: 1_000_000, Mark: 50_000})
	for range 200 {
		l.packet(second, l.left, transport.ECT0)
	}
	p := b.Passed(leftAddr, rightAddr)
	if p.Packets != 100 || p.Marked != 49 || p.Dropped != 100 {
		t.Errorf("%+v", p)
	}
	marked := 0
	for _, g := range l.drain() {
		if g.d.ECN == transport.CE {
			marked++
		}
	}
	if marked != p.Marked {
		t.Errorf("%d arrived with a mark, want %d", marked, p.Marked)
	}
}

func TestBottleneckNeedsARate(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	New(1).AddBottleneck(Queue{})
}

// overload sends so many packets at a rate that nobody reduces, where the link takes 1,500 a second, and returns how long the queue was at the end.
func overload(t *testing.T, ecn transport.ECN, rate, times int) (time.Duration, Passage, *Bottleneck) {
	l, _, b := share(t, Queue{Rate: 1_500_000, Limit: 1 << 20, PIE: 15 * time.Millisecond})
	now := second
	for range times {
		l.packet(now, l.left, ecn)
		now = now.Add(time.Second / time.Duration(rate))
		for _, _, ok := l.n.Deliver(now); ok; _, _, ok = l.n.Deliver(now) {
		}
	}
	return b.Waiting(now), b.Passed(leftAddr, rightAddr), b
}

// TestPIE: of half as much again as the link takes, a third has to be dropped for the queue to stay where it should be.
func TestPIE(t *testing.T) {
	wait, p, _ := overload(t, transport.NotECT, 2250, 2250/10)
	if p.Dropped != 0 || wait == 0 {
		t.Errorf("a burst of 100 ms: %+v, the queue is %v long", p, wait)
	}
	wait, p, b := overload(t, transport.NotECT, 2250, 60*2250)
	if wait > 30*time.Millisecond || wait == 0 || math.Abs(b.pie.p-1./3) > 0.06 {
		t.Errorf("a minute: the queue is %v long, packets are dropped with a probability of %.2f: %+v", wait, b.pie.p, p)
	}
	for range int(time.Minute / pieUpdate) {
		b.pie.update(0)
	}
	if b.pie.p != 0 || b.pie.allowance != pieBurst {
		t.Errorf("a minute of silence: probability %v, bursts of %v", b.pie.p, b.pie.allowance)
	}
}

// TestPIEMarks: what can be marked is not dropped, until marks are seen not to help.
func TestPIEMarks(t *testing.T) {
	_, p, b := overload(t, transport.ECT0, 1530, 2*1530)
	if p.Marked == 0 || p.Dropped != 0 || b.pie.p > pieMarks {
		t.Errorf("2 seconds of 2 %% too much: %+v at a probability of %.2f", p, b.pie.p)
	}
	_, p, b = overload(t, transport.ECT0, 2250, 20*2250)
	if p.Dropped == 0 || b.pie.p <= pieMarks {
		t.Errorf("20 seconds of a sender that does not care: %+v at a probability of %.2f", p, b.pie.p)
	}
}

// TestPIEIgnoresTwoPackets: they are no queue (piePacket), whatever the rate.
func TestPIEIgnoresTwoPackets(t *testing.T) {
	l := newLab(t, Link{})
	b := l.n.AddBottleneck(Queue{Rate: 1000, PIE: time.Millisecond})
	b.pie.due, b.pie.p, b.pie.before = second.Add(time.Hour), 1, time.Second
	for _, c := range []struct {
		bytes int
		early bool
	}{{2 * piePacket, false}, {2*piePacket + 1, true}} {
		if early, mark := b.pie.arrives(b, second, c.bytes); early != c.early || mark {
			t.Errorf("%d bytes wait: dropped %v, mark %v", c.bytes, early, mark)
		}
	}
}

// TestPIESteps: steps grow with the probability (RFC 8033 section 4.2), by the rates pieAlpha and pieBeta.
func TestPIESteps(t *testing.T) {
	for p, want := range map[float64]float64{0: 1. / 2048, 0.000005: 1. / 512, 0.00005: 1. / 128, 0.0005: 1. / 32, 0.005: 1. / 8, 0.05: 1. / 2, 0.5: 1} {
		if got := pieScale(p); got != want {
			t.Errorf("at %v: %v, want %v", p, got, want)
		}
	}
	c := pie{target: 15 * time.Millisecond, p: 0.5, before: 15 * time.Millisecond}
	c.update(16 * time.Millisecond)
	if want := 0.5 + (pieAlpha+pieBeta)/1000; math.Abs(c.p-want) > 1e-9 {
		t.Errorf("one millisecond more: %v, want %v", c.p, want)
	}
	c.update(time.Second)
	if c.p > 0.53 {
		t.Errorf("a large step: %v", c.p)
	}
}

// TestBurstsOfLoss: Link.Burst leaves the share that is lost as it is.
func TestBurstsOfLoss(t *testing.T) {
	for _, burst := range []float64{0, 1, 5, 20} {
		l := newLab(t, Link{Loss: 0.05, Burst: burst})
		arrived := l.sendMany(40_000)
		l.wantBetween("5 % of 40,000 packets lost", l.fates[LostLink], 1650, 2350)
		bursts, before := 0, -1
		for _, g := range arrived {
			if g.number != before+1 {
				bursts++
			}
			before = g.number
		}
		length := float64(l.fates[LostLink]) / float64(bursts)
		if want := max(burst, 1); length < 0.8*want || length > 1.25*want {
			t.Errorf("bursts of %.1f packets, want %v", length, want)
		}
	}
	l := newLab(t, Link{Loss: 1, Burst: 5})
	if arrived := l.sendMany(10); len(arrived) != 0 {
		t.Errorf("%d arrived over a link that loses everything", len(arrived))
	}
}
