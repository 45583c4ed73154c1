//go:build linux

package interop

import "testing"

// testNothingOffered has neither side of a conversation offer anything: it is as before there were extensions.
func testNothingOffered(t *testing.T, c conversation, lossy bool) {
	m := meet(t, c, lossy, "", nil, nil)
	m.client.sends(1, 20, 3000, 0, "ordered")
	m.server.wantMessage(1, 19)
	m.server.wantAll(1, 0, 20)
	packets := m.end()
	for _, host := range []*host{c.client, c.server} {
		for _, chunk := range []int{chunkEcne, chunkCwr, chunkNRSack, chunkIData, chunkPktdrop, chunkReconf, chunkForwardTSN, chunkIForwardTSN} {
			m.wantNoChunks(packets, host, chunk)
		}
	}
}
