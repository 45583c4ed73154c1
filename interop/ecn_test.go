//go:build linux

package interop

import (
	"slices"
	"testing"

	"github.com/gosctp/sctp/interop/lab"
)

// markEvery is how many packets there are for one that is marked. Values of the ECN field are those of RFC 3168 section 5.
const (
	markEvery = 20
	ect0      = 2
)

// testECN marks packets on their way, and wants the receiver to say so and the sender to react (RFC 4960 appendix A).
func testECN(t *testing.T, c conversation, lossy bool) {
	if c.client.name == "usrsctp" {
		c.carrier, c.family = rawIP, v4 // it can set the ECN field nowhere else
	}
	m := meet(t, c, false, "ecn", nil, nil)
	faults := lab.Faults{Mark: markEvery}
	if lossy {
		faults.Lose = lossEvery
	}
	m.impair(faults)
	m.client.sends(0, 100, 1000, 0, "ordered")
	m.server.wantMessage(0, 99)
	m.server.wantAll(0, 0, 100)
	packets := m.end()

	m.wantChunks(packets, c.server, chunkEcne)
	if c.client.name != "usrsctp" { // which knows only an ECNE of its own length
		m.wantChunks(packets, c.client, chunkCwr)
	}
	for _, p := range packets {
		if p.Source == c.client.addrs[c.family][0] && slices.Contains(p.Chunks, chunkData) && p.ECN >= ect0 {
			return
		}
	}
	t.Error("no packet with data is capable of ECN")
}
