package sctp

import (
	"testing"
	"time"
)

func TestSetBusyPoll(t *testing.T) {
	defer SetBusyPoll(0)
	for _, d := range []time.Duration{0, 50 * time.Microsecond} {
		SetBusyPoll(d)
		if udp, raw := udpConfig(7), rawConfig(); udp.BusyPoll != d || raw.BusyPoll != d {
			t.Errorf("carriers look for %v and %v, want %v", udp.BusyPoll, raw.BusyPoll, d)
		}
	}
}
