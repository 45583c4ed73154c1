//go:build linux

package interop

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/interop/lab"
)

// testInterleaving queues a long message and, behind it, short ones on other streams, while nothing gets through.
func testInterleaving(t *testing.T, c conversation, lossy bool) {
	interleave(t, c, lossy, "pr,idata", 1, 400_000)
}

// testReliableInterleaving is testInterleaving with Linux, which does not announce I-FORWARD-TSN: then there is no partial reliability (RFC
// 8260 section 2.3.1). It numbers fragments in a way of its own, which gosctp adopts.
func testReliableInterleaving(t *testing.T, c conversation, lossy bool) {
	interleave(t, c, lossy, "idata", 1, 400_000)
}

// interleave does that with a count of messages of a size on the first stream.
func interleave(t *testing.T, c conversation, lossy bool, offer string, count, size int) {
	m := meet(t, c, false, offer, nil, nil)
	m.impair(lab.Faults{Lose: 1})
	m.client.do("scheduler rr", "scheduled")
	m.client.sends(1, count, size, 1, "ordered")
	m.client.sends(2, 20, 500, 100, "ordered")
	m.client.sends(3, 5, 500, 200, "unordered")
	if strings.Contains(offer, "pr") {
		m.client.sends(4, 20, 1000, 300, "ordered rtx 0")
	}
	m.client.sends(4, 1, 1000, 320, "ordered")
	m.heal()
	if lossy {
		m.impair(lab.Faults{Lose: lossEvery})
	}
	m.server.wantMessage(1, count)
	m.server.sends(1, count, size, 1, "ordered")
	m.client.wantMessage(1, count)
	packets := m.end()

	m.server.wantAll(1, 1, count)
	m.client.wantAll(1, 1, count)
	m.server.wantAll(2, 100, 20)
	m.server.wantAll(4, 320, 1)
	if n := m.server.received(3, 200, 5, false); n != 5 {
		t.Errorf("%d of 5 unordered messages arrived", n)
	}
	if list := m.server.messages(); !lossy && list[len(list)-1].stream != 1 {
		t.Errorf("the long message arrived before short ones of other streams: %v", brief(list))
	}
	for _, host := range []*host{c.client, c.server} {
		m.wantChunks(packets, host, chunkIData)
		m.wantNoChunks(packets, host, chunkData)
		m.wantNoChunks(packets, host, chunkForwardTSN)
	}
	switch n := m.server.received(4, 300, 20, true); {
	case n == 20 || !strings.Contains(offer, "pr"):
	case lossy:
		m.wantChunks(packets, c.client, chunkIForwardTSN)
	default:
		t.Errorf("%d of 20 messages arrived though none was lost", n)
	}
}

// brief are the streams and PPIDs of messages.
func brief(list []message) []string {
	return slices.Collect(func(yield func(string) bool) {
		for _, m := range list {
			if !yield(fmt.Sprintf("%d/%d", m.stream, m.ppid)) {
				return
			}
		}
	})
}
