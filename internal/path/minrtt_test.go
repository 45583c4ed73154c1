package path

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

func TestShortestRoundTripIsForgotten(t *testing.T) {
	var m MinRTT
	if m.Least() != 0 {
		t.Errorf("before the first: %v", m.Least())
	}
	now := mono.Time(1)
	for _, c := range []struct {
		after, rtt, want time.Duration
	}{
		{0, 50 * time.Millisecond, 50 * time.Millisecond},
		{time.Second, 40 * time.Millisecond, 40 * time.Millisecond},
		{time.Second, 90 * time.Millisecond, 40 * time.Millisecond},
		{minRTTPeriod, 90 * time.Millisecond, 40 * time.Millisecond}, // remembered
		{time.Second, 80 * time.Millisecond, 40 * time.Millisecond},
		{minRTTPeriod, 85 * time.Millisecond, 80 * time.Millisecond}, // forgotten: the route is a longer one
		{minRTTPeriod, 95 * time.Millisecond, 85 * time.Millisecond},
	} {
		now = now.Add(c.after)
		m.Seen(now, c.rtt)
		if m.Least() != c.want {
			t.Errorf("at %v, after %v: %v, want %v", time.Duration(now), c.rtt, m.Least(), c.want)
		}
	}
}
