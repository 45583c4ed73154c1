//go:build linux

package interop

import (
	"testing"

	"github.com/gosctp/sctp/interop/judge"
)

// pion offers partial reliability and RE-CONFIG whatever its user says. It does not count what it gives up, has no streams to add, and
// resets outgoing streams only.

// testPionPartialReliability is testPartialReliability without counters.
func testPionPartialReliability(t *testing.T, c conversation, lossy bool) {
	m := meet(t, c, lossy, "pr,reconf", nil, nil)
	m.client.sends(0, 30, 1000, 0, "ordered")
	m.client.sends(1, 60, 1000, 100, "ordered rtx 0")
	m.client.sends(2, 60, 1000, 200, "unordered ttl 300")
	for stream, ppid := range []int{30, 160, 260} {
		m.client.sends(stream, 1, 1000, ppid, "ordered")
		m.server.wantMessage(stream, ppid)
	}
	packets := m.end()
	m.server.wantAll(0, 0, 31)
	once, timed := m.server.received(1, 100, 60, true), m.server.received(2, 200, 60, false)
	t.Logf("%d of 60 without retransmission, %d of 60 in time", once, timed)
	switch {
	case !lossy && once+timed != 120:
		t.Error("messages were given up though none was lost")
	case lossy && once == 60:
		t.Error("nothing was given up though packets were lost")
	case lossy:
		m.wantChunks(packets, c.client, chunkForwardTSN)
	}
}

// testPionInterleaving sends long and short messages on several streams in both directions.
func testPionInterleaving(t *testing.T, c conversation, lossy bool) {
	m := meet(t, c, lossy, "pr,reconf,idata", nil, nil)
	for _, s := range []*speaker{m.client, m.server} {
		s.sends(1, 1, 200_000, 1, "ordered")
		s.sends(2, 20, 500, 100, "ordered")
		s.sends(3, 5, 500, 200, "unordered")
		s.sends(4, 20, 1000, 300, "ordered rtx 0")
		s.sends(4, 1, 1000, 320, "ordered")
	}
	for _, s := range []*speaker{m.server, m.client} {
		s.wantMessage(4, 320)
	}
	packets := m.end()
	for s, sender := range map[*speaker]*host{m.server: c.client, m.client: c.server} {
		s.wantAll(1, 1, 1)
		s.wantAll(2, 100, 20)
		if n := s.received(3, 200, 5, false); n != 5 {
			t.Errorf("%s received %d of 5 unordered messages", s.name, n)
		}
		n := s.received(4, 300, 20, true)
		t.Logf("%s received %d of 20 messages without retransmission", s.name, n)
		switch {
		case n == 20:
		case lossy:
			m.wantChunks(packets, sender, chunkIForwardTSN)
		default:
			t.Error("messages were given up though none was lost")
		}
	}
	for _, host := range []*host{c.client, c.server} {
		m.wantChunks(packets, host, chunkIData)
		m.wantNoChunks(packets, host, chunkData)
		m.wantNoChunks(packets, host, chunkForwardTSN)
	}
}

// testPionReset closes a stream as data channels do (RFC 8831 section 6.7), one direction after the other, and uses it again.
func testPionReset(t *testing.T, c conversation, lossy bool) {
	m := meet(t, c, lossy, "pr,reconf", nil, nil)
	for round := range 3 {
		ppid := 10 * round
		m.client.sends(1, 3, 1000, ppid, "ordered")
		m.server.wantMessage(1, ppid+2)
		m.server.sends(1, 3, 1000, ppid, "ordered")
		m.client.wantMessage(1, ppid+2)
		m.client.do("reset out 1", "requested")
		m.server.want("reset in 1")
		m.server.do("reset out 1", "requested")
		m.client.want("reset in 1")
	}
	packets := m.end()
	for _, s := range []*speaker{m.client, m.server} {
		for round := range 3 {
			s.wantAll(1, 10*round, 3)
			if s.name != "pion" { // which does not tell
				s.wantSSN(1, 10*round, 0)
			}
		}
	}
	for _, host := range []*host{c.client, c.server} {
		m.wantChunks(packets, host, chunkReconf)
	}
}

// testPionZeroChecksum leaves out the checksum (RFC 9653).
func testPionZeroChecksum(t *testing.T, c conversation, lossy bool) {
	withoutChecksum := 0
	m := meet(t, c, lossy, "pr,reconf,zero", nil, nil, func(f judge.Fault) bool {
		if f.ZeroChecksum {
			withoutChecksum++
		}
		return f.ChecksumOnly && f.ZeroChecksum
	})
	m.client.sends(0, 30, 3000, 0, "ordered")
	m.server.sends(0, 30, 3000, 0, "ordered")
	for _, s := range []*speaker{m.server, m.client} {
		s.wantMessage(0, 29)
		s.wantAll(0, 0, 30)
	}
	packets := m.end()
	// All but those of the handshake, which the other side must be able to read before it has agreed (section 5.2).
	if withoutChecksum < len(packets)/2 || withoutChecksum == len(packets) {
		t.Errorf("%d of %d packets have no checksum", withoutChecksum, len(packets))
	}
}
