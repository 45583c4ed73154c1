package cc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// What BBR does when: draft-ietf-ccwg-bbr-06 section 5.3.

// full finds out whether more sent is more delivered (section 5.3.1.2).
type full struct {
	bw     float64
	rounds int
	// now: it is not, since that was last asked; reached: it was not at least once, so that startup is over.
	now, reached bool
}

// growth is what shows that it is; fullRounds is how many round trips without it show that it is not.
const (
	growth     = 1.25
	fullRounds = 3
)

// reset asks anew, beginning with a rate.
func (f *full) reset(bw float64) { f.bw, f.rounds, f.now = bw, 0, false }

func (b *BBR) lookForFull(s *sample) {
	f := &b.full
	switch {
	case f.now || !b.newRound || s.limited || s.rate == 0:
	case s.rate >= f.bw*growth:
		f.reset(s.rate)
	default:
		f.rounds++
		f.now = f.rounds >= fullRounds
		f.reached = f.reached || f.now
	}
}

// checkStartup ends startup when the pipe is full, or loses as if it were (section 5.3.1.3).
func (b *BBR) checkStartup(a *Ack, s *sample) {
	if b.phase != startup {
		return
	}
	switch {
	case b.full.reached:
		b.drain()
	case a.FastRecovery && b.latest.ended && b.latest.ranges >= startupLosses && s.tooHigh():
		b.undo.phase, b.undo.left = startup, true
		b.leaveStartup()
	}
}

// leaveStartup takes what was delivered for what may be in flight.
func (b *BBR) leaveStartup() {
	b.full.reached, b.full.now = true, true
	b.setLimit(max(b.bdp(), b.latest.flight))
	b.drain()
}

// drain has the queue emptied; drainedBy is the last round for that.
func (b *BBR) drain() {
	b.phase = drain
	b.cycle.drainedBy = b.rounds + drainRounds
}

// drainRounds is how long that may take (section 5.3.2).
const drainRounds = 3

func (b *BBR) checkDrain() {
	if b.phase == drain && (float64(b.flight) <= b.inflight(b.bw, 1) || b.rounds > b.cycle.drainedBy) {
		b.goDown()
	}
}

// cycle is the search for more bandwidth (section 5.3.3).
type cycle struct {
	feedback feedback
	// began is when it was last ended, and wait how long it is to rest; rounds is how many round trips it has.
	began  mono.Time
	wait   time.Duration
	rounds int64
	// probed: what arrives was sent with a full pipe, and shows whether that was too much.
	probed bool
	// tooHigh: the last search ended with too many losses. cautious: this one ended where that would have come again.
	tooHigh, cautious bool
	// upRounds is how long the limit was raised, acked what was acknowledged since it was raised last, perPacket what has to be for
	// one packet more.
	upRounds         int
	acked, perPacket float64
	drainedBy        int64
}

// maxUpRounds is where raising stops to become faster; renoRounds is after how many round trips BBR tries at the latest, since that is
// how a small flow of Reno's would.
const (
	maxUpRounds = 30
	renoRounds  = 63
)

// cycling reports whether one of the four phases is on that follow each other.
func (b *BBR) cycling() bool { return b.phase >= probeDown && b.phase <= probeUp }

// trying reports whether the path is being filled, so that losses are to be expected.
func (b *BBR) trying() bool {
	return b.phase == startup || b.phase == probeRefill || b.phase == probeUp
}

func (b *BBR) goDown() {
	b.latest.reset()
	c := &b.cycle
	c.perPacket = unbounded
	random := b.random()
	c.rounds = int64(random & 1)
	c.wait = 2*time.Second + time.Duration(random>>1%uint64(time.Second))
	c.began = b.now
	c.feedback = feedbackStopping
	b.startRound()
	b.phase = probeDown
}

