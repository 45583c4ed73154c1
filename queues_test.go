package sctp

import "testing"

func TestSetQueues(t *testing.T) {
	defer SetQueues(0)
	for _, n := range []int{0, 3} {
		SetQueues(n)
		if udp, raw := udpConfig(7), rawConfig(); udp.Queues != n || raw.Queues != n {
			t.Errorf("carriers have %d and %d queues, want %d", udp.Queues, raw.Queues, n)
		}
	}
}
