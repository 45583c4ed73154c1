package cc

import "github.com/gosctp/sctp/internal/mono"

// What BBR knows of the path: draft-ietf-ccwg-bbr-06 section 5.5.

// updateRounds counts round trips by what is delivered (section 5.5.1).
func (b *BBR) updateRounds(s *sample) {
	b.newRound = s.known && s.prior >= b.roundEnd
	if b.newRound {
		b.startRound()
		b.rounds++
		b.cycle.rounds++
	}
}

func (b *BBR) startRound() { b.roundEnd = b.sampler.delivered }

// updateBandwidth takes a sample, unless it shows only that there was less to send (section 5.5.5).
func (b *BBR) updateBandwidth(s *sample) {
	if s.rate > 0 && (s.rate >= b.maxBW.most() || !s.limited) {
		b.maxBW.add(s.rate)
	}
}

// latest is what the path delivered in the last round trip, and what was lost (section 5.5.10.3).
type latest struct {
	bw     float64
	flight float64
	// lossy: there was a loss or a mark since the round trip began; marked: it was a mark.
	lossy, marked bool
	// end is what has been delivered when the round trip ends that began with the first loss, or with the end of the one before; ended says that
	// it has.
	end   int64
	ended bool
	// lost bytes in so many ranges in it. marks are those in startup.
	lost, ranges, marks int
}

func (b *BBR) updateLatest(s *sample) {
	l := &b.latest
	l.ended = false
	l.bw, l.flight = max(l.bw, s.rate), max(l.flight, float64(s.delivered))
	if s.known && s.prior >= l.end {
		l.end, l.ended = b.sampler.delivered, true
	}
}

// advance begins the next round trip.
func (l *latest) advance(s *sample) {
	if l.ended {
		l.bw, l.flight, l.lost, l.ranges = s.rate, float64(s.delivered), 0, 0
	}
}

func (l *latest) reset() { l.bw, l.flight, l.lossy, l.marked = 0, 0, false, false }

// noteLoss has the round trip end when what leaves now has arrived, if this is its first loss.
func (b *BBR) noteLoss() {
	if !b.latest.lossy {
		b.latest.end = b.sampler.delivered
	}
	b.latest.lossy = true
}

// markedShare of what was delivered is what remains after a round trip with a mark. That there is a loss shows in what is delivered, and that
// there is a mark does not.
const markedShare = 0.85

// adaptShortTerm comes down to what was delivered in a round trip with too many losses, where the path is not being tried. The draft does with any loss:
// what leaves at the rate of what was delivered, and is lost in part, then becomes less with each round trip, where nothing but chance takes packets.
func (b *BBR) adaptShortTerm() {
	l := &b.latest
	if !l.ended {
		return
	}
	if l.lossy && (l.marked || float64(l.lost) > lossThreshold*l.flight) && !b.trying() {
		if b.bwShort == unbounded {
			b.bwShort = b.maxBW.most()
		}
		if b.short == unbounded {
			b.short = float64(b.cwnd)
		}
		share := 1.0
		if l.marked {
			share = markedShare
		}
		b.bwShort = max(share*l.bw, bbrBeta*b.bwShort)
		b.short = max(share*l.flight, bbrBeta*b.short)
	}
	l.lossy, l.marked = false, false
}

// forgetShortTerm ends what losses of the cycle have brought.
func (b *BBR) forgetShortTerm() { b.bwShort, b.short = unbounded, unbounded }

// tooHigh reports whether more is lost than a path may lose without being full.
func (s *sample) tooHigh() bool { return float64(s.lost) > float64(s.flight)*lossThreshold }

// flightAtLoss is what was in flight when losses became too many, part of the way through those of n bytes that left together.
func (s *sample) flightAtLoss(n int) int {
	before, lost := float64(s.flight-n), float64(s.lost)-float64(n)
	more := (lossThreshold*before - lost) / (1 - lossThreshold)
	return int(before + min(max(more, 0), float64(n)))
}

// tooMuch lowers the limit to what was in flight, once for each time that the path is tried.
func (b *BBR) tooMuch(s *sample) {
	b.cycle.tooHigh, b.cycle.probed = true, false
	if !s.limited {
		b.setLimit(max(float64(s.flight), b.target()*bbrBeta))
	}
	if b.phase == probeUp {
		b.undo.phase, b.undo.left = probeUp, true
		b.goDown()
	}
}

// setLimit sets what may be in flight at most.
func (b *BBR) setLimit(n float64) { b.long = max(n, float64(minPipe*b.pmdcs)) }

// aggregation is how much more than the path delivers on average is acknowledged at a time (section 5.5.9).
type aggregation struct {
	began     mono.Time
	delivered float64
	extra     recent
	since     int64 // the round in which the period began
}

// aggregationRounds is the length of a period: extra is the most of five to ten round trips.
const aggregationRounds = 5

func (g *aggregation) update(b *BBR, acked int) {
	expected := b.bw * b.now.Sub(g.began).Seconds()
	if g.delivered <= expected {
		g.delivered, g.began, expected = 0, b.now, 0
	}
	g.delivered += float64(acked)
	if length := b.rounds - g.since; length >= aggregationRounds || length > 0 && !b.full.reached {
		g.since = b.rounds
		g.extra.last, g.extra.this = g.extra.this, 0
	}
	g.extra.add(min(g.delivered-expected, float64(b.cwnd)))
}
