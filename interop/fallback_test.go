//go:build linux

package interop

import "testing"

// testNothingOffered has neither side of a conversation offer anything: it is as before there were extensions.
func testNothingOffered(t *testing.T, c conversation, _ bool) {
	m := meet(t, c, false, "", nil, nil)
	m.withoutExtensions()
}

// offersAll are all the extensions that a peer has a word for.
var offersAll = map[string]string{
	"gosctp":  "offer=pr,reconf,idata,ecn,nrsack,pktdrop",
	"linux":   "offer=pr,reconf,idata,ecn",
	"usrsctp": "offer=pr,reconf,idata,ecn,nrsack,pktdrop",
}

// testOneSideOffers has the client offer all that it has, and the server nothing; then the other way round.
func testOneSideOffers(t *testing.T, c conversation, _ bool) {
	t.Run("the client", func(t *testing.T) {
		m := meetDifferent(t, c, []string{"offer="}, []string{offersAll[c.client.name]})
		if c.client.name != "usrsctp" { // which tells what it has offered
			m.wantAgreed("")
		}
		m.withoutExtensions()
	})
	t.Run("the server", func(t *testing.T) {
		m := meetDifferent(t, c, []string{offersAll[c.server.name]}, []string{"offer="})
		m.wantAgreed("")
		m.withoutExtensions()
	})
}

// withoutExtensions sends messages and wants no chunk of an extension to be needed for them.
func (m *meeting) withoutExtensions() {
	m.Helper()
	m.client.sends(1, 20, 3000, 0, "ordered")
	m.server.wantMessage(1, 19)
	m.server.wantAll(1, 0, 20)
	packets := m.end()
	for _, host := range []*host{m.conversation.client, m.conversation.server} {
		for _, chunk := range []int{chunkEcne, chunkCwr, chunkNRSack, chunkIData, chunkPktdrop, chunkReconf, chunkForwardTSN, chunkIForwardTSN} {
			m.wantNoChunks(packets, host, chunk)
		}
	}
}
