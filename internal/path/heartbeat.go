package path

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// Heartbeat is the heartbeat of one path (RFC 9260 section 8.3): when the next one is due, and which one awaits its answer.
type Heartbeat struct {
	// Due is when the next HEARTBEAT is to be sent; unset while heartbeats are off.
	Due mono.Time
	// Nonce identifies the HEARTBEAT under way; zero if none is.
	Nonce uint64
	// SentAt is when it was sent, Deadline when it counts as unanswered.
	SentAt, Deadline mono.Time
	// Wanted asks the output for a HEARTBEAT.
	Wanted bool
}

// Sent notes a HEARTBEAT with this nonce.
func (h *Heartbeat) Sent(now mono.Time, nonce uint64, rto time.Duration) {
	h.Wanted = false
	h.Nonce = nonce
	h.SentAt = now
	h.Deadline = now.Add(rto)
}

// Answered takes the nonce of a HEARTBEAT ACK and returns the round trip time; false if it answers nothing that is under way.
func (h *Heartbeat) Answered(now mono.Time, nonce uint64) (time.Duration, bool) {
	if nonce == 0 || nonce != h.Nonce {
		return 0, false
	}
	h.Nonce, h.Deadline = 0, 0
	return now.Sub(h.SentAt), true
}

// TimedOut forgets the HEARTBEAT under way. A late answer no longer counts.
func (h *Heartbeat) TimedOut() { h.Nonce, h.Deadline = 0, 0 }

// Off stops heartbeats.
func (h *Heartbeat) Off() { *h = Heartbeat{} }

// Schedule sets Due to the RTO plus HB.interval from now, with a jitter of half an RTO either way (section 8.3); an unconfirmed path
// is probed once per RTO (section 5.4). random is uniform in 64 bits. A negative interval turns heartbeats of confirmed paths off.
func (p *Path) Schedule(now mono.Time, random uint64) {
	rto := p.RTO.Current()
	jitter := time.Duration(random%uint64(rto)) - rto/2
	switch {
	case p.state == Unconfirmed:
		p.HB.Due = now.Add(rto)
	case p.config.HBInterval < 0:
		p.HB.Due = 0
	case p.state == PotentiallyFailed:
		// RFC 7829 section 3.2 item 5: once per RTO, so that the path is declared failed, or back, soon.
		p.HB.Due = now.Add(rto)
	default:
		p.HB.Due = now.Add(rto + p.config.HBInterval + jitter)
	}
}

// NextDeadline is the earliest timer of the path.
func (p *Path) NextDeadline() mono.Time {
	t := mono.Earliest(mono.Earliest(p.T3, p.Tail), mono.Earliest(p.Overdue, p.Search.Due))
	t = mono.Earliest(t, p.Pacer.Due)
	return mono.Earliest(t, mono.Earliest(p.HB.Due, p.HB.Deadline))
}
