package cc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// The shortest round trip, and how it is found when there is always a queue: draft-ietf-ccwg-bbr-06 section 5.3.4.

const (
	// minRTTLength is how long the shortest round trip counts, probeRTTInterval how long one may be without having looked for it,
	// probeRTTDuration how long that takes at least.
	minRTTLength     = 10 * time.Second
	probeRTTInterval = 5 * time.Second
	probeRTTDuration = 200 * time.Millisecond
)

type leastRTT struct {
	// rtt is the shortest round trip, zero before the first, seen at a time.
	rtt time.Duration
	at  mono.Time
	// checked is that of the last probeRTTInterval, seen at a time; expired says that it was longer ago.
	checked   time.Duration
	checkedAt mono.Time
	expired   bool
	// doneAt is when looking ends, unset until little enough is in flight; oneRound: a round trip was in that time.
	doneAt   mono.Time
	oneRound bool
}

func (b *BBR) updateLeast(rtt time.Duration) {
	l := &b.least
	l.expired = l.checkedAt.Add(probeRTTInterval).Before(b.now)
	if rtt > 0 && (l.checked == 0 || rtt < l.checked || l.expired) {
		l.checked, l.checkedAt = rtt, b.now
	}
	if l.checked > 0 && (l.rtt == 0 || l.checked < l.rtt || l.at.Add(minRTTLength).Before(b.now)) {
		l.rtt, l.at = l.checked, l.checkedAt
	}
}

// checkProbeRTT looks for the shortest round trip if that was not seen of late.
func (b *BBR) checkProbeRTT(s *sample) {
	l := &b.least
	if b.phase != probeRTT && l.expired && !b.restarted {
		b.saveCwnd()
		b.phase = probeRTT
		l.doneAt = 0
		b.cycle.feedback = feedbackStopping
		b.startRound()
	}
	if b.phase == probeRTT {
		b.lookAtRTT()
	}
	if s.delivered > 0 {
		b.restarted = false
	}
}

func (b *BBR) lookAtRTT() {
	l := &b.least
	b.sampler.limit(b.flight) // what is delivered now is little, on purpose
	switch {
	case l.doneAt.IsZero() && float64(b.flight) <= b.probeRTTCwnd():
		l.doneAt = b.now.Add(probeRTTDuration)
		l.oneRound = false
		b.startRound()
	case !l.doneAt.IsZero():
		l.oneRound = l.oneRound || b.newRound
		if l.oneRound {
			b.endProbeRTT()
		}
	}
}

// endProbeRTT goes on as before if it is time.
func (b *BBR) endProbeRTT() {
	l := &b.least
	if !l.doneAt.Before(b.now) {
		return
	}
	l.checkedAt = b.now
	b.restoreCwnd()
	b.forgetShortTerm()
	if !b.full.reached {
		b.phase = startup
		return
	}
	b.goDown()
	b.phase = probeCruise // there is no queue
}

// probeRTTCwnd is what may be in flight meanwhile.
func (b *BBR) probeRTTCwnd() float64 {
	return max(b.bdpTimes(b.bw, probeRTTGain), float64(minPipe*b.pmdcs))
}
