package endpoint

import (
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// A driver may deliver without Route what Route would have delivered because of the tag, and nothing else.
func TestWhatAnAssociationOwns(t *testing.T) {
	n, a, z := pair(t)
	h := z.handles[0]
	was := h.Tag()
	for _, tt := range []struct {
		why            string
		from, to       string
		src, dst       uint16
		tag            uint32
		kind           transport.Kind
		spoil          bool
		owned, damaged bool
	}{
		{why: "its own", tag: was, owned: true},
		{why: "another tag", tag: was + 1},
		{why: "no tag", tag: 0},
		{why: "another port of the peer", src: 1001, tag: was},
		{why: "another port", dst: 2001, tag: was},
		{why: "another address of the peer", from: "192.0.2.9", tag: was},
		{why: "an address that the socket has not", to: "192.0.2.99", tag: was, owned: true}, // it has all
		{why: "a report about a packet", kind: transport.PacketTooBig, tag: was},
		{why: "damaged", tag: was, spoil: true, owned: true, damaged: true},
	} {
		from, to, src, dst := a.addrs[0].String(), z.addrs[0].String(), a.handles[0].Socket.Port, h.Socket.Port
		if tt.from != "" {
			from = tt.from
		}
		if tt.to != "" {
			to = tt.to
		}
		if tt.src != 0 {
			src = tt.src
		}
		if tt.dst != 0 {
			dst = tt.dst
		}
		d := arriving(from, to, packetOf(src, dst, tt.tag, dataChunk("data")))
		d.Kind = tt.kind
		if tt.spoil {
			d.Data = slices.Clone(d.Data)
			d.Data[len(d.Data)-1] ^= 1
		}
		header, err := wire.ParseHeader(d.Data)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Owns(d, header); got != tt.owned {
			t.Errorf("%s: owned is %v", tt.why, got)
		}
		if got := h.Intact(d.Data, header); got == tt.damaged {
			t.Errorf("%s: intact is %v", tt.why, got)
		}
	}
	z.abort(h)
	n.settle()
	d := arriving(a.addrs[0].String(), z.addrs[0].String(), packetOf(a.handles[0].Socket.Port, h.Socket.Port, was, dataChunk("late")))
	if header, _ := wire.ParseHeader(d.Data); h.Owns(d, header) || h.Tag() != 0 {
		t.Error("an association that was removed owns packets")
	}
}

// RFC 9653: a checksum of zero is no damage where the association accepts it.
func TestIntactWithoutChecksum(t *testing.T) {
	n, a, z := overDTLS(t)
	meet(n, a, z)
	packet := clearChecksum(packetOf(1000, 2000, z.handles[0].Tag(), dataChunk("data")))
	header, _ := wire.ParseHeader(packet)
	if !z.handles[0].Intact(packet, header) {
		t.Error("a packet without a checksum is damaged over DTLS")
	}
	_, b, y := pair(t)
	packet = clearChecksum(packetOf(b.handles[0].Socket.Port, y.handles[0].Socket.Port, y.handles[0].Tag(), dataChunk("data")))
	header, _ = wire.ParseHeader(packet)
	if y.handles[0].Intact(packet, header) {
		t.Error("a packet without a checksum is intact over IP")
	}
}
