//go:build linux

package interop

import "testing"

// testExpiry fills the window of a server that does not read, so that messages of low priority make room for others, and those whose time is
// short are given up before they are sent (RFC 7496).
func testExpiry(t *testing.T, c conversation, lossy bool) {
	m := meet(t, c, lossy, "pr", []string{"paused=1", "window=4000"}, []string{"buffer=32768"})
	m.client.sends(0, 5, 1000, 0, "ordered")
	m.client.sends(1, 22, 1000, 100, "ordered prio 9")
	m.client.sends(2, 3, 1000, 200, "ordered ttl 1")
	m.client.sends(3, 15, 1000, 300, "ordered prio 1")
	m.server.say("read")
	m.server.wantMessage(3, 314)
	for _, stream := range []int{0, 1, 2, 3} {
		m.client.sends(stream, 1, 1000, 100*stream+90, "ordered")
	}
	for _, stream := range []int{0, 1, 2, 3} {
		m.server.wantMessage(stream, 100*stream+90)
	}
	unsent, sent := m.client.abandoned()
	m.end()

	m.server.wantAll(0, 0, 5)
	m.server.wantAll(3, 300, 15)
	low, timed := m.server.received(1, 100, 22, true), m.server.received(2, 200, 3, true)
	t.Logf("%d of 22 with low priority arrived, %d of 3 in time; %d were given up before they were sent, %d later", low, timed, unsent, sent)
	m.wantAddUp(timed+low, 25, unsent, sent)
	if unsent+sent == 0 {
		t.Error("nothing was given up")
	}
}

// testPartialReliability sends messages that may be retransmitted never, or only for a while, beside reliable ones.
func testPartialReliability(t *testing.T, c conversation, lossy bool) {
	m := meet(t, c, lossy, "pr", nil, nil)
	m.client.sends(0, 30, 1000, 0, "ordered")
	m.client.sends(1, 60, 1000, 100, "ordered rtx 0")
	m.client.sends(2, 60, 1000, 200, "unordered ttl 300")
	m.client.sends(0, 1, 1000, 30, "ordered")
	m.client.sends(1, 1, 1000, 160, "ordered")
	m.client.sends(2, 1, 1000, 260, "ordered")
	m.server.wantMessage(2, 260)
	// Unordered messages may still be under way.
	unsent, sent := m.client.abandoned()
	for m.server.received(1, 100, 60, true)+m.server.received(2, 200, 60, false)+unsent+sent < 120 {
		unsent, sent = m.client.abandoned()
	}
	packets := m.end()

	m.server.wantAll(0, 0, 31)
	m.server.wantAll(1, 160, 1)
	once, timed := m.server.received(1, 100, 60, true), m.server.received(2, 200, 60, false)
	t.Logf("%d of 60 without retransmission, %d of 60 in time; %d given up unsent, %d sent", once, timed, unsent, sent)
	m.wantAddUp(once+timed, 120, unsent, sent)
	if !lossy {
		// Linux counts what it sent once as given up before it looks whether it has arrived.
		if once+timed != 120 || unsent+sent != 0 && c.client.name != "linux" {
			t.Error("messages were given up though none was lost")
		}
		return
	}
	if once+timed == 120 || sent == 0 {
		t.Error("nothing was given up though packets were lost")
	}
	m.wantChunks(packets, c.client, chunkForwardTSN)
}

// wantAddUp wants that what was given up is what did not arrive. A message may be given up although it has arrived, when its acknowledgement
// was lost; one that was never sent cannot arrive.
func (m *meeting) wantAddUp(received, all, unsent, sent int) {
	m.Helper()
	if received+unsent > all || received+unsent+sent < all {
		m.Errorf("%d of %d messages arrived, %d were given up before they were sent and %d later", received, all, unsent, sent)
	}
}
