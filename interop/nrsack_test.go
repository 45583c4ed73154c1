//go:build linux

package interop

import "testing"

// testNRSack has both sides acknowledge with NR-SACK, gaps included.
func testNRSack(t *testing.T, c conversation, lossy bool) {
	m := meet(t, c, lossy, "nrsack", nil, nil)
	m.client.sends(0, 60, 1000, 0, "ordered")
	m.server.sends(1, 60, 1000, 0, "ordered")
	m.server.wantMessage(0, 59)
	m.client.wantMessage(1, 59)
	m.server.wantAll(0, 0, 60)
	m.client.wantAll(1, 0, 60)
	packets := m.end()
	for _, host := range []*host{c.client, c.server} {
		m.wantChunks(packets, host, chunkNRSack)
		m.wantNoChunks(packets, host, chunkSack)
	}
}
