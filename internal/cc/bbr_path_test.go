package cc

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// bottleneck is a path with a rate, a delay and a queue, and a sender with a BBR that has always something to send.
type bottleneck struct {
	*BBR
	now   mono.Time
	rate  float64 // bytes per second
	delay time.Duration
	queue int
	// loss is the share of packets that get lost besides; appRate, if not 0, is the rate at which there is something to send.
	loss    float64
	appRate float64
	// burst, if not 0, is the most that a policer lets through at once, at the rate on average; nothing waits at it.
	burst, tokens float64
	filledAt      mono.Time

	rng                     *rand.Rand
	busy                    mono.Time // until when the link is busy
	next, appNext           mono.Time
	inFlight                []packet
	flight, delivered, lost int
	srtt                    time.Duration
	recovering              int // packets still to be acknowledged that were sent before the last loss was found
	onAck                   func()
}

type packet struct {
	sentAt, ackAt mono.Time
	lost          bool
}

func newBottleneck(rate float64, delay time.Duration, queue int) *bottleneck {
	return &bottleneck{
		BBR: NewBBR(pmdcs, false), now: mono.Time(time.Second), rate: rate, delay: delay, queue: queue, rng: rand.New(rand.NewPCG(1, 2)),
	}
}

// run lets time pass.
func (p *bottleneck) run(d time.Duration) {
	for end := p.now.Add(d); p.now < end; {
		p.step(end)
	}
}

// until runs until the condition holds after an acknowledgement, for a minute at most.
func (p *bottleneck) until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := p.now.Add(time.Minute); p.now < end; {
		if p.step(end); f() {
			return
		}
	}
	t.Fatalf("%s: not in a minute; phase %d, window %d, rate %.0f, maxBW %.0f", what, p.phase, p.cwnd, p.BBR.rate, p.maxBW.most())
}

// step does what comes next: a packet leaves, or an acknowledgement comes.
func (p *bottleneck) step(end mono.Time) {
	send := mono.Time(0)
	if p.flight < p.cwnd {
		send = max(p.next, p.now)
		if p.appRate > 0 && p.appNext > send {
			p.AppLimited(p.flight)
			send = p.appNext
		}
	}
	ack := mono.Time(0)
	if len(p.inFlight) > 0 {
		ack = p.inFlight[0].ackAt
	}
	switch at := mono.Earliest(send, ack); {
	case at.IsZero() || at > end:
		p.now = end
	case at == ack:
		p.now = max(p.now, at)
		p.acknowledge()
	default:
		p.now = at
		p.send()
	}
}

func (p *bottleneck) send() {
	before := p.flight
	p.flight += pmdcs
	p.Sent(Departure{Now: p.now, Before: before, After: p.flight})
	p.next = max(p.next, p.now) + mono.Time(float64(pmdcs)/p.PacingRate(0, 0)*1e9)
	if p.appRate > 0 {
		p.appNext = max(p.appNext, p.now) + mono.Time(pmdcs/p.appRate*1e9)
	}
	waits := float64(max(0, p.busy-p.now)) / 1e9 * p.rate
	k := packet{sentAt: p.now, lost: p.rng.Float64() < p.loss || waits > float64(p.queue) || p.policed()}
	if !k.lost {
		p.busy = max(p.busy, p.now) + mono.Time(pmdcs/p.rate*1e9)
	}
	k.ackAt = max(p.busy, p.now).Add(p.delay)
	p.inFlight = append(p.inFlight, k)
}

// policed reports whether a policer drops the packet.
func (p *bottleneck) policed() bool {
	if p.burst == 0 {
		return false
	}
	p.tokens = min(p.burst, p.tokens+p.now.Sub(p.filledAt).Seconds()*p.rate)
	p.filledAt = p.now
	if p.tokens < pmdcs {
		return true
	}
	p.tokens -= pmdcs
	p.busy = p.now // it delays nothing
	return false
}

// acknowledge takes the first packet in flight. Of one that is lost the sender learns when it should have arrived.
func (p *bottleneck) acknowledge() {
	k := p.inFlight[0]
	p.inFlight = p.inFlight[1:]
	if p.recovering > 0 {
		p.recovering--
	}
	if k.lost {
		p.flight -= pmdcs
		p.lost += pmdcs
		if p.recovering == 0 {
			p.Save()
			p.Lost()
		}
		p.recovering = len(p.inFlight)
		p.Missed(Loss{SentAt: k.sentAt, Bytes: pmdcs, Ranges: 1})
		return
	}
	before := p.flight
	p.flight -= pmdcs
	p.delivered += pmdcs
	rtt := p.now.Sub(k.sentAt)
	p.srtt = rtt
	p.Acked(Ack{
		Now: p.now, Bytes: pmdcs, FlightBefore: before, FlightAfter: p.flight, NewestAt: k.sentAt, RTT: rtt, SRTT: p.srtt,
		CumAdvanced: true, FastRecovery: p.recovering > 0, Paced: true,
	})
	if p.onAck != nil {
		p.onAck()
	}
}

// goodput is what is delivered in a time, as a share of the link.
func (p *bottleneck) goodput(d time.Duration) float64 {
	before := p.delivered
	p.run(d)
	return float64(p.delivered-before) / p.rate / d.Seconds()
}

// is reports whether a value is within a share of what is wanted.
func is(got, want, within float64) bool { return got >= want*(1-within) && got <= want*(1+within) }
