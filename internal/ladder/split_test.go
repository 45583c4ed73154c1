package ladder

import (
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

func TestSplitterKeepsAssociationsApart(t *testing.T) {
	s := association()
	other := end{40002, 0x77, addrs("192.0.2.1", "198.51.100.1")}
	s.packet(other, server, 0, initChunk(wire.ChunkInit, other, 1))
	s.packet(client, server, 1, data(1, 0, 0, whole, "late"))
	s.packet(server, other, 1, initChunk(wire.ChunkInitAck, server, 1))
	var sp Splitter
	for i, p := range s.packets {
		want := 0
		if n := len(s.packets); i == n-3 || i == n-1 {
			want = 1
		}
		if got := sp.Index(p); got != want {
			t.Errorf("packet %d belongs to association %d, want %d", i, got, want)
		}
	}
}

func TestTopologyIsBounded(t *testing.T) {
	var sp Splitter
	p := association().packets[1]
	for i := range uint32(maxSites + 1000) {
		p.Src = netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		sp.Index(p)
	}
	if n := len(sp.topo.sites); n > maxSites {
		t.Errorf("%d sites remembered, want at most %d", n, maxSites)
	}
	if n := len(sp.topo.endpoints); n > maxSites {
		t.Errorf("%d endpoints remembered, want at most %d", n, maxSites)
	}
}

func TestUnackedTSNsAreBounded(t *testing.T) {
	f := newFlows().of(0, 1)
	for tsn := range seq.TSN(maxUnacked + 1000) {
		f.noteTSN(tsn)
	}
	if n := len(f.sent); n != maxUnacked {
		t.Errorf("%d TSNs remembered, want %d", n, maxUnacked)
	}
}
