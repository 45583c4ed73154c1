package path

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// minRTTPeriod is how long the shortest round trip counts at least; it is forgotten after twice that, since routes change.
const minRTTPeriod = 10 * time.Second

// MinRTT is the shortest of the round trips that were seen of late (RFC 8985 section 6.2 step 1), zero before the first.
type MinRTT struct {
	current, last time.Duration
	began         mono.Time
}

// Seen takes a round trip time.
func (m *MinRTT) Seen(now mono.Time, rtt time.Duration) {
	if m.began.IsZero() || m.began.Add(minRTTPeriod).Reached(now) {
		m.last, m.current, m.began = m.current, rtt, now
		return
	}
	m.current = min(m.current, rtt)
}

// Least is the shortest round trip.
func (m *MinRTT) Least() time.Duration {
	if m.last == 0 {
		return m.current
	}
	return min(m.current, m.last)
}