// random is what two flows of one path do not have in common: the moment, in nanoseconds, and what was delivered by then, well mixed.
func (b *BBR) random() uint64 {
	x := uint64(b.now) ^ uint64(b.sampler.delivered)<<32
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (b *BBR) refill() {
	b.forgetShortTerm()
	c := &b.cycle
	c.upRounds, c.acked, c.cautious = 0, 0, false
	c.feedback = feedbackRefilling
	b.startRound()
	b.phase = probeRefill
}

func (b *BBR) goUp(s *sample) {
	b.cycle.probed = true
	b.cycle.feedback = feedbackStarting
	b.startRound()
	b.full.reset(s.rate)
	b.phase = probeUp
	b.raiseFaster()
}

// raiseFaster has the limit raised by twice as much as in the last round trip.
func (b *BBR) raiseFaster() {
	c := &b.cycle
	steps := float64(uint64(1) << c.upRounds)
	c.upRounds = min(c.upRounds+1, maxUpRounds)
	c.perPacket = max(float64(b.cwnd)/steps, float64(b.pmdcs))
}

// updateCycle is section 5.3.3.6.
func (b *BBR) updateCycle(s *sample, acked int) {
	if !b.full.reached || b.adaptLongTerm(s, acked) {
		return
	}
	switch b.phase {
	case probeDown:
		if !b.tryAgain() && b.drained() {
			b.phase = probeCruise
		}
	case probeCruise:
		b.tryAgain()
	case probeRefill:
		if b.newRound {
			b.goUp(s)
		}
	case probeUp:
		if b.enough(s) {
			b.cycle.tooHigh = false
			b.goDown()
		}
	case startup, drain, probeRTT:
	}
}

// adaptLongTerm raises the limit if there are few losses, and tells samples apart that come of trying. It reports whether it has begun another
// phase.
func (b *BBR) adaptLongTerm(s *sample, acked int) bool {
	c := &b.cycle
	if b.newRound {
		switch c.feedback {
		case feedbackStarting:
			c.feedback = feedbackComing
		case feedbackStopping:
			c.feedback, c.probed = feedbackNone, false
			if b.cycling() && !s.limited {
				b.maxBW.advance()
			}
			if b.cycling() && c.cautious && !c.tooHigh {
				b.refill()
				return true
			}
		case feedbackNone, feedbackRefilling, feedbackComing:
		}
	}
	if b.long == unbounded || s.tooHigh() {
		return false
	}
	b.long = max(b.long, float64(s.flight))
	if b.phase == probeUp {
		b.raise(acked)
	}
	return false
}

// raise has the limit grow by what was acknowledged, if that is what limits.
func (b *BBR) raise(acked int) {
	c := &b.cycle
	if !b.windowFull() || float64(b.cwnd) < b.long {
		return
	}
	c.acked += float64(acked)
	if c.acked >= c.perPacket {
		steps := float64(int(c.acked / c.perPacket))
		c.acked -= steps * c.perPacket
		b.long += steps * float64(b.pmdcs)
	}
	if b.newRound {
		b.raiseFaster()
	}
}

// tryAgain fills the pipe if it is time for it: after two to three seconds, or when Reno would have gained a packet for each one in flight.
func (b *BBR) tryAgain() bool {
	c := &b.cycle
	reno := min(b.target()/float64(b.pmdcs), renoRounds)
	if !c.began.Add(c.wait).Before(b.now) && float64(c.rounds) < reno {
		return false
	}
	b.refill()
	return true
}

// drained reports whether there is no queue, and room for others.
func (b *BBR) drained() bool {
	return float64(b.flight) <= b.withHeadroom() && float64(b.flight) <= b.inflight(b.maxBW.most(), 1)
}

// enough reports whether trying has shown what it can: more brings no more, or losses as the last time.
func (b *BBR) enough(s *sample) bool {
	switch {
	case b.cycle.tooHigh && float64(b.flight) >= b.long:
		b.cycle.cautious = true
		return true
	case b.windowFull() && float64(b.cwnd) >= b.long:
		b.full.reset(s.rate) // the limit, and not the path, is what is full
		return false
	}
	return b.full.now
}
