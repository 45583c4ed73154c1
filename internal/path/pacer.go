package path

import (
	"time"

	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/mono"
)

// Pacer spreads packets with data over time. At any moment a quantum may leave, and then none before the next quantum is due, so that there is one
// timer for a quantum, and what leaves together can be written together. Where the timer is late, as timers are, as much as it is late by leaves
// besides, up to another quantum: the rate is that which was asked for.
type Pacer struct {
	// next is when what has left would have ended at the rate.
	next mono.Time
	// release is when data may leave again; unset if it may.
	release mono.Time
	// opened is when it was looked at last, and data might leave.
	opened mono.Time
	// Due is release while data waits for it, else unset.
	Due mono.Time
}

// Open reports whether data may leave now, quantum together at rate.
func (p *Pacer) Open(now mono.Time, rate float64, quantum int) bool {
	if !p.release.IsZero() && !p.release.Reached(now) {
		p.Due = p.release
		return false
	}
	if p.opened == now {
		return true
	}
	credit := timeOf(quantum, rate)
	if !p.release.IsZero() {
		credit *= 2 // it was waited for
	}
	p.opened, p.release, p.Due = now, 0, 0
	p.next = max(p.next, now-mono.Time(credit))
	return true
}

// Sent takes n bytes that leave now.
func (p *Pacer) Sent(now mono.Time, n int, rate float64, quantum int) {
	p.next += mono.Time(timeOf(n, rate))
	if p.next > now {
		p.release = p.next.Add(timeOf(quantum, rate))
	}
}

// timeOf is how long n bytes take.
func timeOf(n int, rate float64) time.Duration {
	return time.Duration(float64(n) / rate * float64(time.Second))
}

// Pacing is the rate at which data leaves to the path, and how much of it together; zero if windows are all there is.
func (p *Path) Pacing() (rate float64, quantum int) {
	rate = p.CC.PacingRate(p.RTO.SRTT(), p.MinRTT.Least())
	if rate <= 0 {
		return 0, 0
	}
	return rate, cc.Quantum(rate, p.PMDCS())
}
