//go:build linux

package interop

import (
	"strings"
	"testing"

	"github.com/gosctp/sctp/interop/judge"
	"github.com/gosctp/sctp/interop/lab"
)

// testPacketDrop damages packets on their way, and wants the receivers to report them.
func testPacketDrop(t *testing.T, c conversation, _ bool) {
	c.carrier, c.family = rawIP, v4 // UDP has a checksum of its own, so that damage would be loss
	// tshark reads on in the quotations of PKTDROP, which may be cut off.
	m := meet(t, c, false, "pktdrop", nil, nil, func(f judge.Fault) bool { return f.ChecksumOnly || strings.Contains(f.Summary, "PKTDROP") })
	m.impair(lab.Faults{Damage: lossEvery})
	m.client.sends(0, 60, 1000, 0, "ordered")
	m.server.sends(1, 60, 1000, 0, "ordered")
	m.server.wantMessage(0, 59)
	m.client.wantMessage(1, 59)
	m.server.wantAll(0, 0, 60)
	m.client.wantAll(1, 0, 60)
	m.heal()
	packets := m.end()
	for _, host := range []*host{c.client, c.server} {
		m.wantChunks(packets, host, chunkPktdrop)
	}
}
